"""Diversion cases: assessed, agreed term by term, restorative meetings, steps and follow-ups."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.cases.access.matrix import ABOVE, AGENCY, WHO, Op, Part, split
from tests.cases.access.world import World

FILES = Path(__file__).parents[3] / "docs/programmes"
HALT, MEETING = "halt-agreement", "restorative-conference"
CASE = {
    "area": "XK.PRI", "offence": "0504", "act_on": "2026-03-01", "referred_by": "police", "domestic_violence": False,
    "gender_based_violence": False, "text": "Canary wall",
}  # fmt: skip
FOUND = {
    "domestic_violence": False, "gender_based_violence": False, "responsibility_accepted": True,
    "previous_diversions": 0, "text": "Canary assessment",
}  # fmt: skip
TERM = {"kind": "work", "text": "Canary work", "due_on": "2026-05-01", "hours": 12}
CONSENT = {"capacity": "responsible", "purpose": "measure", "form": "written", "given_on": "2026-03-01"}
SESSION = {"held_on": "2026-03-15", "attended": True, "minutes": 60}
WARNING = {"deadline_on": "2026-03-25", "text": "Canary letter"}
PLANNED = {"facilitator": "mira", "starts_at": "2026-04-01T10:00:00Z", "place": "Canary hall"}

_ENDED = "update diversions set outcome = 'completed', state = 'completed', ended_on = '2025-09-01' where id = $1"
_ASKED = "insert into diversion_follow_ups values ($1, 6, '2026-03-01', true, false)"


async def opened(world: World, programme: str, *steps: str) -> tuple[str, list[str]]:
    """A case of a programme that has taken these steps, with who is responsible, the victim, and a guardian."""
    case = (await world.make("POST", "/diversions", CASE))["id"]
    people: list[str] = []
    for role, born_on in (("responsible", "2011-05-10"), ("victim", "1980-05-10"), ("guardian", "1980-05-10")):
        named: dict[str, Any] = {"role": role, "born_on": born_on, "given_names": "X"}
        if role == "guardian":
            named["guardian_of"] = people[:1]
        people.append((await world.make("POST", f"/cases/{case}/people", named))["id"])
    assessed = FOUND | {"programme": f"example-{programme}", "person_id": people[0]}
    await world.make("PUT", f"/diversions/{case}/assessment", assessed)
    for step in steps:
        await world.make("POST", f"/diversions/{case}/steps", {"to": step})
    return case, people


async def term_of(world: World, case: str) -> str:
    made = await world.make("POST", f"/diversions/{case}/agreement/terms", TERM)
    return str(made["terms"][-1]["id"])


async def consented(world: World, case: str, people: list[str]) -> str:
    body: dict[str, Any] = {}
    for capacity, person in (("responsible", people[0]), ("guardian", people[2])):
        consent = CONSENT | {"capacity": capacity, "person_id": person}
        body = await world.make("POST", f"/diversions/{case}/consents", consent)
    return str(body["consents"][-1]["id"])


async def prepare(world: World) -> dict[str, str]:
    """A case that was assessed, one that was offered, one under way, and one with a meeting to come."""
    for name in (HALT, MEETING):
        rules = json.loads((FILES / f"example-{name}.json").read_text())
        del rules["$schema"]
        made = await world.make("POST", "/programmes", {"area": "XK", "rules": rules}, as_="admin@XK")
    case, people = await opened(world, HALT)
    offered, _ = await opened(world, HALT, "assessed", "offered")
    free = await term_of(world, offered)
    agreed, others = await opened(world, HALT, "assessed", "offered")
    ids = {"term": await term_of(world, agreed), "consent": await consented(world, case, people)}
    await consented(world, agreed, others)
    for step in ("agreed", "under_way"):
        await world.make("POST", f"/diversions/{agreed}/steps", {"to": step})
    meeting, (responsible, victim, _) = await opened(world, MEETING, "assessed", "offered")
    ended, _ = await opened(world, HALT)
    await world.admin.execute(_ENDED, UUID(ended))
    await world.admin.execute(_ASKED, UUID(ended))
    plan = PLANNED | {"responsible_id": responsible, "victim_id": victim, "agency": AGENCY}
    await world.make("PUT", f"/diversions/{meeting}/conference", plan)
    return ids | {
        "programme": made["id"], "case": case, "ended": ended, "person": people[0], "offered": offered,
        "free": free, "agreed": agreed,
        "meeting": meeting, "responsible": responsible, "victim": victim,
    }  # fmt: skip


ASKED = {"programme_id": "{programme}", "act_on": "2026-03-01", "offence": "0504"}
ONE, AGREEMENT, ROOM = "/diversions/{case}", "/diversions/{agreed}/agreement", "/diversions/{meeting}/conference"
COUNTERS = WHO
for row in ("administrator", "administrator, in the team", "core group", "evaluator"):
    COUNTERS = split(row, f"{row}, of the country", lambda actor: actor.grants[0].area == ABOVE, COUNTERS)
PART = Part(
    prepare=prepare,
    who=COUNTERS,
    canaries=("Canary",),
    ops={
        "open one": Op("POST", "/diversions", CASE),
        "find it in the list": Op("GET", "/diversions", finds="{case}"),
        "ask who is eligible": Op("POST", "/diversions/eligibility", ASKED),
        "read it": Op("GET", ONE, of_case=True, shows={"text": "Canary wall"}),
        "change it": Op("PATCH", ONE, {"text": "Another"}),
        "assess it": Op(
            "PUT", f"{ONE}/assessment", FOUND | {"programme": f"example-{HALT}", "person_id": "{person}"}
        ),
        "record a consent": Op("POST", f"{ONE}/consents", CONSENT | {"person_id": "{person}"}),
        "withdraw a consent": Op("POST", f"{ONE}/consents/{{consent}}/withdraw"),
        "see its steps": Op("GET", f"{ONE}/steps", of_case=True),
        "take a step": Op("POST", f"{ONE}/steps", {"to": "assessed"}),
        "hold it to be breached": Op("POST", "/diversions/{agreed}/steps", {"to": "breached"}, unready=True),
        "read the agreement": Op("GET", AGREEMENT, of_case=True, shows={"text": "Canary work"}),
        "add a term": Op("POST", "/diversions/{offered}/agreement/terms", TERM | {"hours": 1}),
        "move a term": Op("PATCH", "/diversions/{offered}/agreement/terms/{free}", {"due_on": "2026-05-02"}),
        "take a term out": Op("DELETE", "/diversions/{offered}/agreement/terms/{free}"),
        "note a session": Op("POST", f"{AGREEMENT}/terms/{{term}}/sessions", SESSION),
        "warn": Op("POST", f"{AGREEMENT}/warnings", WARNING | {"term_id": "{term}"}),
        "settle a term": Op(
            "POST", f"{AGREEMENT}/terms/{{term}}/settle",
            {"state": "waived", "settled_on": "2026-03-15", "waived_for": "impossible"},
        ),
        "read the meeting": Op("GET", ROOM, of_case=True, shows={"place": "Canary hall", "people": "{victim}"}),
        "hand out a side's sheet": Op("GET", f"{ROOM}/sheets/victim", of_case=True),
        "plan a meeting": Op(
            "PUT", ROOM, PLANNED | {"responsible_id": "{responsible}", "victim_id": "{victim}"}
        ),
        "screen for safety": Op("PUT", f"{ROOM}/screening", {"is_safe": True, "text": "Canary screen"}),
        "start the meeting": Op("POST", f"{ROOM}/start", unready=True),
        "record the meeting as held": Op("POST", f"{ROOM}/hold", {"text": "Canary result"}, unready=True),
        "stop the meeting": Op("POST", f"{ROOM}/stop", {"by": "victim"}),
        "see the follow-ups": Op("GET", "/diversions/{ended}/follow-ups", of_case=True),
        "answer a follow-up": Op("PUT", "/diversions/{ended}/follow-ups/6", {"reoffended": False}),
        "see who offended again, in figures": Op("GET", "/reoffending?area=XK&year=2024&months=6"),
    },
)  # fmt: skip
