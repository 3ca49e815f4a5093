"""Posts, which the police's supervisors assign and those inside know."""

from beatbook.contracts.actor import Role
from tests.forum.access.matrix import Change, Part
from tests.forum.conftest import World

ASSIGNERS = frozenset({Role.ADMIN, Role.SUPERVISOR})
POST = {"kind": "community_officer", "reference": "0417", "officer_name": "Secret Name", "starts_on": "2026-01-01"}


async def prepare(world: World) -> dict[str, str]:
    """A post of another officer."""
    return {"post": (await world.api.ok("POST", "/areas/XK.PRI/posts", POST | {"reference": "0815"}))["id"]}


PART = Part(
    prepare=prepare,
    changes={
        "assign a post": Change("POST", "/areas/XK.PRI/posts", POST, allowed=ASSIGNERS),
        "change a post": Change(
            "PATCH", "/areas/XK.PRI/posts/{post}", {"ends_on": "2029-01-01"}, allowed=ASSIGNERS, hidden=True
        ),
    },
    inside=("/areas/XK.PRI/posts", "/areas/XK.PRI/posts?on=2026-02-01", "/areas/XK.PRI/posts/{post}"),
)
