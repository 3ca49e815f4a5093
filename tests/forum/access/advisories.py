"""Advisories, acknowledged by those who manage."""

from tests.forum.access.matrix import Change, Part
from tests.forum.conftest import World, meeting


async def prepare(world: World) -> dict[str, str]:
    """An advisory about a closed meeting."""
    body = meeting("2026-05-01T17:00:00Z", public=False, topics=[{"title": "Secret", "sensitive": True}])
    await world.api.ok("POST", f"/forums/{world.forum}/meetings", body)
    (advisory, *_) = (await world.api.ok("GET", f"/forums/{world.forum}/advisories"))["items"]
    return {"advisory": advisory["id"]}


PART = Part(
    prepare=prepare,
    changes={
        "acknowledge an advisory": Change(
            "POST", "/advisories/{advisory}/acknowledge", {"note": "We meet at the school"}, hidden=True
        )
    },
    inside=("/advisories/{advisory}", "/forums/{forum}/advisories?state=open"),
)
