"""Community initiatives, and the places of a safe house network."""

from typing import Any

from services.forum.initiatives.rules import PLACE_READERS
from tests.forum.access.matrix import Change, Part
from tests.forum.conftest import World

WATCH = {
    "kind": "neighbourhood_watch",
    "name": "Dardania watch",
    "aim": "Neighbours keep an eye open",
    "written_rules": "We watch and report.",
    "reporting_only": True,
    "supervisor": {"name": "Lt Krasniqi", "role": "Community officer"},
    "partners": [{"name": "Tenants' union", "sector": "resident"}],
}
OPEN_DAY = {"kind": "open_day", "name": "Open day", "aim": "Come and ask"}
SAFE_HOUSES = {
    "kind": "safe_house_network",
    "name": "Secret houses",
    "aim": "Help for who feels threatened",
    "partners": [{"name": "Secret shop", "sector": "business"}],
}
PLACES = {"places": [{"name": "Secret shop", "address": "Secret street 1"}]}
REPORT = {"happened_on": "2026-03-10", "reached": 40, "text": "People came"}
END = {"outcome": "achieved", "result": "Fewer break-ins"}


async def started(world: World, body: Any, **more: Any) -> str:
    """An initiative that has run since the first of March; its id."""
    made = await world.api.ok("POST", f"/forums/{world.forum}/initiatives", body | more)
    await world.api.ok("POST", f"/initiatives/{made['id']}/start", {"on": "2026-03-01"})
    return str(made["id"])


async def prepare(world: World) -> dict[str, str]:
    """A proposal, running initiatives for each step, a safe house network, and one that everybody may know of."""
    secret = OPEN_DAY | {"name": "Secret plan"}
    proposal = (await world.api.ok("POST", f"/forums/{world.forum}/initiatives", secret))["id"]
    found = {"proposal": proposal, "watch": await started(world, WATCH), "open_day": await started(world, OPEN_DAY)}
    found["safe_houses"] = await started(world, SAFE_HOUSES)
    found["known_houses"] = await started(world, SAFE_HOUSES, name="Safe houses", public=True)
    for network in (found["safe_houses"], found["known_houses"]):
        await world.api.ok("PUT", f"/initiatives/{network}/places", PLACES)
        await world.api.ok("POST", f"/initiatives/{network}/reports", REPORT | {"text": "Secret visit"})
    await world.api.ok("POST", f"/initiatives/{found['open_day']}/reports", REPORT)
    return found


PART = Part(
    prepare=prepare,
    changes={
        "propose an initiative": Change("POST", "/forums/{forum}/initiatives", WATCH),
        "change an initiative": Change("PATCH", "/initiatives/{watch}", {"aim": "New"}),
        "start an initiative": Change("POST", "/initiatives/{proposal}/start", {}, hidden=True),
        "pause an initiative": Change("POST", "/initiatives/{watch}/pause", {"reason": "r"}),
        "report on an initiative": Change("POST", "/initiatives/{open_day}/reports", REPORT),
        "end an initiative": Change("POST", "/initiatives/{open_day}/end", END),
        "write safe places": Change("PUT", "/initiatives/{safe_houses}/places", PLACES, hidden=True),
    },
    public=(
        "/initiatives", "/initiatives/{watch}", "/initiatives/{open_day}", "/initiatives/{known_houses}",
        "/initiatives/{open_day}/reports",
    ),
    inside=(
        "/initiatives/{proposal}", "/initiatives/{safe_houses}", "/initiatives/{safe_houses}/reports",
        "/initiatives/{known_houses}/reports",
    ),
    lists=(
        "/initiatives", "/initiatives?area=XK", "/initiatives?areas=XK.PRI", "/initiatives?forum={forum}",
        "/initiatives?state=proposed", "/initiatives?kind=safe_house_network",
    ),
    secrets=("proposal", "safe_houses"),
    readers={
        "/initiatives/{safe_houses}/places": PLACE_READERS,
        "/initiatives/{known_houses}/places": PLACE_READERS,
    },
)  # fmt: skip
