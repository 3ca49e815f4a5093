"""A case that stands for a concern: who says so, and what leaves the service. Rule C12a."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from beatbook.kit.db import Database
from beatbook.kit.ids import new_id
from beatbook.kit.settings import ServiceSettings
from services.cases.base import CLOCK
from services.cases.links.commands import tell_of_all
from services.cases.referrals.expiry import expire_due
from tests.cases.conftest import NOW, Call
from tests.cases.referrals.conftest import ANA, ANSWER_BY, CONSENT, DRAFT, MEMORANDUM, NGO, PERSON, SHELTER, SUE

MOVED = "org.beatbook.cases.case_concern.moved.v1"


@pytest.fixture
async def problem(call: Call) -> str:
    opened = await call("POST", "/v1/problems", {"area": "XK.PRI.DARDANIA", "title": "Lamps"}, **ANA)
    return str(opened.json()["id"])


@pytest.fixture
def told(database: asyncpg.Connection) -> Any:
    """Everything that was told of a concern: area, actor and bucket."""

    async def found(concern: UUID) -> list[tuple[str, str, str | None]]:
        rows = await database.fetch("select * from events where type = $1 and subject = $2 order by id", MOVED, concern)
        for row in rows:
            assert row["data"].keys() == {"concern_id", "area", "bucket"}
        return [(row["area"], row["actor"], row["data"]["bucket"]) for row in rows]

    return found


async def test_a_forum_is_told_the_bucket_and_nothing_else(call: Call, told: Any, problem: str) -> None:
    """Neither which case, nor who works on it, nor where below the municipality."""
    concern = new_id()
    path = f"/v1/cases/{problem}/concerns/{concern}"
    linked = await call("PUT", path, **ANA)
    assert (linked.status_code, linked.json()["bucket"]) == (200, "received")
    assert (await call("PUT", path, **ANA)).json() == linked.json()
    assert await told(concern) == [("XK.PRI", "cases clock", "received")]
    listed = (await call("GET", f"/v1/cases/{problem}/concerns", **ANA)).json()["items"]
    assert [item["concern_id"] for item in listed] == [str(concern)]


async def test_no_part_no_link(call: Call, told: Any, problem: str) -> None:
    """Who has no part in the case is told what they are told of no case; a seat in a forum is no part."""
    concern = new_id()
    path = f"/v1/cases/{problem}/concerns/{concern}"
    for who in ("officer@XK.PRI", "council@XK.PRI", "forum_member@XK.PRI", "advisor@XK", "admin@XK"):
        for method in ("PUT", "DELETE"):
            assert (await call(method, path, as_=[who], subject="bo")).status_code == 404, who
        assert (await call("GET", f"/v1/cases/{problem}/concerns", as_=[who], subject="bo")).status_code == 404
    seated: dict[str, Any] = {"as_": ["officer@XK.PRI", "forum_member@XK.PRI", "council@XK.PRI"], "subject": "bo"}
    assert (await call("PUT", path, **seated)).status_code == 404
    assert await told(concern) == []
    await call("PUT", path, **ANA)
    assert (await call("GET", f"/v1/problems/{problem}", **seated)).status_code == 404


async def test_a_concern_has_one_case(call: Call, told: Any, problem: str) -> None:
    concern = new_id()
    await call("PUT", f"/v1/cases/{problem}/concerns/{concern}", **ANA)
    theirs: dict[str, Any] = {"as_": ["officer@XK.PRI"], "subject": "bo"}
    other = (await call("POST", "/v1/problems", {"area": "XK.PRI", "title": "Dogs"}, **theirs)).json()["id"]
    refused = await call("PUT", f"/v1/cases/{other}/concerns/{concern}", **theirs)
    assert (refused.status_code, refused.json()["code"]) == (409, "linked-elsewhere")
    assert problem not in refused.text
    assert (await call("DELETE", f"/v1/cases/{other}/concerns/{concern}", **theirs)).status_code == 404
    assert (await call("DELETE", f"/v1/cases/{problem}/concerns/{concern}", **ANA)).status_code == 204
    assert (await call("PUT", f"/v1/cases/{other}/concerns/{concern}", **theirs)).status_code == 200
    assert [bucket for _, _, bucket in await told(concern)] == ["received", None, "received"]


async def test_of_some_kinds_a_forum_is_told_nothing(call: Call, told: Any) -> None:
    concern, sue = new_id(), SUE
    case = await call("POST", "/v1/victims", {"area": "XK.PRI"}, **sue)
    refused = await call("PUT", f"/v1/cases/{case.json()['id']}/concerns/{concern}", **sue)
    assert (refused.status_code, refused.json()["code"]) == (422, "not-for-forums")
    assert await told(concern) == []


async def test_a_referral_tells_as_it_is_answered_and_not_that_consent_was_withdrawn(call: Call, told: Any) -> None:
    """The agency's answer tells as well; of the two sides' doings the forum sees one thing, whose actor is nobody."""
    referral, concern = await sent(call), new_id()
    await call("PUT", f"/v1/cases/{referral}/concerns/{concern}", **ANA)
    accepted = await call("POST", f"/v1/received-referrals/{referral}/answer", {"to": "accepted"}, **NGO, version="*")
    assert accepted.status_code == 200, accepted.text
    withdraw = f"/v1/referrals/{referral}/consents/person/withdraw"
    assert (await call("POST", withdraw, **ANA, version="*")).status_code == 200
    assert await told(concern) == [("XK.PRI", "cases clock", bucket) for bucket in ("received", "worked_on", "done")]


async def test_what_the_clock_moved_is_told_once(call: Call, told: Any, settings: ServiceSettings) -> None:
    referral, concern, late = await sent(call), new_id(), NOW + timedelta(days=4)
    await call("PUT", f"/v1/cases/{referral}/concerns/{concern}", **ANA)
    kit = Database(settings)
    async with kit.sessions.begin() as session:
        await expire_due(session, CLOCK, late)
    for _ in range(2):
        async with kit.sessions.begin() as session:
            assert await tell_of_all(session, CLOCK, late) is False
    await kit.close()
    assert [bucket for _, _, bucket in await told(concern)] == ["received", "not_taken_up"]


async def test_an_expunged_case_stands_for_nothing(
    call: Call, told: Any, problem: str, database: asyncpg.Connection, settings: ServiceSettings
) -> None:
    """Rule C16: the link goes with the key, and the forum keeps what it was told."""
    concern = new_id()
    await call("PUT", f"/v1/cases/{problem}/concerns/{concern}", **ANA)
    kit = Database(settings)
    async with database.transaction():
        await database.execute("select set_config('beatbook.own_work', 'on', true)")
        await database.execute("update case_files set expunged_at = $1", NOW)
    async with kit.sessions.begin() as session:
        await tell_of_all(session, CLOCK, NOW)
    await kit.close()
    assert [bucket for _, _, bucket in await told(concern)] == ["received", None]
    async with database.transaction():
        await database.execute("select set_config('beatbook.own_work', 'on', true)")
        assert await database.fetchval("select count(*) from case_concerns") == 0


async def sent(call: Call) -> str:
    """A referral that waits for its answer."""

    async def do(method: str, path: str, body: Any, **how: Any) -> httpx.Response:
        answer = await call(method, path, body, version="*", **how)
        assert answer.is_success, answer.text
        return answer

    await do("POST", "/v1/agencies", SHELTER, **SUE)
    await do("POST", "/v1/agencies/safe-house/memoranda", MEMORANDUM, **SUE)
    referral = str((await do("POST", "/v1/referrals", DRAFT, **ANA)).json()["id"])
    await do("POST", f"/v1/cases/{referral}/people", PERSON, **ANA)
    for giver in ("guardian", "person"):
        await do("POST", f"/v1/referrals/{referral}/consents", CONSENT | {"giver": giver}, **ANA)
    await do("POST", f"/v1/referrals/{referral}/send", {"answer_by": ANSWER_BY}, **ANA)
    return referral
