"""Which concerns of forums a case stands for: said by who works on it, and known to nobody else. Rule C12a."""

from tests.cases.access.matrix import Op, Part
from tests.cases.access.world import World

CONCERN, OTHER = "01890000-0000-7000-8000-00000000000a", "01890000-0000-7000-8000-00000000000b"


async def prepare(world: World) -> dict[str, str]:
    """A case that stands for a concern."""
    case = await world.open_problem()
    await world.make("PUT", f"/cases/{case}/concerns/{CONCERN}")
    return {"case": case, "concern": CONCERN, "other": OTHER}


PART = Part(
    prepare=prepare,
    canaries=(CONCERN,),
    ops={
        "see its concerns": Op("GET", "/cases/{case}/concerns", finds="{concern}", of_case=True),
        "link a concern": Op("PUT", "/cases/{case}/concerns/{other}", hides="case"),
        "unlink a concern": Op("DELETE", "/cases/{case}/concerns/{concern}", hides="case"),
    },
)
