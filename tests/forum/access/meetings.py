"""Areas, forums, seats, meetings, minutes, decisions."""

from beatbook.contracts.actor import Role
from tests.forum.access.matrix import Change, Part
from tests.forum.conftest import COUNCIL, DECISION, MAPPING, MEMBER, World, collection, feature, meeting

ADMIN = frozenset({Role.ADMIN})
RENAMED = collection(feature("XK", None, name="Renamed"))
OPEN = {"heading": "h", "closed": False}
WITHDRAWN = {"outcome": "withdrawn", "reason": "r"}


async def prepare(world: World) -> dict[str, str]:
    """A closed area, and what each step of minutes starts from."""
    await world.api.ok("POST", "/areas/XK.PRI.DARDANIA/close", {"closed_on": "2026-03-01"})
    found = {}
    body = meeting("2026-03-04T17:00:00Z")
    found["hostile"] = (await world.api.ok("POST", f"/forums/{world.forum}/meetings", body))["id"]
    climate = {"climate": "hostile", "noted": "Secret shouting"}
    await world.api.ok(
        "POST", f"/meetings/{found['hostile']}/hold", {"held_at": "2026-03-04T17:00:00Z", "climate": climate}
    )
    for name, steps in (("unwritten", None), ("circulated", 1), ("approved", 2)):
        body = meeting("2026-03-05T17:00:00Z", public=False)
        planned = (await world.api.ok("POST", f"/forums/{world.forum}/meetings", body))["id"]
        await world.api.ok("POST", f"/meetings/{planned}/hold", {"held_at": "2026-03-05T17:00:00Z"})
        found[name] = planned
        if steps is None:
            continue
        minutes = (await world.api.ok("POST", f"/meetings/{planned}/minutes", {"items": [OPEN]}))["id"]
        for step, sent in (("circulate", None), ("approve", {"by": "chair"}))[:steps]:
            await world.api.ok("POST", f"/minutes/{minutes}/{step}", sent)
        found[name] = minutes
    return found


PART = Part(
    prepare=prepare,
    changes={
        "import areas": Change(
            "POST", "/areas/imports", {"mapping": MAPPING, "collections": [RENAMED]}, allowed=ADMIN, at="XK"
        ),
        "change an area": Change("PATCH", "/areas/XK.PRI", {"population": 9}, allowed=ADMIN),
        "found a forum": Change("POST", "/forums", COUNCIL),
        "change a forum": Change("PATCH", "/forums/{forum}", {"name": "New"}),
        "adopt rules": Change(
            "POST", "/forums/{forum}/rules-of-procedure", {"text": "t", "adopted_on": "2026-01-01"}
        ),
        "seat a member": Change("POST", "/forums/{forum}/members", MEMBER),
        "change a seat": Change("PATCH", "/forums/{forum}/members/{member}", {"role": "observer"}, hidden=True),
        "plan a meeting": Change("POST", "/forums/{forum}/meetings", meeting()),
        "change a meeting": Change("PATCH", "/meetings/{planned}", {"place": "x"}),
        "hold a meeting": Change("POST", "/meetings/{planned}/hold", {"held_at": "2026-03-14T17:00:00Z"}),
        "put a climate right": Change("PUT", "/meetings/{hostile}/climate", {"climate": "calm"}),
        "put a closed meeting's climate right": Change(
            "PUT", "/meetings/{closed_held}/climate", {"climate": "calm"}, hidden=True
        ),
        "change a closed meeting": Change("PATCH", "/meetings/{closed_planned}", {"place": "x"}, hidden=True),
        "call a meeting off": Change(
            "POST", "/meetings/{closed_planned}/call-off", {"state": "cancelled", "reason": "r"}, hidden=True
        ),
        "write minutes": Change(
            "POST", "/meetings/{unwritten}/minutes", {"items": [{"heading": "h"}]}, hidden=True
        ),
        "change minutes": Change("PATCH", "/minutes/{draft}", {"items": [OPEN]}, hidden=True),
        "circulate minutes": Change("POST", "/minutes/{draft}/circulate", hidden=True),
        "approve minutes": Change("POST", "/minutes/{circulated}/approve", {"by": "chair"}, hidden=True),
        "publish minutes": Change("POST", "/minutes/{approved}/publish", hidden=True),
        "correct minutes": Change(
            "POST", "/minutes/{published}/correct", {"items": [{"heading": "h"}], "reason": "r"}
        ),
        "record a decision": Change("POST", "/meetings/{held}/decisions", DECISION),
        "end a decision": Change("POST", "/decisions/{decision}/close", WITHDRAWN),
        "end a closed decision": Change("POST", "/decisions/{closed_decision}/close", WITHDRAWN, hidden=True),
        "close an area": Change("POST", "/areas/XK.PRI/close", {"closed_on": "2026-03-15"}, allowed=ADMIN),
    },
    public=(
        "/areas", "/areas/XK.PRI", "/areas/XK.PRI/map", "/forums", "/forums/{forum}", "/meetings",
        "/forums/{forum}/rules-of-procedure", "/forums/{forum}/meetings", "/meetings/{held}",
        "/minutes", "/minutes/{published}", "/minutes/{published}/versions",
        "/decisions", "/decisions/{decision}",
    ),
    inside=(
        "/forums/{forum}/members", "/forums/{forum}/advisories", "/meetings/{held}/attendance",
        "/meetings/{hostile}/climate", "/meetings/{closed_held}",
        "/meetings/{closed_held}/attendance",
        "/meetings/{closed_planned}", "/minutes/{draft}", "/minutes/{draft}/versions", "/minutes/{circulated}",
        "/minutes/{approved}", "/decisions/{closed_decision}",
    ),
    lists=(
        "/meetings", "/meetings?area=XK", "/meetings?areas=XK.PRI", "/meetings?state=held", "/meetings?state=planned",
        "/forums/{forum}/meetings", "/minutes", "/minutes?state=draft", "/minutes?state=approved", "/minutes?area=XK",
        "/minutes?forum={forum}", "/decisions", "/decisions?area=XK", "/decisions?state=open",
        "/decisions?meeting={closed_held}", "/decisions?forum={forum}",
    ),
    secrets=(
        "closed_planned", "closed_held", "draft", "circulated", "approved", "closed_decision", "unwritten",
    ),
)  # fmt: skip
