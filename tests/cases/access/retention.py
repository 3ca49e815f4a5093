"""How long cases are kept, legal holds, and expungement."""

from tests.cases.access.matrix import Op, Part
from tests.cases.access.world import World


async def prepare(world: World) -> dict[str, str]:
    """A case, and one under a hold."""
    held = await world.open_problem()
    hold = {"code": "court"}
    await world.make("PUT", f"/cases/{held}/hold", hold, as_="supervisor@XK", subject="sue")
    return {"case": await world.open_problem(), "held": held}


PART = Part(
    prepare=prepare,
    ops={
        "read the periods": Op("GET", "/retention-rules"),
        "read how long it is kept": Op("GET", "/cases/{case}/retention", of_case=True),
        "place a hold": Op("PUT", "/cases/{case}/hold", {"code": "court"}),
        "release a hold": Op("DELETE", "/cases/{held}/hold"),
        "expunge it": Op("POST", "/cases/{case}/expunge", {"reason": "court_order"}),
    },
)
