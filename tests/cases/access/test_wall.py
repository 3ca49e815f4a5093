"""The policy and the wall say the same: `files.rules.part_of`, `files.queries.visible_to` and row-level security.

Every kind of case, area, part and state, seen by every role at every area, alone and together. Rules C14, C19.
"""

import itertools
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlmodel import SQLModel, col, select

from beatbook.contracts.actor import Actor, Grant, Role
from beatbook.kit.db import Database, set_context
from beatbook.kit.ids import new_id
from beatbook.kit.settings import ServiceSettings
from services.cases.files.queries import as_clock, visible_to
from services.cases.files.rules import ROLES, Kind, part_of
from services.cases.files.tables import CaseFile, CaseOpening
from tests.cases.conftest import NOW

ME, MINE, OTHER = "ana", "safe-house", "other-agency"
AREAS = ("XK", "XK.PRI", "XK.PRI.DARDANIA", "XK.PEC", "AL")
HELD_AT = ("XK", "XK.PRI", "XK.PRI.DARDANIA", "XK.PR", "XK.PEC")
"""Above, same, below, and elsewhere, of which one begins like an area of ours."""
PARTS: dict[str, dict[str, Any]] = {
    "none": {},
    "team": {"team": [ME, "ben"]},
    "supervisor": {"supervisor": ME},
    "opened": {},
    "opening expired": {},
    "opened by another": {},
}
STATES: dict[str, dict[str, Any]] = {
    "open": {},
    "closed": {"closed_at": NOW},
    "held": {"hold": "court_order"},
    "expunged": {"closed_at": NOW, "expunged_at": NOW},
}
OPENINGS = {"opened": (ME, 1), "opening expired": (ME, 0), "opened by another": ("ben", 1)}
"""By whom, and how many seconds from now it ends."""


def files() -> dict[UUID, tuple[CaseFile, str]]:
    """A case of every kind in every area, with every part, agency and state."""
    made = {}
    for kind, area, part, state, agency in itertools.product(Kind, AREAS, PARTS, STATES, (None, MINE, OTHER)):
        values = {"supervisor": "lena", "team": ["ben"]} | PARTS[part] | STATES[state]
        file = CaseFile(id=new_id(), kind=kind, area=area, agency=agency, opened_at=NOW, opened_by="ben", **values)
        made[file.id] = file, part
    return made


def opening(file: CaseFile, part: str) -> CaseOpening:
    subject, seconds = OPENINGS[part]
    return CaseOpening(
        id=new_id(), case_id=file.id, kind=file.kind, area=file.area, supervisor=file.supervisor, subject=subject,
        sealed_reason=b"", opened_at=NOW - timedelta(hours=1), expires_at=NOW + timedelta(seconds=seconds),
    )  # fmt: skip


def actors() -> list[Actor]:
    """Every role at every area; some roles together; nobody in particular."""
    grants = [Grant(role=role, area=area) for role in Role for area in HELD_AT]
    alone = [
        Actor(subject=ME, grants=(grant,), agency=agency)
        for grant in grants
        for agency in ((None, MINE) if grant.role is Role.PARTNER else (None,))
    ]
    dice = random.Random(14)
    several = [
        Actor(subject=ME, grants=tuple(dice.sample(grants, 3)), agency=dice.choice((None, MINE))) for _ in range(25)
    ]
    return [Actor(), Actor(subject=ME, agency=MINE), *alone, *several]


@pytest.fixture
async def kit(settings: ServiceSettings) -> AsyncIterator[Database]:
    kit = Database(settings)
    yield kit
    await kit.close()


async def store(kit: Database, rows: list[SQLModel]) -> None:
    async with kit.sessions.begin() as session:
        await as_clock(session)
        session.add_all(rows)


async def test_policy_list_and_database_agree(kit: Database, subtests: pytest.Subtests) -> None:
    known = files()
    await store(kit, [file for file, _ in known.values()])
    await store(kit, [opening(file, part) for file, part in known.values() if part in OPENINGS])
    for actor in actors():
        wanted = {
            case_id for case_id, (file, part) in known.items() if part_of(actor, file, opened=part == "opened")
        }  # fmt: skip
        async with kit.sessions.begin() as session:
            await set_context(session, actor, NOW)
            shown = set((await session.exec(select(col(CaseFile.id)))).all())
        async with kit.sessions.begin() as session:
            await as_clock(session)
            by_kind = [visible_to(select(col(CaseFile.id)), actor, NOW, kind) for kind in ROLES]
            listed = {case_id for statement in by_kind for case_id in (await session.exec(statement)).all()}
        with subtests.test(who=f"{[str(grant) for grant in actor.grants]} {actor.agency}"):
            assert shown == wanted
            assert listed == wanted


async def test_untold_transactions_see_nothing(kit: Database) -> None:
    """Neither without an actor, nor, by an opening, without the time."""
    known = files()
    await store(kit, [file for file, _ in known.values()])
    await store(kit, [opening(file, part) for file, part in known.values() if part in OPENINGS])
    officer = Actor(subject=ME, grants=(Grant(role=Role.OFFICER, area="XK"),))
    async with kit.sessions.begin() as session:
        assert (await session.exec(select(CaseFile))).all() == []
        assert (await session.exec(select(CaseOpening))).all() == []
    async with kit.sessions.begin() as session:
        await set_context(session, officer)
        parts = {known[case_id][1] for case_id in (await session.exec(select(col(CaseFile.id)))).all()}
        assert parts == {"team", "supervisor"}


async def test_every_table_of_cases_stands_behind_the_wall(database: asyncpg.Connection) -> None:
    """Each table that names a case shows no row whose case's file is not seen."""
    tables = await database.fetch("""
        select cls.relname as name, cls.relrowsecurity and cls.relforcerowsecurity as walled
        from pg_class cls join pg_attribute att on att.attrelid = cls.oid
        where cls.relkind = 'r' and cls.relnamespace = 'public'::regnamespace
              and (att.attname = 'case_id' or att.attname like 'sealed%')
    """)
    assert {row["name"] for row in tables} >= {"case_keys", "case_openings"}
    assert [row["name"] for row in tables if not row["walled"]] == []
