"""Warning signals, and the order of police ranks."""

from beatbook.contracts.actor import Role
from tests.forum.access.matrix import MANAGERS, Change, Part
from tests.forum.conftest import World, meeting

RANKS = {"ranks": ["Constable", "Sergeant"]}


async def prepare(world: World) -> dict[str, str]:
    """A signal about a closed meeting that was postponed twice."""
    body = meeting("2026-05-01T17:00:00Z", public=False)
    planned = (await world.api.ok("POST", f"/forums/{world.forum}/meetings", body))["id"]
    for day in ("2026-05-02", "2026-05-03"):
        await world.api.ok("POST", f"/meetings/{planned}/call-off", {"state": "postponed", "reason": "Secret"})
        await world.api.ok("PATCH", f"/meetings/{planned}", {"starts_at": f"{day}T17:00:00Z"})
    (signal,) = (await world.api.ok("GET", f"/forums/{world.forum}/signals"))["items"]
    return {"signal": signal["id"]}


PART = Part(
    prepare=prepare,
    changes={
        "say what was found": Change(
            "POST",
            "/signals/{signal}/acknowledge",
            {"finding": "No room was free"},
            allowed=MANAGERS | {Role.SUPERVISOR},
            hidden=True,
        ),
        "order police ranks": Change(
            "PUT", "/areas/XK/police-ranks", RANKS, allowed=frozenset({Role.ADMIN}), at="XK"
        ),
    },
    public=("/areas/XK.PRI/police-ranks",),
    inside=("/forums/{forum}/signals", "/forums/{forum}/signals?state=standing", "/signals/{signal}"),
    lists=("/signals", "/signals?area=XK", "/signals?areas=XK.PRI,XK.PEC", "/signals?state=standing",
           "/signal-counts?area=XK"),
    secrets=("signal",),
)  # fmt: skip
