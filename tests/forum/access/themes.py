"""Like concerns and themes."""

from tests.forum.access.concerns import ANSWER, CONCERN
from tests.forum.access.matrix import Change, Part
from tests.forum.conftest import World


async def prepare(world: World) -> dict[str, str]:
    """A theme of two concerns, and two more that could be one."""
    made = {}
    for name in ("one", "two", "three", "four"):
        body = CONCERN | {"member_id": world.member}
        made[name] = (await world.api.ok("POST", f"/forums/{world.forum}/concerns", body))["id"]
    joined = {"title": "Secret theme", "concern_ids": [made["one"], made["two"]]}
    made["theme"] = (await world.api.ok("POST", f"/forums/{world.forum}/concern-themes", joined))["id"]
    return made


PART = Part(
    prepare=prepare,
    changes={
        "join concerns": Change(
            "POST", "/forums/{forum}/concern-themes", {"title": "t", "concern_ids": ["{three}", "{four}"]}
        ),
        "separate a concern": Change(
            "POST", "/concern-themes/{theme}/separate", {"concern_ids": ["{two}"]}, hidden=True
        ),
        "answer a theme": Change("POST", "/concern-themes/{theme}/triage", ANSWER, hidden=True),
    },
    inside=(
        "/concern-themes/{theme}", "/forums/{forum}/concern-themes", "/concerns/{one}/similar",
        "/concern-groups?area=XK.PRI",
    ),
)  # fmt: skip
