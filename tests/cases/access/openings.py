"""Openings by force: broken glass, and who looks into it. The opening in the list is of who broke the glass."""

from tests.cases.access.matrix import Op, Part, split
from tests.cases.access.world import World

REASON = "Canary: the duty officer is ill"


async def prepare(world: World) -> dict[str, str]:
    """A case that was opened by force."""
    case = await world.open_problem(supervisor="lena")
    made = await world.make("POST", f"/cases/{case}/break-glass", {"reason": REASON}, subject="gala")
    return {"case": case, "opening": made["id"]}


HELD = "who broke the glass, now another's officer"
BELOW_NOW = split("any office, below", f"{HELD}, below", lambda actor: actor.subject == "gala")

PART = Part(
    prepare=prepare,
    who=split("any office, elsewhere", f"{HELD}, elsewhere", lambda actor: actor.subject == "gala", BELOW_NOW),
    canaries=(REASON,),
    ops={
        "break the glass": Op("POST", "/cases/{case}/break-glass", {"reason": "Nobody else is on duty"}),
        "find the opening in the list": Op("GET", "/openings", finds="{opening}"),
        "read it": Op("GET", "/openings/{opening}", shows={"reason": REASON}),
        "end it early": Op("POST", "/openings/{opening}/end"),
        "review it": Op(
            "POST", "/openings/{opening}/review", {"finding": "justified", "note": "Nobody else was on duty"}
        ),
    },
)
