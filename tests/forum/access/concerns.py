"""Concerns: raised, edited, triaged, passed on, followed."""

from beatbook.contracts.actor import Role
from services.forum.concerns.rules import RAISERS
from tests.forum.access.matrix import MANAGERS, Change, Part
from tests.forum.conftest import World

PUBLIC = frozenset({Role.PUBLIC})
CONCERN = {"category": "road_safety", "text": "Secret words of a neighbour", "wish": "Secret wish"}
ANSWER = {"outcome": "answered", "words": "Secret answer", "organisation": "Public works"}
GROUP = {"area": "XK", "kind": "core_implementation_group", "name": "Core group"}


async def prepare(world: World) -> dict[str, str]:
    """A published concern, and those that each step starts from."""
    await world.api.ok("POST", "/forums", GROUP)
    made = {}
    for name in ("shown", "kept", "to_triage", "to_escalate", "with_case"):
        body = CONCERN | {"member_id": world.member}
        made[name] = (await world.api.ok("POST", f"/forums/{world.forum}/concerns", body))["id"]
    summary = {"summary": "Cars are too fast at the school", "published": True}
    await world.api.ok("PATCH", f"/concerns/{made['shown']}", summary)
    await world.api.ok("POST", f"/concerns/{made['with_case']}/triage", ANSWER | {"outcome": "case_opened"})
    told = await world.api.ok("POST", f"/forums/{world.forum}/concerns/anonymous", CONCERN, as_=None)
    return made | {"receipt": told["receipt"]}


PART = Part(
    prepare=prepare,
    changes={
        "bring in a concern": Change(
            "POST", "/forums/{forum}/concerns", CONCERN | {"meeting_id": "{held}"}, allowed=RAISERS
        ),
        "raise a concern without a name": Change("POST", "/forums/{forum}/concerns/anonymous", CONCERN, allowed=PUBLIC),
        "follow a concern": Change("POST", "/concerns/follow", {"code": "{receipt}"}, allowed=frozenset(Role)),
        "edit a concern": Change("PATCH", "/concerns/{kept}", {"text": "Redacted"}, hidden=True),
        "edit a published concern": Change("PATCH", "/concerns/{shown}", {"summary": "Fast cars"}),
        "triage a concern": Change("POST", "/concerns/{to_triage}/triage", ANSWER, hidden=True),
        "escalate a concern": Change(
            "POST", "/concerns/{to_escalate}/escalate", {"words": "Of the whole country"}, hidden=True
        ),
        "note a case": Change(
            "POST", "/concerns/{with_case}/case-progress", {"bucket": "worked_on"}, hidden=True, allowed=MANAGERS
        ),
    },
    public=("/concerns", "/concerns/{shown}"),
    inside=("/concerns/{kept}", "/concerns/{kept}/steps", "/concerns/{shown}/steps"),
    lists=(
        "/concerns", "/concerns?area=XK", "/concerns?forum={forum}", "/concerns?state=waiting",
        "/concerns?category=road_safety", "/concerns?state=case_opened",
    ),
    secrets=("kept", "to_triage", "with_case"),
)  # fmt: skip
