"""Sites, which the core group chooses and everyone may know."""

from beatbook.contracts.actor import Role
from tests.forum.access.matrix import Change, Part
from tests.forum.conftest import World

DESIGNATORS = frozenset({Role.ADMIN, Role.CORE_GROUP})
SITE = {"role": "pilot", "starts_on": "2026-01-01"}


async def prepare(world: World) -> dict[str, str]:
    """A site that another can follow."""
    control = SITE | {"role": "control", "starts_on": "2025-01-01", "ends_on": "2025-06-30"}
    return {"site": (await world.api.ok("POST", "/areas/XK.PRI/sites", control))["id"]}


PART = Part(
    prepare=prepare,
    changes={
        "designate a site": Change("POST", "/areas/XK.PRI/sites", SITE, allowed=DESIGNATORS),
        "change a site": Change("PATCH", "/areas/XK.PRI/sites/{site}", {"ends_on": "2025-12-31"}, allowed=DESIGNATORS),
    },
    public=("/sites", "/sites?role=pilot&area=XK", "/areas/XK.PRI/sites", "/areas/XK.PRI/sites/{site}"),
)
