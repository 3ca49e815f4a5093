"""Seats: renewal, and one seat by itself. The list and the changes are in `meetings.py`."""

from tests.forum.access.matrix import Change, Part
from tests.forum.conftest import CHAIR, World

TERM = {"term_start": "2026-02-01"}


async def prepare(world: World) -> dict[str, str]:
    """A seat whose term is over."""
    seat = CHAIR | {"role": "member", "sector": "media", "term_end": "2026-01-31"}
    return {"former": (await world.api.ok("POST", f"/forums/{world.forum}/members", seat))["id"]}


PART = Part(
    prepare=prepare,
    changes={"renew a seat": Change("POST", "/forums/{forum}/members/{former}/renew", TERM, hidden=True)},
    inside=("/forums/{forum}/members/{member}", "/forums/{forum}/members?on=2026-01-01"),
)
