"""The access matrix of cases: who may do what, as tables that people read (`docs/access`), tried cell by cell.

A feature adds `<feature>.py` beside this file, with a `PART`, and its table: a column for each operation of the part, a
row for each line of `WHO`. `test_matrix.py` tries every cell over HTTP, and fails for an operation of the service's
description that no part names. Rule C14.
"""

import importlib
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from beatbook.contracts.actor import Actor, Grant, Role
from tests.cases.access.world import World

TABLES = Path(__file__).parents[3] / "docs/access"
HERE, ABOVE, BELOW, ELSEWHERE = "XK.PRI", "XK", "XK.PRI.DARDANIA", "XK.PEC"
AGENCY = "safe-house"
WORKING = {Role.OFFICER, Role.ADMIN, Role.SUPERVISOR, Role.OVERSIGHT, Role.PARTNER}
"""Who could have a part in a case."""


def _of(role: Role, *areas: str, subject: str = "paul", agency: str | None = None) -> list[Actor]:
    return [Actor(subject=subject, grants=(Grant(role=role, area=area),), agency=agency) for area in areas]


WHO: Mapping[str, Sequence[Actor]] = {
    "nobody signed in": [Actor()],
    "council": _of(Role.COUNCIL, HERE, ABOVE, subject="mira"),
    "forum member": _of(Role.FORUM_MEMBER, HERE, ABOVE, subject="mira"),
    "core group": _of(Role.CORE_GROUP, HERE, ABOVE, subject="mira"),
    "advisor": _of(Role.ADVISOR, HERE, ABOVE, subject="mira"),
    "evaluator": _of(Role.EVALUATOR, HERE, ABOVE, subject="mira"),
    "officer": _of(Role.OFFICER, HERE, ABOVE),
    "officer, in the team": _of(Role.OFFICER, HERE, ABOVE, subject="mira"),
    "officer, leads it": _of(Role.OFFICER, HERE, ABOVE, subject="lena"),
    "officer, broke the glass": _of(Role.OFFICER, HERE, ABOVE, subject="gala"),
    "officer, hour is over": _of(Role.OFFICER, HERE, ABOVE, subject="goran"),
    "administrator": _of(Role.ADMIN, HERE, ABOVE),
    "administrator, in the team": _of(Role.ADMIN, HERE, ABOVE, subject="mira"),
    "supervisor": _of(Role.SUPERVISOR, HERE, ABOVE, subject="sue"),
    "oversight": _of(Role.OVERSIGHT, HERE, ABOVE, subject="eve"),
    "agency it was sent to": _of(Role.PARTNER, HERE, ABOVE, subject="nora", agency=AGENCY),
    "another agency": _of(Role.PARTNER, HERE, ABOVE, subject="nora", agency="legal-aid"),
    "any office, below": [
        *(actor for role in Role for actor in _of(role, BELOW, subject="mira", agency=AGENCY)),
        *_of(Role.OFFICER, BELOW, subject="lena"),
        *_of(Role.OFFICER, BELOW, subject="gala"),
    ],
    "any office, elsewhere": [
        *(actor for role in sorted(WORKING) for actor in _of(role, ELSEWHERE, subject="mira", agency=AGENCY)),
        *_of(Role.OFFICER, ELSEWHERE, subject="lena"),
        *_of(Role.OFFICER, ELSEWHERE, subject="gala"),
    ],
}
"""The rows: role, area and part; where nothing else is said, of the case's area or of the country above it. Council and
others without a part in cases are in the team by their subject: it gives them nothing."""


def split(row: str, label: str, those: Callable[[Actor], bool], who: Mapping[str, Sequence[Actor]] = WHO) -> Any:
    """The rows with some callers of one in a row of their own."""
    parted = {
        row: [actor for actor in who[row] if not those(actor)],
        label: [actor for actor in who[row] if those(actor)],
    }
    return {name: callers for old in who for name, callers in (parted if old == row else {old: who[old]}).items()}


def has(*roles: Role) -> Callable[[Actor], bool]:
    """Whether a caller holds one of the roles."""
    return lambda actor: any(grant.role in roles for grant in actor.grants)


@dataclass(frozen=True)
class Op:
    """An operation, with ids of the world in braces.

    `finds`: a list shows it, by the text of this id. `shows`: fields by a text that the world wrote into each, for
    reads that show some readers only part. `of_case`: a read whose case can be expunged.
    """

    method: str
    path: str
    body: Any = None
    finds: str | None = None
    shows: Mapping[str, str] = field(default_factory=dict)
    of_case: bool = False
    content: str | None = None
    """JSON lines, in the place of a body."""
    unready: bool = False
    """The case is not so far: who is told what it still lacks (409, 422) would have been allowed."""
    is_costly: bool = False
    """Takes so long that only the first caller of each row tries it."""
    hides: str | None = None
    """Which id is not there for who is told so; all of them, if none is named."""

    def request(self, ids: Mapping[str, str], headers: Mapping[str, str]) -> dict[str, Any]:
        """What is sent."""
        sent: dict[str, Any] = {"method": self.method, "url": "/v1" + self.path.format(**ids), "headers": headers}
        if self.content is not None:
            return sent | {"content": self.content, "headers": {**headers, "Content-Type": "application/jsonl"}}
        return sent | ({} if self.body is None else {"json": _filled(self.body, ids)})

    def cell(self, answer: httpx.Response, ids: Mapping[str, str]) -> str:
        """An answer in the words of the tables."""
        if self.unready and answer.status_code in {409, 422}:
            return "yes"
        if not answer.is_success:
            return REFUSALS.get(answer.status_code, f"{answer.status_code} {answer.text[:300]}")
        if self.finds is not None:
            return "yes" if self.finds.format(**ids) in answer.text else "nothing"
        seen = [name for name, text in self.shows.items() if text.format(**ids) in answer.text]
        return "yes" if len(seen) == len(self.shows) else f"only {', '.join(seen)}" if seen else "no text"


REFUSALS = {401: "sign in", 403: "may not", 404: "not there", 409: "not as it is", 410: "gone"}


@dataclass(frozen=True)
class Part:
    """A feature's part: the operations, by what its table calls them, and how to make a world for them."""

    prepare: Callable[[World], Awaitable[dict[str, str]]]
    ops: Mapping[str, Op]
    who: Mapping[str, Sequence[Actor]] = field(default_factory=lambda: WHO)
    canaries: Sequence[str] = ()
    """Texts that the world wrote; no refused caller ever sees one."""


def parts() -> dict[str, Part]:
    """Every feature's part, by the name of its file."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py"))
    modules = {name: importlib.import_module(f"tests.cases.access.{name}") for name in names if "test_" not in name}
    return {name: module.PART for name, module in modules.items() if hasattr(module, "PART")}


def expected(name: str) -> dict[str, dict[str, str]]:
    """A feature's tables: by row, then by column."""
    found: dict[str, dict[str, str]] = {}
    columns: list[str] = []
    for line in (TABLES / f"{name}.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            columns = []
        elif not columns:
            columns = cells[1:]
        elif not re.fullmatch(r"[-: ]+", cells[0]):
            found.setdefault(cells[0], {}).update(zip(columns, cells[1:], strict=True))
    return found


def _filled(body: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(body, str) and body.startswith("{"):
        return body.format(**ids)
    if isinstance(body, dict):
        return {name: _filled(value, ids) for name, value in body.items()}
    return [_filled(item, ids) for item in body] if isinstance(body, list) else body
