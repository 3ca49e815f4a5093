"""Supervisors' tasks: known to the supervisors of the area only."""

from tests.cases.access.matrix import Op, Part
from tests.cases.access.world import World


async def prepare(world: World) -> dict[str, str]:
    """A task: to look into an opening by force."""
    case = await world.open_problem()
    await world.make("POST", f"/cases/{case}/break-glass", {"reason": "Nobody else is on duty"}, subject="gala")
    listed = await world.make("GET", "/tasks", as_="supervisor@XK", subject="sue")
    return {"task": listed["items"][0]["id"]}


PART = Part(
    prepare=prepare,
    ops={
        "find it in the list": Op("GET", "/tasks", finds="{task}"),
        "read it": Op("GET", "/tasks/{task}"),
        "close it": Op("POST", "/tasks/{task}/close", {"outcome": "done"}),
    },
)
