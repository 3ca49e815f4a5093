"""Referrals: drafted, sent, answered by the agency, stopped; consents to them. Rules C12, C12a."""

from tests.cases.access.matrix import AGENCY, Op, Part
from tests.cases.access.world import World

HOUSE = {"code": AGENCY, "name": "Safe House", "services": ["shelter"], "areas": ["XK"], "zone": "Europe/Belgrade"}
CATEGORIES = ["identity", "contact", "needs"]
MEMORANDUM = {
    "services": ["shelter"], "areas": ["XK"], "categories": CATEGORIES, "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
}  # fmt: skip
DRAFT = {
    "area": "XK.PRI", "agency": AGENCY, "service": "shelter", "age": "18-24", "categories": CATEGORIES,
    "needs": "Canary bed",
}  # fmt: skip
PERSON = {"role": "victim", "family_names": "Canarias", "telephone": "044 canary"}
CONSENT = {
    "giver": "person", "purpose": "shelter", "recipient": AGENCY, "categories": CATEGORIES, "form": "written",
    "given_on": "2026-03-01", "until": "2026-08-31",
}  # fmt: skip
SEND = {"answer_by": "2026-03-20T12:00:00Z"}


async def prepare(world: World) -> dict[str, str]:
    """A draft that lacks nothing, two referrals that wait for an answer, and one that was accepted."""
    boss = {"as_": "supervisor@XK", "subject": "sue"}
    await world.make("POST", "/agencies", HOUSE, **boss)
    await world.make("POST", f"/agencies/{AGENCY}/memoranda", MEMORANDUM, **boss)
    made = {}
    for name in ("draft", "asked", "recalled", "taken"):
        made[name] = case = (await world.make("POST", "/referrals", DRAFT))["id"]
        await world.make("POST", f"/cases/{case}/people", PERSON)
        await world.make("POST", f"/referrals/{case}/consents", CONSENT)
        if name != "draft":
            await world.make("POST", f"/referrals/{case}/send", SEND)
    ngo = {"as_": "partner@XK.PRI", "subject": "nora", "agency": AGENCY}
    await world.make("POST", f"/received-referrals/{made['taken']}/answer", {"to": "accepted"}, **ngo)
    return made


PART = Part(
    prepare=prepare,
    canaries=("Canar", "canary"),
    ops={
        "draft one": Op("POST", "/referrals", DRAFT),
        "find it in the list": Op("GET", "/referrals", finds="{taken}"),
        "read it": Op("GET", "/referrals/{taken}", of_case=True, shows={"text": "Canary bed"}),
        "change a draft": Op("PATCH", "/referrals/{draft}", {"urgency": "stat"}),
        "send a draft": Op("POST", "/referrals/{draft}/send", SEND),
        "record consent": Op("POST", "/referrals/{asked}/consents", CONSENT),
        "withdraw consent": Op("POST", "/referrals/{asked}/consents/person/withdraw"),
        "take it back": Op("POST", "/referrals/{recalled}/cancel", {"note": "Taken back"}),
        "find it among what was sent": Op("GET", "/received-referrals", finds="{asked}"),
        "read the preview": Op("GET", "/received-referrals/{asked}", of_case=True, shows={"what": "shelter"}),
        "read the details": Op(
            "GET", "/received-referrals/{taken}/details", of_case=True,
            shows={"text": "Canary bed", "identity": "Canarias", "contact": "044 canary"},
        ),
        "accept it": Op("POST", "/received-referrals/{asked}/answer", {"to": "accepted"}),
    },
)  # fmt: skip
