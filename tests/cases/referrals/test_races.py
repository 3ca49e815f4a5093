"""Two at once: whatever comes first, nothing is read after a withdrawal, and a referral ends once. Rule C12.

Real PostgreSQL, real transactions; who comes first differs from round to round, and what must hold does not.
"""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from beatbook.kit.db import Database
from services.cases.base import CLOCK
from services.cases.referrals.expiry import expire_due
from services.cases.settings import CasesSettings
from tests.cases.conftest import NOW, Call
from tests.cases.referrals.conftest import ANA, ANSWER_BY, MEMORANDUM, NGO, SUE, Do, Json

ROUNDS = 8


@pytest.fixture
def steps(call: Call, settings: CasesSettings) -> Any:
    """What may happen at the same moment."""

    class Steps:
        def accept(self, referral: Json) -> Any:
            path = f"/v1/received-referrals/{referral['id']}/answer"
            return call("POST", path, {"to": "accepted"}, **NGO, version="*")

        def cancel(self, referral: Json) -> Any:
            return call("POST", f"/v1/referrals/{referral['id']}/cancel", {}, **ANA, version="*")

        async def details(self, referral: Json) -> httpx.Response:
            return await call("GET", f"/v1/received-referrals/{referral['id']}/details", **NGO)

        async def withdraw(self, referral: Json) -> httpx.Response:
            """The very next request after a withdrawal reads nothing."""
            path = f"/v1/referrals/{referral['id']}/consents/person/withdraw"
            withdrawn = await call("POST", path, **ANA, version="*")
            assert withdrawn.status_code == 200, withdrawn.text
            assert (await self.details(referral)).status_code == 409
            return withdrawn

        async def expire(self, at: Any = NOW + timedelta(days=3)) -> None:
            kit = Database(settings)
            async with kit.sessions.begin() as session:
                await expire_due(session, CLOCK, at)
            await kit.close()

    return Steps()


async def at_once(turn: int, *doings: Any) -> list[Any]:
    """What came of things done at the same moment, begun in another order every other turn."""
    order = list(range(len(doings)))[:: 1 if turn % 2 else -1]
    came = await asyncio.gather(*(doings[number] for number in order))
    return [came[order.index(number)] for number in range(len(doings))]


async def stands(database: asyncpg.Connection, referral: Json) -> tuple[str, list[str], list[str]]:
    """The state, what is shared, and the events that say how it ended."""
    async with database.transaction():
        await database.execute("select set_config('beatbook.own_work', 'on', true)")
        row = await database.fetchrow(
            "select state, shared from referrals join case_files using (id) where id = $1", referral["id"]
        )
        ends = await database.fetchval(
            "select count(*) from referral_steps where referral_id = $1 and target in "
            "('cancelled', 'expired', 'rejected', 'completed', 'failed')", referral["id"],
        )  # fmt: skip
    rows = await database.fetch("select type from events where subject = $1 order by seq", referral["id"])
    told = [row["type"].split(".")[-2] for row in rows]
    ending = [kind for kind in told if kind not in {"requested", "answered"}]
    assert row is not None
    assert len(ending) == ends <= 1
    assert bool(row["shared"]) == (row["state"] == "accepted")
    return row["state"], told, ending


@pytest.mark.parametrize("other", ["withdraw", "cancel"])
async def test_stopped_while_it_is_accepted_it_is_stopped(
    steps: Any, sent: Do, database: asyncpg.Connection, other: str
) -> None:
    for turn in range(ROUNDS):
        referral = await sent()
        taken, stopped, *_ = await at_once(
            turn, steps.accept(referral), getattr(steps, other)(referral), steps.details(referral)
        )
        assert (taken.status_code, stopped.status_code) in {(200, 200), (409, 200)}
        state, told, ending = await stands(database, referral)
        assert (state, len(ending)) == ("cancelled", 1)
        assert told.count("answered") == (taken.status_code == 200)
        assert (await steps.details(referral)).status_code == 409


async def test_accepted_twice_it_is_accepted_once(steps: Any, sent: Do, database: asyncpg.Connection) -> None:
    for turn in range(ROUNDS):
        referral = await sent()
        answers = await at_once(turn, *(steps.accept(referral) for _ in range(3)))
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
        assert (await stands(database, referral))[:2] == ("accepted", ["requested", "answered"])


async def test_accepted_at_the_last_moment_or_expired_and_never_both(
    steps: Any, sent: Do, database: asyncpg.Connection
) -> None:
    for turn in range(ROUNDS):
        referral = await sent()
        taken, *_ = await at_once(turn, steps.accept(referral), steps.expire(), steps.expire())
        state, told, _ = await stands(database, referral)
        assert (taken.status_code, state, told[1:]) in [
            (200, "accepted", ["answered"]), (409, "expired", ["expired"]),
        ]  # fmt: skip


async def test_a_memorandum_that_ends_takes_along_what_is_just_sent_or_accepted(
    steps: Any, call: Call, do: Do, drafted: Do, sent: Do, memorandum: Json, database: asyncpg.Connection
) -> None:
    path = "/v1/agencies/safe-house/memoranda"
    for turn in range(ROUNDS):
        referral, draft = await sent(), await drafted()
        end = call("POST", f"{path}/{memorandum['id']}/end", {"reason": "by_us"}, **SUE, version="*")
        send = call("POST", f"/v1/referrals/{draft['id']}/send", {"answer_by": ANSWER_BY}, **ANA, version="*")
        taken, going, ended, *_ = await at_once(turn, steps.accept(referral), send, end, steps.expire(NOW))
        assert (taken.status_code, ended.status_code) in {(200, 200), (409, 200)}
        assert (await stands(database, referral))[0::2] == ("expired", ["expired"])
        assert (await steps.details(referral)).status_code == 409
        left = (await stands(database, draft))[0]
        assert (going.status_code, left) in {(200, "expired"), (422, "draft")}
        memorandum = await do("POST", path, MEMORANDUM, **SUE)
