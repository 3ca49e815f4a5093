"""Trainings, which the council keeps and those inside read."""

from tests.forum.access.matrix import Change, Part
from tests.forum.conftest import World

TRAINING = {"area": "XK.PRI", "subject": "Secret subject", "starts_on": "2026-03-01", "ends_on": "2026-03-02"}
HELD = {"trainers": 2, "trainers_trained": 1, "participants": [{"group": "police", "count": 3}]}


async def prepare(world: World) -> dict[str, str]:
    """Trainings to be changed, held and cancelled."""
    body = TRAINING | {"forum_id": world.forum}
    return {name: (await world.api.ok("POST", "/trainings", body))["id"] for name in ("training", "other")}


PART = Part(
    prepare=prepare,
    changes={
        "plan a training": Change("POST", "/trainings", TRAINING),
        "change a training": Change("PATCH", "/trainings/{training}", {"subject": "Mediation"}, hidden=True),
        "hold a training": Change("POST", "/trainings/{training}/hold", HELD, hidden=True),
        "cancel a training": Change("POST", "/trainings/{other}/cancel", {"reason": "r"}, hidden=True),
    },
    inside=("/trainings/{training}",),
    lists=("/trainings", "/trainings?area=XK", "/trainings?forum={forum}", "/trainings?state=planned"),
    secrets=("training", "other"),
)
