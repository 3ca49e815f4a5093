"""Imports: for those who keep the forum's records."""

from tests.forum.access.matrix import MANAGERS, Change, Part
from tests.forum.conftest import World

ROW = {"record": "member", "external_id": "M1", "name": "Codename", "sector": "ngo", "term_start": "2025-01-01"}


async def prepare(world: World) -> dict[str, str]:
    """Something that was imported."""
    await world.api.ok("POST", f"/forums/{world.forum}/imports", {"source": "before", "rows": [ROW]})
    return {}


PART = Part(
    prepare=prepare,
    changes={"import": Change("POST", "/forums/{forum}/imports", {"source": "registry", "rows": [ROW]})},
    readers={"/forums/{forum}/imports": MANAGERS, "/forums/{forum}/imports/totals": MANAGERS},
)
