"""Case files: lists of cases, and who read and changed one."""

from tests.cases.access.matrix import Op, Part
from tests.cases.access.world import World


async def prepare(world: World) -> dict[str, str]:
    """A problem-solving case: what is said of its file holds for every kind."""
    return {"case": await world.open_problem()}


PART = Part(
    prepare=prepare,
    ops={
        "find it in the list": Op("GET", "/cases?kind=problem", finds="{case}"),
        "find it in the area's list": Op("GET", "/cases?kind=problem&area=XK.PRI", finds="{case}"),
        "read who read and changed it": Op("GET", "/cases/{case}/trail", of_case=True),
    },
)
