"""Series of meetings."""

from tests.forum.access.matrix import Change, Part
from tests.forum.conftest import World

SERIES = {
    "rrule": "FREQ=MONTHLY;COUNT=2",
    "starts_local": "2026-06-02T18:00:00",
    "meeting": {"purposes": ["problem_solving"], "topics": [{"title": "Secret"}], "public": False},
}


async def prepare(world: World) -> dict[str, str]:
    """Two closed series, and a meeting of one."""
    made = [(await world.api.ok("POST", f"/forums/{world.forum}/series", SERIES))["id"] for _ in range(2)]
    planned = await world.api.ok("GET", f"/series/{made[0]}/meetings")
    return {"series": made[0], "ending": made[1], "of_series": planned["items"][0]["meeting_id"]}


PART = Part(
    prepare=prepare,
    changes={
        "start a series": Change("POST", "/forums/{forum}/series", SERIES),
        "change a series": Change("PATCH", "/series/{series}", {"duration_minutes": 45}, hidden=True),
        "end a series": Change(
            "POST", "/series/{ending}/end", {"last_day": "2026-06-02", "reason": "r"}, hidden=True
        ),
    },
    inside=(
        "/forums/{forum}/series", "/series/{series}", "/series/{series}/meetings",
        "/forums/{forum}/series-preview?rrule=FREQ=WEEKLY&starts_local=2026-06-02T18:00:00",
    ),
    lists=("/meetings", "/forums/{forum}/meetings"),
    secrets=("of_series",),
)  # fmt: skip
