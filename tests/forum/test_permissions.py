"""Who may do and see what: every endpoint, every role; and what was refused did not happen. Rules F10, F20."""

from dataclasses import fields
from typing import Any

import pytest

from beatbook.contracts.actor import Role
from tests.forum.conftest import CHAIR, COUNCIL, DECISION, MAPPING, World, collection, feature, meeting

MANAGERS = {Role.ADMIN, Role.COUNCIL}
INSIDERS = MANAGERS | {Role.FORUM_MEMBER, Role.OFFICER, Role.SUPERVISOR, Role.ADVISOR}

RENAMED = collection(feature("XK", None, name="Renamed"))
WRITES: dict[str, tuple[str, str, Any, set[Role]]] = {
    "import areas": ("POST", "/areas/imports", {"mapping": MAPPING, "collections": [RENAMED]}, {Role.ADMIN}),
    "change an area": ("PATCH", "/areas/XK.PRI", {"population": 9}, {Role.ADMIN}),
    "found a forum": ("POST", "/forums", COUNCIL, MANAGERS),
    "change a forum": ("PATCH", "/forums/{forum}", {"name": "New"}, MANAGERS),
    "adopt rules": ("POST", "/forums/{forum}/rules-of-procedure", {"text": "t", "adopted_on": "2026-01-01"}, MANAGERS),
    "seat a member": ("POST", "/forums/{forum}/members", CHAIR, MANAGERS),
    "change a seat": ("PATCH", "/forums/{forum}/members/{member}", {"role": "observer"}, MANAGERS),
    "plan a meeting": ("POST", "/forums/{forum}/meetings", meeting(), MANAGERS),
    "change a meeting": ("PATCH", "/meetings/{planned}", {"place": "x"}, MANAGERS),
    "hold a meeting": ("POST", "/meetings/{planned}/hold", {"held_at": "2026-03-14T17:00:00Z"}, MANAGERS),
    "change a closed meeting": ("PATCH", "/meetings/{closed_planned}", {"place": "x"}, MANAGERS),
    "call a meeting off": (
        "POST", "/meetings/{closed_planned}/call-off", {"state": "cancelled", "reason": "r"}, MANAGERS,
    ),
    "write minutes": ("POST", "/meetings/{unwritten}/minutes", {"items": [{"heading": "h"}]}, MANAGERS),
    "change minutes": ("PATCH", "/minutes/{draft}", {"items": [{"heading": "h"}]}, MANAGERS),
    "circulate minutes": ("POST", "/minutes/{draft}/circulate", None, MANAGERS),
    "approve minutes": ("POST", "/minutes/{circulated}/approve", {"by": "chair"}, MANAGERS),
    "publish minutes": ("POST", "/minutes/{approved}/publish", None, MANAGERS),
    "correct minutes": ("POST", "/minutes/{published}/correct", {"items": [{"heading": "h"}], "reason": "r"}, MANAGERS),
    "record a decision": ("POST", "/meetings/{held}/decisions", DECISION, MANAGERS),
    "end a decision": ("POST", "/decisions/{decision}/close", {"outcome": "withdrawn", "reason": "r"}, MANAGERS),
    "end a closed decision": (
        "POST", "/decisions/{closed_decision}/close", {"outcome": "withdrawn", "reason": "r"}, MANAGERS,
    ),
    "close an area": ("POST", "/areas/XK.PRI/close", {"closed_on": "2026-03-15"}, {Role.ADMIN}),
}  # fmt: skip
"""Every change there is, in an order in which one caller can make them all; and who may."""
HIDDEN = {"change a closed meeting", "call a meeting off", "change minutes", "circulate minutes", "approve minutes",
          "publish minutes", "write minutes", "end a closed decision", "change a seat"}  # fmt: skip
"""What is about something that only those inside know of: others are told that it is not there."""


@pytest.fixture
async def ids(world: World) -> dict[str, str]:
    """The world's ids, and what each step of minutes starts from."""
    found = {field.name: getattr(world, field.name) for field in fields(world) if field.name != "api"}
    await world.api.ok("POST", "/areas/XK.PRI.DARDANIA/close", {"closed_on": "2026-03-01"})
    for name, steps in (("unwritten", None), ("circulated", 1), ("approved", 2)):
        body = meeting("2026-03-05T17:00:00Z", public=False)
        planned = (await world.api.ok("POST", f"/forums/{world.forum}/meetings", body))["id"]
        await world.api.ok("POST", f"/meetings/{planned}/hold", {"held_at": "2026-03-05T17:00:00Z"})
        found[name] = planned
        if steps is None:
            continue
        minutes = (await world.api.ok("POST", f"/meetings/{planned}/minutes", {"items": [{"heading": "h"}]}))["id"]
        for step, sent in (("circulate", None), ("approve", {"by": "chair"}))[:steps]:
            await world.api.ok("POST", f"/minutes/{minutes}/{step}", sent)
        found[name] = minutes
    return found


async def test_who_may_not_changes_nothing(world: World, ids: dict[str, str], subtests: pytest.Subtests) -> None:
    before = await world.api.fingerprint()
    for action, (method, path, body, allowed) in WRITES.items():
        callers: dict[str | None, bool] = {None: False}
        callers |= {f"{role}@XK.PRI": role in INSIDERS for role in Role if role not in allowed}
        callers |= {f"{role}@{area}": False for role in Role for area in ("XK.PEC", "XK.PR", "XK.PRI.DARDANIA")}
        with subtests.test(action):
            for caller, inside in callers.items():
                answer = await world.api(method, path.format(**ids), body, as_=caller)
                wanted = 404 if action in HIDDEN and not inside else 403
                assert answer.status_code == wanted, (caller, answer.text)
            assert await world.api.fingerprint() == before


@pytest.mark.parametrize("role", sorted(MANAGERS))
async def test_who_may_does(world: World, ids: dict[str, str], role: Role, subtests: pytest.Subtests) -> None:
    for action, (method, path, body, allowed) in WRITES.items():
        if role not in allowed:
            continue
        with subtests.test(action):
            before = await world.api.fingerprint()
            caller = f"{role}@XK" if action == "import areas" else f"{role}@XK.PRI"
            answer = await world.api(method, path.format(**ids), body, as_=caller)
            assert answer.is_success, answer.text
            assert await world.api.fingerprint() != before


PUBLIC_READS = ["/areas", "/areas/XK.PRI", "/areas/XK.PRI/map", "/forums", "/forums/{forum}", "/meetings",
                "/forums/{forum}/rules-of-procedure", "/forums/{forum}/meetings", "/meetings/{held}",
                "/meetings/{planned}/agenda", "/minutes", "/minutes/{published}", "/minutes/{published}/versions",
                "/decisions", "/decisions/{decision}"]  # fmt: skip
INSIDE_READS = ["/forums/{forum}/members", "/meetings/{held}/attendance", "/meetings/{closed_held}",
                "/meetings/{closed_held}/attendance", "/meetings/{closed_held}/agenda", "/meetings/{closed_planned}",
                "/minutes/{draft}", "/minutes/{draft}/versions", "/minutes/{circulated}", "/minutes/{approved}",
                "/decisions/{closed_decision}"]  # fmt: skip
LISTS = ["/meetings", "/meetings?area=XK", "/meetings?areas=XK.PRI", "/meetings?state=held", "/meetings?state=planned",
         "/forums/{forum}/meetings", "/minutes", "/minutes?state=draft", "/minutes?state=approved", "/minutes?area=XK",
         "/minutes?forum={forum}", "/decisions", "/decisions?area=XK", "/decisions?state=open",
         "/decisions?meeting={closed_held}", "/decisions?forum={forum}", "/meetings/{planned}/agenda"]  # fmt: skip
SECRETS = ("closed_planned", "closed_held", "draft", "circulated", "approved", "closed_decision", "unwritten")


async def test_everyone_reads_the_public_face_and_only_those_inside_the_rest(world: World, ids: dict[str, str]) -> None:
    callers: dict[str | None, bool] = {None: False}
    callers |= {f"{role}@{area}": role in INSIDERS for role in Role for area in ("XK", "XK.PRI")}
    callers |= {f"{role}@{area}": False for role in Role for area in ("XK.PEC", "XK.PRI.DARDANIA")}
    for caller, inside in callers.items():
        for path in PUBLIC_READS:
            assert (await world.api("GET", path.format(**ids), as_=caller)).status_code == 200, (caller, path)
        for path in INSIDE_READS:
            answer = await world.api("GET", path.format(**ids), as_=caller)
            assert answer.status_code == (200 if inside else 404), (caller, path)


async def test_what_is_closed_is_in_no_list_for_those_outside(world: World, ids: dict[str, str]) -> None:
    secrets = [ids[name] for name in SECRETS]
    for caller in (None, "core_group@XK", "evaluator@XK", "partner@XK", "council@XK.PEC", "officer@XK.PRI.DARDANIA"):
        for path in LISTS:
            answer = await world.api("GET", path.format(**ids), as_=caller)
            assert answer.status_code == 200
            assert not any(secret in answer.text for secret in secrets), (caller, path)
            assert "ecret" not in answer.text, (caller, path)
    inside = "".join([(await world.api("GET", path.format(**ids), as_="officer@XK.PRI")).text for path in LISTS])
    assert all(secret in inside for secret in secrets)


async def test_a_hidden_thing_and_one_that_is_not_there_look_the_same(world: World, ids: dict[str, str]) -> None:
    nothing = "01890000-0000-7000-8000-000000000000"
    for kind, name in (("meetings", "closed_held"), ("minutes", "draft"), ("decisions", "closed_decision")):
        hidden = await world.api("GET", f"/{kind}/{ids[name]}", as_=None)
        absent = await world.api("GET", f"/{kind}/{nothing}", as_=None)
        assert (hidden.status_code, hidden.json()) == (absent.status_code, absent.json())


async def test_no_name_of_a_member_is_public(world: World, ids: dict[str, str]) -> None:
    for path in [*PUBLIC_READS, *LISTS]:
        text = (await world.api("GET", path.format(**ids), as_=None)).text
        assert "Krasniqi" not in text
        assert "Hoxha" not in text
