"""Incidents: recorded and read by the police of the area."""

import json

from tests.cases.access.matrix import Op, Part
from tests.cases.access.world import World

INCIDENT = {"area": "XK.PRI", "month": "2026-02", "category": "0502", "place": "Canary Lane"}
ROW = INCIDENT | {"external_id": "three"}
IMPORT = "ab" * 32


async def prepare(world: World) -> dict[str, str]:
    """An incident that came by itself, and one of a batch with a row that was refused."""
    made = await world.make("POST", "/incidents", INCIDENT | {"external_id": "one"})
    batch = {"import_id": IMPORT, "root": "XK.PRI", "source": "police.uk"}
    for number, rows in enumerate(([{"external_id": "bad-row"}], [ROW | {"external_id": "two"}])):
        await world.make("POST", "/incidents/batches", batch | {"batch": number, "rows": rows})
    return {"incident": made["id"], "import": IMPORT}


PART = Part(
    prepare=prepare,
    canaries=("Canary",),
    ops={
        "record one": Op("POST", "/incidents", INCIDENT | {"external_id": "four"}),
        "record many": Op(
            "POST", "/incidents/batches",
            {"import_id": "cd" * 32, "batch": 0, "root": "XK.PRI", "source": "police.uk", "rows": [ROW]},
        ),
        "stream many": Op(
            "PUT", "/incidents/imports/" + "ef" * 32 + "?root=XK.PRI&source=police.uk", content=json.dumps(ROW)
        ),
        "find it in the list": Op("GET", "/incidents", finds="{incident}"),
        "read it": Op("GET", "/incidents/{incident}", shows={"place": "Canary Lane"}),
        "see how far an import came": Op("GET", "/incidents/imports/{import}?root=XK.PRI", finds="[1]"),
        "see which rows were refused": Op("GET", "/incidents/imports/{import}/refusals?root=XK.PRI", finds="bad-row"),
        "see them as CSV": Op("GET", "/incidents/imports/{import}/refusals.csv?root=XK.PRI", finds="bad-row"),
    },
)  # fmt: skip
