"""Problem-solving (SARA) cases."""

from tests.cases.access.matrix import Op, Part
from tests.cases.access.world import World

TALK = {"group": "Shops", "held_on": "2026-03-01", "method": "interview", "finding": "Canary bicycles"}
CASE = {"area": "XK.PRI", "title": "Canary bicycles", "consultations": [TALK]}
TEXT = {"text": "Canary bicycles"}
SIDE = {"known": "Two men", "weakness": "No locks", "source": "Log"}
OBJECTIVE = {
    "text": "Fewer thefts", "indicator": "thefts", "unit": "a month", "baseline": 10, "target": 5,
    "due_on": "2026-12-31",
}  # fmt: skip
PLAN = {
    "working_group": [{"subject": "mira", "office": "Canary office"}],
    "objectives": [OBJECTIVE],
    "tasks": [{"text": "Canary locks", "owner": "Canary office", "due_on": "2026-03-20"}],
}
INCIDENT = {
    "area": "XK.PRI", "month": "2026-02", "category": "0502", "place": "Canary Lane", "external_id": "one",
}  # fmt: skip


async def prepare(world: World) -> dict[str, str]:
    """A case about an incident, one further on, and one that awaits its assessment."""
    incident, other = [
        (await world.make("POST", "/incidents", INCIDENT | {"external_id": name}))["id"] for name in ("one", "two")
    ]
    case = (await world.make("POST", "/problems", CASE | {"incident_ids": [incident]}))["id"]
    ahead = (await world.make("POST", "/problems", CASE))["id"]
    argued = {"similarity": "Same place", "harm": "Loss", "expectation": "Patrols"}
    await world.make("PATCH", f"/problems/{ahead}", {"statement": argued, "consultations": [TALK]})
    await world.make("POST", f"/problems/{ahead}/move", {"to": "analysis"})
    planned = (await world.make("POST", "/problems", CASE))["id"]
    await world.make("PUT", f"/problems/{planned}/plan", PLAN)
    return {"case": case, "ahead": ahead, "planned": planned, "incident": incident, "other": other}


PART = Part(
    prepare=prepare,
    canaries=("Canary",),
    ops={
        "open one": Op("POST", "/problems", CASE),
        "find it in the list": Op("GET", "/problems", finds="{case}"),
        "read it": Op("GET", "/problems/{case}", shows=TEXT, of_case=True),
        "have its report": Op("GET", "/problems/{case}/report", of_case=True),
        "see the report as a page": Op("GET", "/problems/{case}/report.html", of_case=True, shows=TEXT),
        "print the report": Op("GET", "/problems/{case}/report.pdf", is_costly=True),
        "change it": Op("PATCH", "/problems/{case}", {"title": "Bicycles"}),
        "set its team": Op("PATCH", "/problems/{case}", {"team": ["mira"]}),
        "hand it over": Op("PATCH", "/problems/{case}", {"team": ["mira"], "supervisor": "gerti"}),
        "write the analysis": Op("PUT", "/problems/{case}/analysis", {"offender": SIDE}),
        "write the plan": Op("PUT", "/problems/{case}/plan", {"objectives": [OBJECTIVE], "tasks": []}),
        "write the assessment": Op(
            "PUT", "/problems/{case}/assessment", {"verdict": "reduced", "evidence": "Fewer reports"}, unready=True
        ),
        "measure an objective": Op("POST", "/problems/{case}/measures", {"objective": 0}, unready=True),
        "record a review": Op(
            "POST", "/problems/{case}/reviews", {"held_on": "2026-03-10", "finding": "Canary review"}, unready=True
        ),
        "find a task of its plan": Op("GET", "/plan-items", finds="{planned}"),
        "take it a phase back": Op("POST", "/problems/{ahead}/move", {"to": "scanning", "reason": "Not enough"}),
        "see its incidents": Op("GET", "/problems/{case}/incidents", finds="{incident}", of_case=True),
        "add an incident": Op("POST", "/problems/{case}/incidents", {"incident_ids": ["{other}"]}),
        "take an incident out": Op("DELETE", "/problems/{case}/incidents/{incident}"),
    },
)
