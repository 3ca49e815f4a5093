"""Hate crimes: what was noted of bias in an incident; codes only."""

from tests.cases.access.matrix import Op, Part
from tests.cases.access.world import World

INCIDENT = {"area": "XK.PRI", "month": "2026-02", "category": "0502", "external_id": "one"}
PERCEIVED = {"perceived_by": "victim", "motivations": ["anti_roma"]}


async def prepare(world: World) -> dict[str, str]:
    """An incident in which somebody perceives bias."""
    incident = (await world.make("POST", "/incidents", INCIDENT))["id"]
    await world.make("POST", f"/incidents/{incident}/hate-crime/perceptions", PERCEIVED)
    return {"incident": incident}


BIAS = "/incidents/{incident}/hate-crime"
PART = Part(
    prepare=prepare,
    canaries=("anti_roma",),
    ops={
        "find it in the list": Op("GET", "/hate-crimes", finds="{incident}"),
        "read it": Op("GET", BIAS),
        "note who perceives bias": Op("POST", f"{BIAS}/perceptions", PERCEIVED | {"perceived_by": "officer"}),
        "note what points to bias": Op("POST", f"{BIAS}/indicators", {"indicators": ["hate_group"]}),
        "classify it": Op("POST", f"{BIAS}/classifications", {"classification": "suspected"}),
    },
)
