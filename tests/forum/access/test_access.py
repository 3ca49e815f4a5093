"""Who may do and see what: every endpoint, every role; and what was refused did not happen. Rules F10, F11a, F20."""

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from beatbook.contracts.actor import Role
from tests.forum.access.matrix import INSIDERS, Part, parts
from tests.forum.conftest import World

PARTS = parts()
OPENAPI = Path(__file__).parents[3] / "docs/reference/openapi/forum.json"
OF_EVERY_SERVICE = re.compile(r"^/(health|metrics|internal)")


@pytest.fixture(params=sorted(PARTS))
def part(request: pytest.FixtureRequest) -> Part:
    return PARTS[request.param]


@pytest.fixture
async def ids(world: World, part: Part) -> dict[str, str]:
    """The world's ids, and the part's own."""
    found = {field.name: getattr(world, field.name) for field in fields(world) if field.name != "api"}
    return found | (await part.prepare(world) if part.prepare else {})


def strangers() -> list[str | None]:
    """Callers who are not inside the council of XK.PRI."""
    elsewhere = [f"{role}@{area}" for role in Role for area in ("XK.PEC", "XK.PR", "XK.PRI.DARDANIA")]
    return [None, *(f"{role}@XK.PRI" for role in Role if role not in INSIDERS), *elsewhere]


async def test_who_may_not_changes_nothing(
    world: World, ids: dict[str, str], part: Part, subtests: pytest.Subtests
) -> None:
    before = await world.api.fingerprint()
    for action, change in part.changes.items():
        if Role.PUBLIC in change.allowed:
            continue
        with subtests.test(action):
            for caller in [*strangers(), *(f"{role}@XK.PRI" for role in INSIDERS - change.allowed)]:
                if caller is not None and caller in {f"{role}@XK.PRI" for role in change.allowed} and change.at != "XK":
                    continue
                inside = caller in {f"{role}@XK.PRI" for role in INSIDERS}
                answer = await world.api(
                    change.method, change.path.format(**ids), change.sent(ids), as_=caller
                )  # fmt: skip
                wanted = 404 if change.hidden and not inside else 403
                assert answer.status_code == wanted, (caller, answer.text)
            assert await world.api.fingerprint() == before


@pytest.mark.parametrize("role", sorted(Role))
async def test_who_may_does(
    world: World, ids: dict[str, str], part: Part, role: Role, subtests: pytest.Subtests
) -> None:
    for action, change in part.changes.items():
        if role not in change.allowed:
            continue
        with subtests.test(action):
            before = await world.api.fingerprint()
            answer = await world.api(
                change.method, change.path.format(**ids), change.sent(ids), as_=f"{role}@{change.at}"
            )  # fmt: skip
            assert answer.is_success, answer.text
            assert await world.api.fingerprint() != before


async def test_everyone_reads_the_public_face_and_only_those_inside_the_rest(
    world: World, ids: dict[str, str], part: Part
) -> None:
    callers = [*strangers(), *(f"{role}@XK" for role in Role), *(f"{role}@XK.PRI" for role in INSIDERS)]
    for caller in callers:
        role, _, area = (caller or "@").partition("@")
        covers = area in {"XK", "XK.PRI"}
        for path in part.public:
            assert (await world.api("GET", path.format(**ids), as_=caller)).status_code == 200, (caller, path)
        for path, roles in [*((path, INSIDERS) for path in part.inside), *part.readers.items()]:
            answer = await world.api("GET", path.format(**ids), as_=caller)
            assert answer.status_code == (200 if covers and role in roles else 404), (caller, path)


async def test_what_is_closed_is_in_no_list_for_those_outside(world: World, ids: dict[str, str], part: Part) -> None:
    secrets = [ids[name] for name in part.secrets]
    for caller in strangers():
        for path in [*part.lists, *part.public]:
            answer = await world.api("GET", path.format(**ids), as_=caller)
            assert answer.status_code == 200
            assert not any(secret in answer.text for secret in secrets), (caller, path)
            assert "ecret" not in answer.text, (caller, path)
    inside = "".join([(await world.api("GET", path.format(**ids), as_="officer@XK.PRI")).text for path in part.lists])
    assert all(secret in inside for secret in secrets)


async def test_no_name_of_a_member_is_public(world: World, ids: dict[str, str], part: Part) -> None:
    for path in [*part.public, *part.lists]:
        text = (await world.api("GET", path.format(**ids), as_=None)).text
        assert "Krasniqi" not in text
        assert "Hoxha" not in text


async def test_a_hidden_thing_and_one_that_is_not_there_look_the_same(world: World) -> None:
    nothing = "01890000-0000-7000-8000-000000000000"
    for kind, hidden_id in (
        ("meetings", world.closed_held), ("minutes", world.draft), ("decisions", world.closed_decision),
    ):  # fmt: skip
        hidden = await world.api("GET", f"/{kind}/{hidden_id}", as_=None)
        absent = await world.api("GET", f"/{kind}/{nothing}", as_=None)
        assert (hidden.status_code, hidden.json()) == (absent.status_code, absent.json())


@pytest.mark.pure
def test_every_operation_is_in_the_matrix() -> None:
    """Each operation of the service's description is tried by a part, as a change or as a read."""
    tried = {
        *((change.method, change.path) for part in PARTS.values() for change in part.changes.values()),
        *(("GET", path) for part in PARTS.values()
          for path in [*part.public, *part.inside, *part.lists, *part.readers]),
    }  # fmt: skip
    missing = []
    for path, operations in json.loads(OPENAPI.read_text())["paths"].items():
        shape = re.compile(re.sub(r"\{[^}]+\}", "[^/?]+", path.removeprefix("/v1")))
        missing += [
            f"{method.upper()} {path}"
            for method in operations
            if not OF_EVERY_SERVICE.match(path)
            and not any(
                verb == method.upper() and shape.fullmatch(address.partition("?")[0]) for verb, address in tried
            )
        ]
    assert missing == []
