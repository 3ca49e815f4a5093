"""Verifying the audit log in the database: what someone with every right there plants is found and named. Rule C15."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from beatbook.contracts.actor import Actor
from beatbook.kit.db import Database
from beatbook.kit.ids import new_id
from services.cases.audit import commands
from services.cases.audit.commands import note, seal
from services.cases.audit.rules import Checker, chained, start_of
from services.cases.audit.verification import read_anchor, verify, write_anchor
from services.cases.settings import CasesSettings
from tests.cases.conftest import NOW, Sessions
from tests.servers import Postgres

ANA = Actor(subject="ana")
LENGTH = 6
Found = list[tuple[UUID, int, str]]


@pytest.fixture
async def chains(sessions: Sessions) -> list[UUID]:
    """Three chains of six entries, in their order, not sealed yet."""
    cases = sorted(new_id() for _ in range(3))
    for number in range(LENGTH):
        for case in cases:
            async with sessions(ANA) as session:
                await note(session, ANA, NOW, "read", case_id=case, kind="problem", detail={"turn": number})
    return cases


@pytest.fixture
async def thief(settings: CasesSettings, postgres: Postgres, database: asyncpg.Connection) -> AsyncIterator[Any]:
    """Someone with every right in the database."""
    connection = await asyncpg.connect(postgres.as_admin(settings.database_url))
    yield connection
    await connection.close()


@pytest.fixture
def found(settings: CasesSettings) -> Callable[..., Awaitable[Found]]:
    async def run(anchor: Path | None = None) -> Found:
        kit = Database(settings)
        connection = await kit.connect()
        anchors = read_anchor(anchor) if anchor else iter(())
        findings = [finding async for finding in verify(connection, Checker(), anchors)]
        await connection.close()
        await kit.close()
        return sorted({(one.chain, one.number, one.flaw.name) for one in findings})

    return run


async def sealed(sessions: Sessions) -> None:
    async with sessions(ANA) as session:
        while await seal(session, ANA, NOW):
            pass


async def rewrite_head(thief: asyncpg.Connection, chain: UUID) -> None:
    """Make the head say what the entries say."""
    await thief.execute(
        """update audit_heads set (number, hash) = (select number, hash from audit_entries
           where chain = $1 order by number desc limit 1) where chain = $1""", chain)  # fmt: skip


async def test_nothing_is_found_where_nothing_was_done(chains: list[UUID], found: Any, sessions: Sessions) -> None:
    assert await found() == []
    await sealed(sessions)
    assert await found() == []


async def test_a_change(chains: list[UUID], found: Any, thief: asyncpg.Connection) -> None:
    await thief.execute(
        "update audit_entries set entry = replace(entry, 'ana', 'ben') where chain = $1 and number = 3", chains[1]
    )
    assert await found() == [(chains[1], 3, "UNLINKED")]


async def test_a_change_with_its_hash(chains: list[UUID], found: Any, thief: asyncpg.Connection) -> None:
    await thief.execute("update audit_entries set entry = '{}', hash = sha256('x') where chain = $1 and number = 3",
                        chains[1])  # fmt: skip
    assert await found() == [(chains[1], 3, "UNLINKED"), (chains[1], 4, "UNLINKED")]


async def test_a_deletion_in_the_middle(chains: list[UUID], found: Any, thief: asyncpg.Connection) -> None:
    await thief.execute("delete from audit_entries where chain = $1 and number = 3", chains[0])
    assert await found() == [(chains[0], 3, "MISSING")]


async def test_a_deletion_closed_up(chains: list[UUID], found: Any, thief: asyncpg.Connection) -> None:
    await thief.execute("delete from audit_entries where chain = $1 and number = 3", chains[0])
    for number in range(4, LENGTH + 1):
        await thief.execute(
            "update audit_entries set number = number - 1 where chain = $1 and number = $2", chains[0], number
        )
    await rewrite_head(thief, chains[0])
    assert (chains[0], 3, "UNLINKED") in await found()


async def test_an_insertion(chains: list[UUID], found: Any, thief: asyncpg.Connection) -> None:
    for number in range(LENGTH, 2, -1):
        await thief.execute(
            "update audit_entries set number = number + 1 where chain = $1 and number = $2", chains[2], number
        )
    await thief.execute("insert into audit_entries values ($1, 3, '{}', sha256('x'))", chains[2])
    assert (chains[2], 3, "UNLINKED") in await found()


async def test_an_entry_after_the_end(chains: list[UUID], found: Any, thief: asyncpg.Connection) -> None:
    before = await thief.fetchval("select hash from audit_heads where chain = $1", chains[2])
    after = chained(before, LENGTH + 1, "{}")
    await thief.execute("insert into audit_entries values ($1, $2, '{}', $3)", chains[2], LENGTH + 1, after)
    assert await found() == [(chains[2], LENGTH + 1, "SURPLUS")]


async def test_two_swapped(chains: list[UUID], found: Any, thief: asyncpg.Connection) -> None:
    await thief.execute(
        """update audit_entries as one set entry = other.entry from audit_entries as other
           where one.chain = $1 and other.chain = $1 and (one.number, other.number) in ((2, 5), (5, 2))""",
        chains[0],
    )
    assert await found() == [(chains[0], 2, "UNLINKED"), (chains[0], 5, "UNLINKED")]


async def test_an_end_cut_off(chains: list[UUID], found: Any, thief: asyncpg.Connection) -> None:
    await thief.execute("delete from audit_entries where chain = $1 and number > 4", chains[1])
    assert await found() == [(chains[1], 5, "CUT_OFF")]


async def test_an_end_cut_off_and_the_head_rewritten(
    chains: list[UUID], found: Any, thief: asyncpg.Connection, tmp_path: Path
) -> None:
    await write_anchor(thief, tmp_path / "anchor", NOW)
    await thief.execute("delete from audit_entries where chain = $1 and number > 4", chains[1])
    await rewrite_head(thief, chains[1])
    assert await found() == []  # within the database alone nobody could tell
    assert await found(tmp_path / "anchor") == [(chains[1], 5, "CUT_OFF")]


async def test_a_seal_in_the_event_log_tells_of_a_cut(
    chains: list[UUID], found: Any, thief: asyncpg.Connection, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "SEALED_AT_ONCE", 2)
    await sealed(sessions)
    assert await thief.fetchval("select count(*) from events where type like '%audit.sealed.v1'") == 2
    await thief.execute("delete from audit_entries where chain = $1 and number > 2", chains[1])
    await rewrite_head(thief, chains[1])
    assert await found() == [(chains[1], 3, "CUT_OFF")]


async def test_a_whole_chain_deleted(
    chains: list[UUID], found: Any, thief: asyncpg.Connection, sessions: Sessions
) -> None:
    await thief.execute("delete from audit_entries where chain = $1", chains[0])
    assert await found() == [(chains[0], 1, "CUT_OFF")]
    await sealed(sessions)
    await thief.execute("delete from audit_heads where chain = $1", chains[0])
    assert await found() == [(chains[0], 1, "CUT_OFF")]


async def test_a_chain_rewritten_whole(
    chains: list[UUID], found: Any, thief: asyncpg.Connection, sessions: Sessions
) -> None:
    await sealed(sessions)
    before = start_of(chains[2])
    for number in range(1, LENGTH + 1):
        before = chained(before, number, "{}")
        await thief.execute("update audit_entries set entry = '{}', hash = $3 where chain = $1 and number = $2",
                            chains[2], number, before)  # fmt: skip
    await rewrite_head(thief, chains[2])
    assert await found() == [(chains[2], LENGTH, "NOT_AS_SEALED")]


async def test_what_grew_is_sealed_once_and_names_nobody(
    chains: list[UUID], sessions: Sessions, thief: asyncpg.Connection
) -> None:
    await sealed(sessions)
    await sealed(sessions)
    async with sessions(ANA) as session:
        await note(session, ANA, NOW, "read", case_id=chains[0])
    await sealed(sessions)
    rows = await thief.fetch("select data::text from events where type like '%audit.sealed.v1' order by id")
    heads = [[(head["chain"], head["number"]) for head in json.loads(row["data"])["heads"]] for row in rows]
    assert heads == [[(str(chain), LENGTH) for chain in chains], [(str(chains[0]), LENGTH + 1)]]
    assert "ana" not in "".join(row["data"] for row in rows)


async def test_a_seal_that_was_noted_and_never_told(
    chains: list[UUID], found: Any, database: asyncpg.Connection, sessions: Sessions
) -> None:
    """The service's role may note how far a chain is sealed: what comes then would never be, and could be cut off."""
    await sealed(sessions)
    await database.execute("update audit_seals set number = 1000000 where chain = $1", chains[1])
    assert await found() == [(chains[1], LENGTH + 1, "NOT_SEALED")]
