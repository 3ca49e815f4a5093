"""Decisions followed up, and how they were delivered. Rules F13, F20."""

from tests.forum.access.matrix import Change, Part
from tests.forum.conftest import DECISION, World

MOVE = {"due_on": "2026-06-01", "reason": "r"}


async def prepare(world: World) -> dict[str, str]:
    """A decision in no published minutes, an inside note, and a closed decision superseded by a closed one."""
    mendable = await world.api.ok("POST", f"/meetings/{world.held}/decisions", DECISION | {"text": "Mend"})
    await world.api.ok("POST", f"/decisions/{mendable['id']}/notes", {"text": "Secret note", "internal": True})
    hidden = DECISION | {"text": "Secret again", "closed": True}
    hidden_id = (await world.api.ok("POST", f"/meetings/{world.held}/decisions", hidden))["id"]
    return {"mendable": mendable["id"], "hidden": hidden_id}


PART = Part(
    prepare=prepare,
    changes={
        "mend a decision": Change("PATCH", "/decisions/{mendable}", {"text": "Mended"}),
        "mend a closed decision": Change("PATCH", "/decisions/{hidden}", {"text": "Mended"}, hidden=True),
        "note progress": Change("POST", "/decisions/{mendable}/notes", {"text": "Half done"}),
        "note progress inside": Change("POST", "/decisions/{hidden}/notes", {"text": "Half done"}, hidden=True),
        "move a due date": Change("POST", "/decisions/{mendable}/due-date", MOVE),
        "move a closed due date": Change("POST", "/decisions/{hidden}/due-date", MOVE, hidden=True),
    },
    public=("/decisions/{mendable}", "/forums/{forum}/delivery", "/areas/XK.PRI/delivery"),
    inside=("/decisions/{hidden}",),
    lists=("/decisions?meeting={held}", "/forums/{forum}/delivery"),
    secrets=("hidden",),
)
