"""Concerns without a name: receipts, enumeration, allowances, and that nothing of the caller is kept. Rule F14."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from beatbook.kit.allowances import network_hash
from beatbook.kit.receipts import is_well_formed, plain, receipt_code
from beatbook.kit.timers import WorkerContext
from services.forum.receipts.commands import forget_networks
from services.forum.receipts.rules import ALLOWANCES, Asking
from tests.forum.conftest import NOW, Api, World
from tests.serving import make_app, started

WORDS = {"category": "road_safety", "text": "Cars race past the school", "wish": "Bumps"}
ANSWER = {"outcome": "answered", "words": "Bumps were built.", "organisation": "Public works"}


class Times:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> Any:
        return self.now


@pytest.fixture
def times() -> Times:
    return Times()


@pytest.fixture
async def app(settings_for: Any, times: Times) -> AsyncIterator[Any]:
    made = make_app(await settings_for("forum", role="api"), "forum", times)
    async with started(made):
        yield made


def caller(app: Any, address: str = "203.0.113.77") -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(address, 5)), base_url="http://beatbook.test")


@pytest.fixture
async def api(app: Any, tokens: Callable[..., str]) -> AsyncIterator[Api]:
    """As elsewhere, with a clock that moves and an address that the caller has."""
    db = await asyncpg.connect(app.state.settings.database_url)
    async with caller(app) as http:
        yield Api(http, db, tokens, app.state.settings)
    await db.close()


async def raised(world: World, **more: Any) -> httpx.Response:
    return await world.api("POST", f"/forums/{world.forum}/concerns/anonymous", WORDS | more, as_=None, version=None)


async def follow(api: Api, code: str) -> httpx.Response:
    return await api("POST", "/concerns/follow", {"code": code}, as_=None, version=None)


async def test_who_raised_it_follows_each_step(world: World) -> None:
    told = await raised(world)
    assert (told.status_code, told.headers["Cache-Control"]) == (201, "no-store")
    code = told.json()["receipt"]
    assert is_well_formed(plain(code))
    seen = (await follow(world.api, code)).json()
    assert (seen["forum"], seen["state"], [step["kind"] for step in seen["steps"]]) == ("Council", "raised", ["raised"])
    assert "race" not in str(seen)
    concern = (await world.api.ok("GET", "/concerns"))["items"][0]
    assert concern["inside"]["source"] == "anonymous"
    await world.api.ok("POST", f"/concerns/{concern['id']}/triage", ANSWER)
    seen = (await follow(world.api, code.lower().replace("-", " "))).json()
    assert (seen["state"], seen["steps"][-1]["words"]) == ("answered", "Bumps were built.")
    assert seen["steps"][-1]["organisation"] == "Public works"


async def test_the_code_is_in_its_answer_and_nowhere_else(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    path = f"/forums/{world.forum}/concerns/anonymous"
    code = (await world.api("POST", path, WORDS, as_=None, key="once")).json()["receipt"]
    again = await world.api("POST", path, WORDS, as_=None, key="once")
    assert (again.status_code, again.json()["code"]) == (409, "shown-once")
    assert (await world.api("POST", path, WORDS | {"wish": "x"}, as_=None, key="once")).status_code == 422
    assert (await follow(world.api, code)).status_code == 200
    tables = [row[0] for row in await world.api.db.fetch("select tablename from pg_tables where schemaname = 'public'")]
    everything = caplog.text + "".join(
        [str(await world.api.db.fetch(f"select row_to_json(t)::text from {table} as t")) for table in tables]
    )
    bodies = await world.api.db.fetch("select convert_from(body, 'utf8') from idempotency_keys where body is not null")
    everything += str(bodies)
    assert len(await world.api.db.fetch("select from concerns")) == 1
    for secret in (code, plain(code), code.lower(), "203.0.113"):
        assert secret not in everything


async def test_the_caller_is_nobody_in_the_log_of_events(world: World, tokens: Callable[..., str]) -> None:
    await raised(world)
    event = (await world.api.events())[-1]
    assert (event["actor"], event["data"]["source"]) == ("public", "anonymous")
    assert set(event["data"]) == {
        "concern_id", "forum_id", "area", "source", "category", "raised_at", "triage_by",
    }  # fmt: skip
    before = await world.api.fingerprint()
    path = f"/forums/{world.forum}/concerns/anonymous"
    refused = await world.api("POST", path, WORDS, as_="council@XK.PRI", key="mine")
    assert (refused.status_code, refused.json()["code"]) == (422, "token-not-wanted")
    assert await world.api.fingerprint() == before


def codes(right: str) -> dict[str, str]:
    """What somebody may try."""
    other = receipt_code(2**100 + 7)
    return {
        "well-formed": other,
        "wrong check symbol": other[:-1] + ("A" if other[-1] != "A" else "B"),
        "one symbol off": ("0" if right[0] != "0" else "1") + right[1:],
        "short": right[:9],
        "empty": "",
        "no code": "' or 1=1 --",
        "other script": "قانون عربي",
        "long": "Z" * 200,
    }


async def test_wrong_and_malformed_codes_look_alike_and_make_the_same_work(world: World, app: Any) -> None:
    """Same answer, status, headers and questions to the database: time has nothing to tell. Decision 0023."""
    right = (await raised(world)).json()["receipt"]
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    engine: Engine = app.state.database.engine.sync_engine
    seen = []
    event.listen(engine, "before_cursor_execute", note)
    try:
        for code in codes(right).values():
            asked.clear()
            answer = await follow(world.api, code)
            seen.append((answer.status_code, answer.text, sorted(answer.headers.items()), tuple(asked)))
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert {status for status, *_ in seen} == {404}
    assert len(set(map(str, seen))) == 1
    nothing = await world.api("GET", "/concerns/01890000-0000-7000-8000-000000000000", as_=None)
    assert seen[0][1] == nothing.text


async def test_codes_can_be_tried_only_so_often_and_a_failed_try_counts(world: World, times: Times) -> None:
    allowed = ALLOWANCES[Asking.FOLLOW_FROM]
    for _ in range(allowed.burst):
        assert (await follow(world.api, "wrong")).status_code == 404
    refused = await follow(world.api, "wrong")
    assert (refused.status_code, refused.json()["code"]) == (429, "too-often")
    assert int(refused.headers["Retry-After"]) == allowed.every.total_seconds()
    times.now += allowed.every
    assert (await follow(world.api, "wrong")).status_code == 404
    assert (await follow(world.api, "wrong")).status_code == 429


async def test_one_network_raises_so_much_and_another_is_not_held_up(world: World, app: Any) -> None:
    allowed = ALLOWANCES[Asking.RAISE_FROM]
    for _ in range(allowed.burst):
        assert (await raised(world)).status_code == 201
    before = await world.api.fingerprint()
    refused = await raised(world)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) == allowed.every.total_seconds()
    assert await world.api.fingerprint() == before
    path = f"/v1/forums/{world.forum}/concerns/anonymous"
    async with caller(app, "203.0.113.4") as neighbour, caller(app, "198.51.100.4") as stranger:
        assert (await neighbour.post(path, json=WORDS)).status_code == 429
        assert (await stranger.post(path, json=WORDS)).status_code == 201


async def test_a_forum_s_allowance_holds_over_many_networks_at_once(world: World, app: Any) -> None:
    path = f"/v1/forums/{world.forum}/concerns/anonymous"
    allowed = ALLOWANCES[Asking.RAISE_TO]

    async def one(number: int) -> int:
        async with caller(app, f"10.0.{number}.1") as somebody:
            return (await somebody.post(path, json=WORDS)).status_code

    gate = asyncio.Semaphore(6)

    async def gated(number: int) -> int:
        async with gate:
            return await one(number)

    statuses = await asyncio.gather(*map(gated, range(allowed.burst + 5)))
    assert statuses.count(201) == allowed.burst
    assert statuses.count(429) == 5
    assert await world.api.db.fetchval("select count(*) from concerns") == allowed.burst


async def test_what_is_kept_of_a_network_is_forgotten_in_minutes(world: World, app: Any, times: Times) -> None:
    await raised(world)
    await follow(world.api, "wrong")
    rows = await world.api.db.fetch("select whose from receipt_allowances where asking like '%_from'")
    assert [len(row["whose"]) for row in rows] == [12, 12]
    context = WorkerContext(app.state.database, app.state.settings, times)
    await forget_networks(context)
    assert await world.api.db.fetchval("select count(*) from receipt_allowances") == 3
    times.now += timedelta(minutes=4)
    await forget_networks(context)
    assert await world.api.db.fetchval("select count(*) from receipt_allowances") == 0


@pytest.mark.pure
def test_a_network_s_hash_is_keyed_and_changes_each_hour() -> None:
    here = network_hash(b"secret", "203.0.113.77", NOW)
    assert here == network_hash(b"secret", "203.0.113.5", NOW + timedelta(minutes=59))
    assert here != network_hash(b"secret", "203.0.113.77", NOW + timedelta(hours=1))
    assert here != network_hash(b"another", "203.0.113.77", NOW)


async def test_odd_input_is_refused_and_keeps_nothing(world: World, subtests: pytest.Subtests) -> None:
    before = await world.api.fingerprint()
    for name, body in {
        "no words": WORDS | {"text": "  "},
        "too long": WORDS | {"text": "x" * 4001},
        "a name asked by nobody": WORDS | {"name": "Agim"},
        "no such category": WORDS | {"category": "love"},
        "a point beyond the world": WORDS | {"point": {"longitude": 200, "latitude": 0}},
        "a point elsewhere": WORDS | {"point": {"longitude": 2, "latitude": 48}},
        "NUL": WORDS | {"text": "a\0b"},
    }.items():
        with subtests.test(name):
            refused = await raised(world, **body)
            assert refused.status_code == 422
            assert "Agim" not in json.dumps(refused.json())
    assert (await follow(world.api, "x" * 201)).status_code == 422
    nowhere = "/forums/01890000-0000-7000-8000-000000000000/concerns/anonymous"
    assert (await world.api("POST", nowhere, WORDS, as_=None)).status_code == 404
    assert await world.api.fingerprint() == before
