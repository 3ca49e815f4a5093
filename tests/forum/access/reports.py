"""Yearly reports: adopted ones for everyone, drafts for those inside."""

from tests.forum.access.matrix import Change, Part
from tests.forum.conftest import World


async def prepare(world: World) -> dict[str, str]:
    """A year's report that was adopted."""
    await world.api.ok("POST", f"/forums/{world.forum}/reports/2024", {"foreword": "A quiet year."})
    return {}


PART = Part(
    prepare=prepare,
    changes={"adopt": Change("POST", "/forums/{forum}/reports/2025", {"reason": "r"})},
    public=(
        "/forums/{forum}/reports", "/forums/{forum}/reports/2024", "/forums/{forum}/reports/2024/document",
    ),
    inside=("/forums/{forum}/reports/2025/draft",),
)  # fmt: skip
