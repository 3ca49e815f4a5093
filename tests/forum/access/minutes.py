"""Remarks on minutes, and the check that anyone can make. Rules F11, F20."""

from tests.forum.access.matrix import INSIDERS, Change, Part
from tests.forum.conftest import World, hold


async def prepare(world: World) -> dict[str, str]:
    """Circulated minutes with a remark."""
    meeting = await hold(world.api, world.forum, world.chair, "2026-03-10T17:00:00Z")
    body = {"items": [{"heading": "Secret draft"}], "results": [{"text": "Secret result"}]}
    minutes = (await world.api.ok("POST", f"/meetings/{meeting}/minutes", body))["id"]
    await world.api.ok("POST", f"/minutes/{minutes}/circulate")
    await world.api.ok("POST", f"/minutes/{minutes}/remarks", {"text": "Secret remark"})
    return {"round": minutes}


PART = Part(
    prepare=prepare,
    changes={
        "send a remark": Change("POST", "/minutes/{round}/remarks", {"text": "A date is wrong"}, INSIDERS, hidden=True),
    },
    public=(
        "/minutes/{published}/verify", "/minutes/{published}/versions/1/content", "/minutes/{published}/versions",
    ),
    inside=("/minutes/{round}", "/minutes/{round}/remarks", "/minutes/{round}/verify"),
    lists=("/minutes?forum={forum}",),
    secrets=("round",),
)  # fmt: skip
