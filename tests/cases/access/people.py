"""People of a case: added, changed, read field by field."""

from tests.cases.access.matrix import Op, Part
from tests.cases.access.world import World

CONTACTS = {"address": "12 Canary Lane", "telephone": "+383 44 000 001", "mail": "canary@example.org"}
PERSON = {"role": "witness", "given_names": "Kanarina", "family_names": "Gashi", "born_on": "1990-02-03"} | CONTACTS
SHOWN = {"names": "Kanarina", "contacts": CONTACTS["telephone"]}


async def prepare(world: World) -> dict[str, str]:
    """A case with a witness."""
    case = await world.open_problem()
    person = await world.make("POST", f"/cases/{case}/people", PERSON)
    return {"case": case, "person": person["id"]}


PART = Part(
    prepare=prepare,
    canaries=(*CONTACTS.values(), "Kanarina", "Gashi", "1990-02-03"),
    ops={
        "name a person": Op("POST", "/cases/{case}/people", PERSON),
        "list the people": Op("GET", "/cases/{case}/people", shows=SHOWN, of_case=True),
        "read a person": Op("GET", "/cases/{case}/people/{person}", shows=SHOWN, of_case=True),
        "find a name": Op("POST", "/people/search", {"name": "Gashi"}, finds="{person}"),
        "change a person": Op("PATCH", "/cases/{case}/people/{person}", {"telephone": "+383 44 000 002"}),
    },
)
