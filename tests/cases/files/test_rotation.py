"""Changing the secrets: keys wrapped anew, names indexed anew; afterwards the old secrets are not needed. Rule C13."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from beatbook.kit.errors import Unavailable
from beatbook.kit.sealing import KeyRing
from services.cases.files import rotation
from services.cases.files.queries import enter
from services.cases.files.rules import Action
from services.cases.people import indexing, queries
from services.cases.people.commands import add
from services.cases.people.names import NameIndex
from services.cases.people.schemas import PersonCreate
from services.cases.settings import CasesSettings
from tests.cases.conftest import NOW, Sessions
from tests.cases.people.conftest import ANA, ARBEN
from tests.cases.people.conftest import opened as opened

NEW = "a new secret for keys or for names of tests"
NOBODY = ANA.model_copy(update={"subject": "operator", "grants": ()})


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    monkeypatch.setattr(indexing, "BATCH", 2)


@pytest.mark.usefixtures("batches")
async def test_keys_are_wrapped_anew_and_the_old_secret_can_go(
    opened: Any, sessions: Sessions, settings: CasesSettings
) -> None:
    cases = [await opened() for _ in range(5)]
    sealed = {case.file.id: case.key.seal("text", "place") for case in cases}
    both, new = KeyRing([NEW, *settings.key_secrets]), KeyRing([NEW])
    last: UUID | None = None
    async with sessions(NOBODY) as session:  # broken off after one batch, begun again
        assert (await rotation.rewrap(session, both, None)).rewrapped == 2
        assert await rotation.keys_under(session) == {both.current: 2, KeyRing(settings.key_secrets).current: 3}
        assert (await rotation.rewrap(session, new, None)).unreadable == 0
    done = 0
    while True:
        async with sessions(NOBODY) as session:
            turn = await rotation.rewrap(session, both, last)
        done, last = done + turn.rewrapped, turn.last
        if last is None:
            break
    assert done == 3
    async with sessions(ANA) as session:
        assert await rotation.keys_under(session) == {new.current: 5}
        for case_id, text in sealed.items():
            entered = await enter(session, ANA, NOW, new, case_id, Action.READ, None)
            assert entered.key.read(text, "place") == "text"
            with pytest.raises(Unavailable):
                await enter(session, ANA, NOW, KeyRing(settings.key_secrets), case_id, Action.READ, None)


async def test_a_key_under_an_unknown_secret_is_left_and_told(opened: Any, sessions: Sessions) -> None:
    await opened()
    async with sessions(NOBODY) as session:
        turn = await rotation.rewrap(session, KeyRing([NEW]), None)
    assert (turn.rewrapped, turn.unreadable) == (0, 1)


@pytest.mark.usefixtures("batches")
async def test_names_are_found_before_while_and_after_they_are_indexed_anew(
    opened: Any, sessions: Sessions, settings: CasesSettings, vault: KeyRing, database: asyncpg.Connection
) -> None:
    old, both, new = (NameIndex(secrets) for secrets in (settings.name_secrets, [NEW, *settings.name_secrets], [NEW]))

    async def found(names: NameIndex) -> int:
        async with sessions(ANA) as session:
            return len((await queries.find(session, ANA, NOW, vault, names, "Krasniqi Arben")).items)

    for _ in range(3):
        case = await opened()
        async with sessions(ANA) as session:
            entered = await enter(session, ANA, NOW, vault, case.file.id, Action.WRITE, None)
            await add(session, ANA, NOW, old, entered, PersonCreate.model_validate(ARBEN))
    assert (await found(both), await found(new)) == (3, 0)
    last, counts = None, []
    while True:
        async with sessions(NOBODY) as session:
            turn = await indexing.index_anew(session, vault, both, last)
        if turn.last is None:
            break
        counts.append(turn.indexed)
        last = turn.last
        assert await found(both) == 3
    assert counts == [2, 1]
    assert (await found(new), await found(old)) == (3, 0)
