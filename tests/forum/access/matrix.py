"""The access matrix: which role may make which change and read what, a part for each feature.

A feature adds a file beside this one that holds a `PART`; `test_changes.py` and `test_reads.py` try every part over
every role, and `test_every_operation_is_in_the_matrix` fails for an operation that no part names.
"""

import importlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from beatbook.contracts.actor import Role
from tests.forum.conftest import World

MANAGERS = frozenset({Role.ADMIN, Role.COUNCIL})
INSIDERS = MANAGERS | {Role.FORUM_MEMBER, Role.OFFICER, Role.SUPERVISOR, Role.ADVISOR}
ANYONE = frozenset(Role)


@dataclass(frozen=True)
class Change:
    """A change, with ids of the world in braces; who is allowed holds one of the roles at `at`, the forum's area.

    `hidden`: it is about something that only those inside know of, so that others are told that it is not there.
    """

    method: str
    path: str
    body: Any = None
    allowed: frozenset[Role] = MANAGERS
    hidden: bool = False
    at: str = "XK.PRI"

    def sent(self, ids: Mapping[str, str]) -> Any:
        """The body, with the world's ids where a text is a name in braces."""
        return _filled(self.body, ids)


@dataclass(frozen=True)
class Part:
    """A feature's part: changes in an order in which one caller can make them all, and reads.

    `public` answers everyone, `inside` only those inside (404 for others), `lists` answer everyone and hold `secrets`
    (names of ids) and the word "secret" for those inside only. `readers` maps a path to the roles that may read it when
    these are neither.
    """

    changes: Mapping[str, Change] = field(default_factory=dict)
    public: Sequence[str] = ()
    inside: Sequence[str] = ()
    lists: Sequence[str] = ()
    secrets: Sequence[str] = ()
    readers: Mapping[str, frozenset[Role]] = field(default_factory=dict)
    prepare: Callable[[World], Awaitable[dict[str, str]]] | None = None


def _filled(body: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(body, str) and body.startswith("{"):
        return body.format(**ids)
    if isinstance(body, dict):
        return {name: _filled(value, ids) for name, value in body.items()}
    return [_filled(item, ids) for item in body] if isinstance(body, list) else body


def parts() -> dict[str, Part]:
    """Every feature's part, by the name of its file."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py"))
    modules = {name: importlib.import_module(f"tests.forum.access.{name}") for name in names}
    return {name: module.PART for name, module in modules.items() if hasattr(module, "PART")}


def strangers() -> list[str | None]:
    """Callers who are not inside the council of XK.PRI."""
    elsewhere = [f"{role}@{area}" for role in Role for area in ("XK.PEC", "XK.PR", "XK.PRI.DARDANIA")]
    return [None, *(f"{role}@XK.PRI" for role in Role if role not in INSIDERS), *elsewhere]


def readers_outside() -> list[str | None]:
    """Strangers of each kind: nobody, roles that are not inside, and those who are inside of another area only."""
    elsewhere = [f"{role}@{area}" for role in sorted(INSIDERS) for area in ("XK.PEC", "XK.PRI.DARDANIA")]
    return [None, *(f"{role}@XK.PRI" for role in Role if role not in INSIDERS), *elsewhere]
