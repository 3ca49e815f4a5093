"""Critical incidents: declared, commanded, decided, stood down."""

from tests.cases.access.matrix import Op, Part
from tests.cases.access.world import World

CONCEPTS = dict.fromkeys(("effectiveness", "significant_impact", "confidence", "likelihood"), "Canary reasons")
DECLARED = {"area": "XK.PRI", "title": "Canary march", "concepts": CONCEPTS, "gold": "gina", "silver": "silvia"}
RISK = {"risk": "Canary riot", "likelihood": 3, "impact": 4, "owner": "mira"}
COMMUNITY = {"area": "XK.PRI", "community": "Canary street", "effect": "high"}
IMPACT = {"communities": [COMMUNITY], "review_due_at": "2026-03-20T12:00:00Z"}
DECISION = {"decision": "Canary road", "rationale": "Safer", "options": ["Close it", "Leave it open"]}


async def prepare(world: World) -> dict[str, str]:
    """One with a risk and a decision."""
    case = (await world.make("POST", "/critical-incidents", DECLARED, as_="supervisor@XK.PRI"))["id"]
    boss = {"as_": "supervisor@XK.PRI", "subject": "sue"}
    await world.make("POST", f"/critical-incidents/{case}/risks", RISK, **boss)
    await world.make("POST", f"/critical-incidents/{case}/decisions", DECISION, **boss)
    calm = (await world.make("POST", "/critical-incidents", DECLARED, as_="supervisor@XK.PRI"))["id"]
    await world.make("POST", f"/critical-incidents/{calm}/impacts", IMPACT, **boss)
    return {"case": case, "calm": calm}


PART = Part(
    prepare=prepare,
    canaries=("Canary",),
    ops={
        "declare one": Op("POST", "/critical-incidents", DECLARED),
        "find it in the list": Op("GET", "/critical-incidents", finds="{case}"),
        "read it": Op("GET", "/critical-incidents/{case}", of_case=True, shows={"text": "Canary march"}),
        "hand over command": Op("POST", "/critical-incidents/{case}/command", {"role": "gold", "subject": "gerti"}),
        "assess the impact": Op(
            "POST", "/critical-incidents/{case}/impacts", IMPACT,
        ),
        "add a risk": Op("POST", "/critical-incidents/{case}/risks", RISK),
        "write a risk": Op("PUT", "/critical-incidents/{case}/risks/1", RISK | {"impact": 5}),
        "read a risk": Op("GET", "/critical-incidents/{case}/risks/1", of_case=True, shows={"text": "Canary riot"}),
        "log a decision": Op("POST", "/critical-incidents/{case}/decisions", DECISION),
        "read the decisions": Op(
            "GET", "/critical-incidents/{case}/decisions", of_case=True, shows={"text": "Canary road"}
        ),
        "stand it down": Op(
            "POST", "/critical-incidents/{calm}/stand-down",
            {"reasons": "Calm again", "debrief": "Held", "learning": ["Talk earlier"]},
        ),
    },
)  # fmt: skip
