"""Agendas and their own items: who may read and change them. Rules F9, F20."""

from tests.forum.access.matrix import Change, Part
from tests.forum.conftest import DECISION, World, meeting


async def prepare(world: World) -> dict[str, str]:
    """Own items on both planned meetings, an inside one among them, and a decision made under a closed item."""
    items = f"/meetings/{world.planned}/agenda/items"
    for title, public in (("Lamps again", True), ("Secret item", False), ("Signs", True)):
        agenda = await world.api.ok("POST", items, {"title": title, "public": public})
    own = [item["id"] for item in agenda["items"] if item["kind"] == "own"]
    secret = DECISION | {"text": "Secret under a closed item", "closed": True}
    await world.api.ok("POST", f"/meetings/{world.held}/decisions", secret)
    hidden = await world.api.ok("POST", f"/meetings/{world.closed_planned}/agenda/items", {"title": "x"})
    other = meeting("2026-05-09T17:00:00+00:00", public=False)
    other_id = (await world.api.ok("POST", f"/forums/{world.forum}/meetings", other))["id"]
    for title in ("Bins", "Trees"):
        agenda = await world.api.ok("POST", f"/meetings/{other_id}/agenda/items", {"title": title})
    bins, trees = [item["id"] for item in agenda["items"] if item["kind"] == "own"]
    return {
        "other": other_id, "bins": bins, "trees": trees,
        "first": own[0], "secret_item": own[1], "third": own[2],
        "hidden_item": next(item["id"] for item in hidden["items"] if item["kind"] == "own"),
    }  # fmt: skip


PART = Part(
    prepare=prepare,
    changes={
        "add an item": Change("POST", "/meetings/{planned}/agenda/items", {"title": "Bins"}),
        "add a closed meeting's item": Change(
            "POST", "/meetings/{closed_planned}/agenda/items", {"title": "Bins"}, hidden=True
        ),
        "drop an item": Change("DELETE", "/meetings/{planned}/agenda/items/{first}"),
        "drop a closed meeting's item": Change(
            "DELETE", "/meetings/{closed_planned}/agenda/items/{hidden_item}", hidden=True
        ),
        "order items": Change("PUT", "/meetings/{other}/agenda/items", {"order": ["{trees}", "{bins}"]}, hidden=True),
    },
    public=("/meetings/{planned}/agenda", "/meetings/{held}/agenda"),
    inside=("/meetings/{closed_held}/agenda", "/meetings/{closed_planned}/agenda"),
    lists=("/meetings/{planned}/agenda", "/meetings/{held}/agenda"),
    secrets=("secret_item", "draft", "closed_decision"),
)
