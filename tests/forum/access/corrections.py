"""Corrections of rumours."""

from tests.forum.access.matrix import Change, Part
from tests.forum.conftest import World

TEXTS = {"en": {"title": "Lamps", "claim": "No lamp is repaired", "facts": "Seven are lit"}}
SECRET = {"en": {"title": "Secret", "claim": "Secret claim", "facts": "Secret facts"}}
SOURCES = [{"title": "Works", "url": "https://works.example/lamps"}]
NOTICE = {"texts": TEXTS, "sources": SOURCES}
REASON = {"reason": "New figures"}


async def prepare(world: World) -> dict[str, str]:
    """A draft, another to be published, two published notices, one withdrawn whose words are secret."""
    found = {}
    for name, body, steps in (
        ("draft_notice", NOTICE | {"texts": SECRET, "about": "meeting", "about_id": world.closed_held}, ()),
        ("ready_notice", NOTICE, ()),
        ("notice", NOTICE | {"about": "decision", "about_id": world.decision}, ("publish",)),
        ("other_notice", NOTICE, ("publish",)),
        ("withdrawn_notice", NOTICE | {"texts": SECRET}, ("publish", "withdraw")),
    ):
        notice = (await world.api.ok("POST", f"/forums/{world.forum}/corrections", body))["id"]
        for step in steps:
            await world.api.ok("POST", f"/corrections/{notice}/{step}", REASON if step == "withdraw" else None)
        found[name] = notice
    return found


PART = Part(
    prepare=prepare,
    changes={
        "draft a correction": Change("POST", "/forums/{forum}/corrections", NOTICE),
        "change a correction": Change(
            "PATCH", "/corrections/{draft_notice}", {"texts": SECRET, "sources": []}, hidden=True
        ),
        "publish a correction": Change("POST", "/corrections/{ready_notice}/publish", hidden=True),
        "revise a correction": Change("POST", "/corrections/{notice}/revise", NOTICE | REASON),
        "withdraw a correction": Change("POST", "/corrections/{other_notice}/withdraw", REASON),
    },
    public=(
        "/corrections", "/corrections/{notice}", "/corrections/{notice}/versions", "/corrections/{withdrawn_notice}",
        "/corrections/{withdrawn_notice}/versions",
    ),
    inside=("/corrections/{draft_notice}", "/corrections/{draft_notice}/versions", "/corrections/{ready_notice}"),
    lists=(
        "/corrections", "/corrections?area=XK", "/corrections?areas=XK.PRI", "/corrections?forum={forum}",
        "/corrections?state=draft", "/corrections?about=meeting", "/corrections?about_id={closed_held}",
    ),
    secrets=("draft_notice", "ready_notice"),
)  # fmt: skip
