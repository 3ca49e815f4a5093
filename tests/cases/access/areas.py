"""Where an area is known to lie, which anyone may ask."""

from tests.cases.access.matrix import Op, Part
from tests.cases.access.world import World


async def prepare(world: World) -> dict[str, str]:
    """The country is there."""
    return {}


PART = Part(prepare=prepare, ops={"see what lies below an area": Op("GET", "/places/XK.PRI")})
