"""Diversion programmes: a jurisdiction's rules as data, which anyone may read."""

import json
from pathlib import Path

from tests.cases.access.matrix import ABOVE, Op, Part, split
from tests.cases.access.world import World

FILE = Path(__file__).parents[3] / "docs/programmes/example-halt-agreement.json"
RULES = {name: value for name, value in json.loads(FILE.read_text()).items() if name != "$schema"} | {
    "code": "example-own"
}


async def prepare(world: World) -> dict[str, str]:
    """A programme of the country."""
    made = await world.make("POST", "/programmes", {"area": "XK", "rules": RULES}, as_="admin@XK")
    return {"programme": made["id"]}


WHO = split("administrator", "administrator of the country", lambda actor: actor.grants[0].area == ABOVE)
LOADER = "administrator of the country, in the team"

PART = Part(
    prepare=prepare,
    who=split("administrator, in the team", LOADER, lambda actor: actor.grants[0].area == ABOVE, WHO),
    ops={
        "load a version": Op(
            "POST", "/programmes", {"area": "XK", "rules": RULES | {"version": 2, "valid_from": "2027-01-01"}}
        ),
        "find it in the list": Op("GET", "/programmes?area=XK", finds="{programme}"),
        "read the form of rules": Op("GET", "/programmes/schema"),
        "read it": Op("GET", "/programmes/{programme}"),
    },
)
