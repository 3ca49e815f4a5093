"""Tension: graded readings, and the weekly level made from them."""

from tests.cases.access.matrix import Op, Part
from tests.cases.access.world import World

READING = {"read_on": "2026-03-10", "indicator": "experienced", "level": 4, "community": "canary-street"}


async def prepare(world: World) -> dict[str, str]:
    """A reading."""
    made = await world.make("POST", "/tension-readings", READING | {"area": "XK.PRI"})
    return {"reading": made["id"]}


PART = Part(
    prepare=prepare,
    canaries=("canary",),
    ops={
        "see the weekly level": Op("GET", "/tension?area=XK.PRI"),
        "see what areas below have in common": Op("GET", "/tension/below?area=XK.PRI&week=2026-W11"),
        "record a reading": Op("POST", "/tension-readings", READING | {"area": "XK.PRI"}),
        "find a reading in the list": Op("GET", "/tension-readings", finds="{reading}"),
        "read a reading": Op("GET", "/tension-readings/{reading}"),
        "correct it": Op("POST", "/tension-readings/{reading}/correct", READING | {"level": 3}),
        "withdraw it": Op("POST", "/tension-readings/{reading}/withdraw"),
    },
)
