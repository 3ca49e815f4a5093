"""Who may change what: every change, every role; and what was refused did not happen. Rules F10, F11a, F20."""

import pytest

from beatbook.contracts.actor import Role
from tests.forum.access.matrix import INSIDERS, Part, parts, strangers
from tests.forum.conftest import World

CHANGERS = {
    f"{name}-{role}": (part, role)
    for name, part in parts().items()
    for role in sorted(Role)
    if any(role in change.allowed for change in part.changes.values())
}
"""Each part with each role that may change something of it."""


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


@pytest.mark.parametrize(("part", "role"), CHANGERS.values(), ids=CHANGERS.keys())
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
