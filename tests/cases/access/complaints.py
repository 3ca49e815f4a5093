"""Complaints about police: sent by anybody, dealt with by oversight, unseen by the police of the area. Rule C19."""

from tests.cases.access.matrix import Op, Part
from tests.cases.access.world import World

COMPLAINT = {"area": "XK.PRI", "matter": "incivility", "text": "Canary words", "place": "Canary Lane"}


async def prepare(world: World) -> dict[str, str]:
    """A complaint from outside."""
    made = await world.make("POST", "/complaints", COMPLAINT, as_="")
    listed = await world.make("GET", "/complaints", as_="oversight@XK", subject="eve")
    return {"receipt": made["receipt"], "case": listed["items"][0]["id"]}


PART = Part(
    prepare=prepare,
    canaries=("Canary",),
    ops={
        "complain": Op("POST", "/complaints", COMPLAINT),
        "follow it, with its receipt": Op("POST", "/complaints/follow", {"code": "{receipt}"}),
        "find it in the list": Op("GET", "/complaints", finds="{case}"),
        "find its file in the list": Op("GET", "/cases?kind=complaint", finds="{case}"),
        "read it": Op("GET", "/complaints/{case}", of_case=True, shows={"text": "Canary words"}),
        "take it a step on": Op("POST", "/complaints/{case}/move", {"to": "acknowledged"}),
        "read who read and changed it": Op("GET", "/cases/{case}/trail", of_case=True),
        "name a person in it": Op("POST", "/cases/{case}/people", {"role": "witness", "given_names": "Mira"}),
        "break its glass": Op("POST", "/cases/{case}/break-glass", {"reason": "Nobody else is on duty"}),
        "see figures of the country": Op("GET", "/complaint-figures?country=XK&year=2025"),
    },
)
