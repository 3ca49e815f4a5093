"""Partner agencies and memoranda: where a shelter is can be what it protects."""

from beatbook.contracts.actor import Role
from tests.cases.access.matrix import AGENCY, Op, Part, has, split
from tests.cases.access.world import World

AREAS = ["XK.PRI"]
HOUSE = {
    "code": AGENCY, "name": "Canary house", "services": ["shelter"], "areas": AREAS, "zone": "Europe/Belgrade",
    "contact": {"address": "12 Canary Lane"},
}  # fmt: skip
MEMORANDUM = {
    "services": ["shelter"], "areas": AREAS, "categories": ["identity"], "starts_on": "2026-01-01",
    "ends_on": "2027-12-31",
}  # fmt: skip


async def prepare(world: World) -> dict[str, str]:
    """An agency with a memorandum."""
    boss = {"as_": "supervisor@XK", "subject": "sue"}
    await world.make("POST", "/agencies", HOUSE, **boss)
    made = await world.make("POST", f"/agencies/{AGENCY}/memoranda", MEMORANDUM, **boss)
    return {"memorandum": made["id"]}


LOOK_UP = has(Role.ADMIN, Role.SUPERVISOR, Role.OFFICER, Role.COUNCIL, Role.ADVISOR, Role.FORUM_MEMBER)
OWN = has(Role.PARTNER)
PARTED = split("any office, below", "those of the police, council, forum, advisors, below", LOOK_UP)
PARTED = split("any office, below", "agency it is, below", OWN, PARTED)

PART = Part(
    prepare=prepare,
    who=split("any office, elsewhere", "agency it is, elsewhere", OWN, PARTED),
    canaries=("Canary",),
    ops={
        "register one": Op("POST", "/agencies", HOUSE | {"code": "another-house"}),
        "find it in the list": Op("GET", "/agencies", finds=AGENCY),
        "read it": Op("GET", f"/agencies/{AGENCY}"),
        "change it": Op("PATCH", f"/agencies/{AGENCY}", {"name": "House"}),
        "sign a memorandum": Op("POST", f"/agencies/{AGENCY}/memoranda", MEMORANDUM),
        "list memoranda": Op("GET", f"/agencies/{AGENCY}/memoranda", finds="{memorandum}"),
        "read a memorandum": Op("GET", f"/agencies/{AGENCY}/memoranda/{{memorandum}}"),
        "end a memorandum": Op("POST", f"/agencies/{AGENCY}/memoranda/{{memorandum}}/end", {"reason": "by_us"}),
    },
)
