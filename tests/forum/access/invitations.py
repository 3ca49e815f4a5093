"""Invitations and mail addresses: for those who keep the records only."""

from tests.forum.access.matrix import MANAGERS, Change, Part
from tests.forum.conftest import World

ADDRESS = {"email": "ana@example.org"}


async def prepare(world: World) -> dict[str, str]:
    """A closed meeting to come with one invited, and another to invite to."""
    made = {}
    for name in ("inviting", "invited"):
        body = {"purpose": "accountability", "starts_at": "2026-05-01T10:00:00Z", "public": False}
        made[name] = (await world.api.ok("POST", f"/forums/{world.forum}/meetings", body))["id"]
    await world.api.ok("POST", f"/meetings/{made['invited']}/invitations", {"member_ids": [world.chair]})
    return made


PART = Part(
    prepare=prepare,
    changes={
        "keep an address": Change("PUT", "/forums/{forum}/members/{chair}/address", ADDRESS, hidden=True),
        "invite": Change("POST", "/meetings/{inviting}/invitations", {}, hidden=True),
        "note a reply": Change("PATCH", "/meetings/{invited}/invitations/{chair}", {"reply": "yes"}, hidden=True),
    },
    readers={
        "/forums/{forum}/members/{chair}/address": MANAGERS,
        "/meetings/{invited}/invitations": MANAGERS,
    },
)
