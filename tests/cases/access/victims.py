"""Victims: what they need, who supports them, and what they were promised news of."""

from tests.cases.access.matrix import Op, Part
from tests.cases.access.world import World

CASE = {"area": "XK.PRI"}
PROMISE = {"topic": "progress", "due_on": "2026-03-20"}
ASSESSED = {"needs": ["information"], "words": "Canary words"}


async def prepare(world: World) -> dict[str, str]:
    """A victim's case with an assessment and a promise."""
    case = (await world.make("POST", "/victims", CASE))["id"]
    await world.make("POST", f"/victims/{case}/assessments", ASSESSED)
    made = await world.make("POST", f"/victims/{case}/promises", PROMISE)
    promise = made["promises"][-1]["id"] if "promises" in made else made["id"]
    person = await world.make("POST", f"/cases/{case}/people", {"role": "victim", "given_names": "Canarina"})
    return {"case": case, "promise": promise, "person": person["id"]}


PART = Part(
    prepare=prepare,
    canaries=("Canar",),
    ops={
        "open one": Op("POST", "/victims", CASE),
        "find it in the list": Op("GET", "/victims", finds="{case}"),
        "read it": Op("GET", "/victims/{case}", of_case=True, shows={"text": "Canary words"}),
        "say who it is": Op("PATCH", "/victims/{case}", {"person_id": "{person}"}),
        "assess needs": Op("POST", "/victims/{case}/assessments", ASSESSED),
        "arrange support": Op("POST", "/victims/{case}/supports", {"need": "information"}),
        "promise news": Op("POST", "/victims/{case}/promises", PROMISE),
        "keep a promise": Op("POST", "/victims/{case}/promises/{promise}/keep"),
        "find the promise in the list": Op("GET", "/promises-to-victims", finds="{promise}"),
        "close it": Op("POST", "/victims/{case}/close", unready=True),
    },
)
