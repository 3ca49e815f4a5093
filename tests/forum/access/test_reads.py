"""Who may see what: every read, every role; and that no operation is left out. Rules F10, F11a, F20."""

import json
import re
from pathlib import Path

import pytest

from beatbook.contracts.actor import Role
from tests.forum.access.matrix import INSIDERS, Part, parts, readers_outside, strangers
from tests.forum.conftest import World

OPENAPI = Path(__file__).parents[3] / "docs/reference/openapi/forum.json"
SECRET = re.compile("secret(?!ary)", re.IGNORECASE)
OF_EVERY_SERVICE = re.compile(r"^/(health|metrics|internal)")


async def test_everyone_reads_the_public_face_and_only_those_inside_the_rest(
    world: World, ids: dict[str, str], part: Part
) -> None:
    callers = [*strangers(), *(f"{role}@XK" for role in Role), *(f"{role}@XK.PRI" for role in INSIDERS)]
    for caller in [None, *(f"{role}@XK.PRI" for role in Role)]:
        for path in part.public:
            assert (await world.api("GET", path.format(**ids), as_=caller)).status_code == 200, (caller, path)
    for caller in callers:
        role, _, area = (caller or "@").partition("@")
        covers = area in {"XK", "XK.PRI"}
        for path, roles in [*((path, INSIDERS) for path in part.inside), *part.readers.items()]:
            answer = await world.api("GET", path.format(**ids), as_=caller)
            assert answer.status_code == (200 if covers and role in roles else 404), (caller, path)


async def test_what_is_closed_is_in_no_list_for_those_outside(world: World, ids: dict[str, str], part: Part) -> None:
    secrets = [ids[name] for name in part.secrets]
    for caller in readers_outside():
        for path in [*part.lists, *part.public]:
            answer = await world.api("GET", path.format(**ids), as_=caller)
            assert answer.status_code == 200
            assert not any(secret in answer.text for secret in secrets), (caller, path)
            assert not SECRET.search(answer.text), (caller, path)
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
        *((change.method, change.path) for part in parts().values() for change in part.changes.values()),
        *(("GET", path) for part in parts().values()
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
