"""Consultations outside meetings."""

from tests.forum.access.matrix import Change, Part
from tests.forum.conftest import World

ASKED = [{"group": "womens_organisations", "people": 14}, {"group": "elders", "people": 12}]
CONSULTATION = {
    "topic": "Lamps",
    "how": "focus_group",
    "held_on": "2026-03-10",
    "place": "Secret hall",
    "organisation": "Municipal council",
    "role": "chair",
    "asked": ASKED,
    "findings": ["Secret finding", "Secret second finding"],
}
SMALL = CONSULTATION | {"topic": "Secret talk", "asked": [{"group": "lgbtqi", "people": 3}]}
SUMMARY = {"summary": "People ask for light"}
WORDS = {"category": "lighting_and_surroundings", "text": "Secret words of a concern"}


async def prepare(world: World) -> dict[str, str]:
    """A consultation with a public summary, and others that stay inside."""
    found = {}
    for name, body in (("asked_inside", SMALL), ("ready", CONSULTATION | {"topic": "Secret"}), ("told", CONSULTATION)):
        found[name] = (await world.api.ok("POST", f"/forums/{world.forum}/consultations", body))["id"]
    await world.api.ok("POST", f"/consultations/{found['told']}/publish", SUMMARY)
    return found


PART = Part(
    prepare=prepare,
    changes={
        "record a consultation": Change("POST", "/forums/{forum}/consultations", CONSULTATION),
        "change a consultation": Change("PATCH", "/consultations/{asked_inside}", {"role": "x"}, hidden=True),
        "add a finding": Change("POST", "/consultations/{asked_inside}/findings", {"text": "t"}, hidden=True),
        "raise a finding": Change("POST", "/consultations/{asked_inside}/findings/1/concern", WORDS, hidden=True),
        "publish a summary": Change("POST", "/consultations/{ready}/publish", SUMMARY, hidden=True),
        "take a summary back": Change("POST", "/consultations/{told}/withdraw"),
    },
    public=("/consultations", "/consultations/{told}"),
    inside=("/consultations/{asked_inside}", "/consultations/{ready}", "/forums/{forum}/consultations/gaps"),
    lists=(
        "/consultations", "/consultations?area=XK", "/consultations?areas=XK.PRI", "/consultations?forum={forum}",
        "/consultations?forums={forum}", "/consultations?state=recorded", "/meetings/{planned}/agenda",
    ),
    secrets=("asked_inside", "ready"),
)  # fmt: skip
