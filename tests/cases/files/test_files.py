"""Entering case files: role and part, hidden from others, noted in a chain. Rules C13, C14, C15, C19."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from beatbook.contracts.actor import Actor, Grant
from beatbook.kit.errors import Forbidden, Gone, NotFound
from beatbook.kit.sealing import KeyRing
from services.cases.audit.rules import chained, start_of
from services.cases.files.commands import Opening, open_file
from services.cases.files.queries import Entered, as_clock, enter
from services.cases.files.rules import Action, Field, Kind, Part
from tests.cases.conftest import NOW, Sessions


def actor(subject: str, *grants: str, agency: str | None = None) -> Actor:
    return Actor(subject=subject, grants=tuple(map(Grant.parse, grants)), agency=agency)


ANA, BEN = actor("ana", "officer@XK.PRI"), actor("ben", "officer@XK.PRI")
SUE = actor("sue", "supervisor@XK.PRI")


async def opened(sessions: Sessions, vault: KeyRing, who: Actor, **opening: Any) -> Entered:
    async with sessions(who) as session:
        return await open_file(
            session, who, NOW, vault, Opening(**({"kind": Kind.PROBLEM, "area": "XK.PRI"} | opening))
        )


async def test_who_has_a_part_enters_and_reads_what_was_sealed(sessions: Sessions, vault: KeyRing) -> None:
    case = await opened(sessions, vault, ANA)
    sealed = case.key.seal("text", "place")
    for who, part in ((ANA, Part.TEAM), (SUE, Part.SUPERVISOR)):
        async with sessions(who) as session:
            entered = await enter(session, who, NOW, vault, case.file.id, Action.READ, Kind.PROBLEM)
            assert (entered.part, entered.key.read(sealed, "place")) == (part, "text")


async def test_who_lacks_role_or_part_does_not_learn_of_it(
    sessions: Sessions, vault: KeyRing, subtests: pytest.Subtests
) -> None:
    case = await opened(sessions, vault, ANA)
    for who in (
        BEN,
        actor("ana", "officer@XK.PEC"),
        actor("ana", "council@XK.PRI"),
        actor("ana"),
        actor("sue", "supervisor@XK.PEC"),
        actor("root", "admin@XK"),
        actor("eve", "oversight@XK"),
        actor("ngo", "partner@XK", agency="safe-house"),
    ):
        with subtests.test(str(who)):
            async with sessions(who) as session:
                with pytest.raises(NotFound):
                    await enter(session, who, NOW, vault, case.file.id, Action.READ, Kind.PROBLEM)


async def test_the_team_does_not_lead(sessions: Sessions, vault: KeyRing) -> None:
    case = await opened(sessions, vault, ANA)
    async with sessions(ANA) as session:
        with pytest.raises(Forbidden):
            await enter(session, ANA, NOW, vault, case.file.id, Action.LEAD, Kind.PROBLEM)


async def test_a_recipient_reads_what_is_shared_and_no_more(sessions: Sessions, vault: KeyRing) -> None:
    case = await opened(sessions, vault, ANA, kind=Kind.REFERRAL, agency="safe-house")
    ngo = actor("ngo", "partner@XK", agency="safe-house")
    async with sessions(ngo) as session:
        entered = await enter(
            session, ngo, NOW, vault, case.file.id, Action.READ, Kind.REFERRAL, field=Field.SUMMARY
        )  # fmt: skip
        assert not entered.may(Action.READ, Field.IDENTITY)
        with pytest.raises(Forbidden):
            await enter(session, ngo, NOW, vault, case.file.id, Action.READ, Kind.REFERRAL, field=Field.IDENTITY)
        entered.file.shared = [Field.IDENTITY]
        assert entered.may(Action.READ, Field.IDENTITY)
        assert not entered.may(Action.READ, Field.CONTACT)
        entered.file.shared_until = NOW + timedelta(seconds=1)
        assert entered.may(Action.READ, Field.IDENTITY)
        entered.file.shared_until = NOW
        assert not entered.may(Action.READ, Field.IDENTITY)


async def test_a_case_without_its_key_is_gone(sessions: Sessions, vault: KeyRing, database: asyncpg.Connection) -> None:
    case = await opened(sessions, vault, ANA)
    async with sessions(SUE) as session:
        await as_clock(session)
        await database.execute("select set_config('beatbook.own_work', 'on', false)")
        await database.execute("delete from case_keys where case_id = $1", case.file.id)
        with pytest.raises(Gone):
            await enter(session, SUE, NOW, vault, case.file.id, Action.READ, Kind.PROBLEM)


async def test_what_is_done_is_chained(sessions: Sessions, vault: KeyRing, database: asyncpg.Connection) -> None:
    case = await opened(sessions, vault, ANA)
    for who in (ANA, SUE):
        async with sessions(who) as session:
            await enter(session, who, NOW, vault, case.file.id, Action.READ, Kind.PROBLEM)
    entries = await database.fetch("select * from audit_entries where chain = $1 order by number", case.file.id)
    assert [entry["number"] for entry in entries] == [1, 2, 3]
    assert ['"action":"open"' in entries[0]["entry"], '"actor":"sue"' in entries[2]["entry"]] == [True, True]
    before = start_of(case.file.id)
    for entry in entries:
        before = chained(before, entry["number"], entry["entry"])
        assert before == entry["hash"]
    head = await database.fetchrow("select number, hash from audit_heads where chain = $1", case.file.id)
    assert head is not None
    assert (head["number"], head["hash"]) == (3, before)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database.execute("update audit_entries set entry = ''")
