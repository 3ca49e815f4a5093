"""Templates, and the rules they propose."""

from tests.forum.access.matrix import Part
from tests.forum.conftest import COUNCIL, World


async def prepare(world: World) -> dict[str, str]:
    """A council founded from a template."""
    body = COUNCIL | {"template": "community_safety_council-municipal"}
    return {"fresh": (await world.api.ok("POST", "/forums", body))["id"]}


PART = Part(
    prepare=prepare,
    public=("/forum-templates",),
    inside=("/forums/{fresh}/rules-of-procedure/proposal",),
)
