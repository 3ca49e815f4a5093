"""A database that is gone or hangs: every route says so in time, and all goes on by itself afterwards. Rules X4, X5."""

import asyncio
import re

import asyncpg
import pytest
from sqlalchemy import event

from beatbook.runtime.databases import SERVICES
from tests.forum.conftest import COUNCIL, COUNTRY, MAPPING

TIMEOUT = 3
ENOUGH = 40
"""Seconds that tell an answer from a hang, with timeouts of three."""
AWAY = ["killed", "frozen"]
WITHOUT_DATABASE = {
    "/v1/indicators",
    "/v1/forum-templates",
    "/v1/archive-keys",
    "/v1/programmes/schema",
    "/v1/retention-rules",
}
MOST_CONNECTIONS = 5 + 4
"""A pool's, with those opened and closed when many come at once."""


@pytest.fixture
def away(postgres_process):
    def make(how):
        postgres_process.kill() if how == "killed" else postgres_process.freeze()

    return make


@pytest.fixture
def back(postgres_process):
    async def revive():
        postgres_process.raise_up()
        await asyncio.to_thread(postgres_process.reach)

    return revive


@pytest.fixture
def admin(tokens):
    return {"Authorization": tokens("admin@XK"), "If-Match": '"1"'}


def requests(document):
    """One request for each operation of an OpenAPI document, well formed as far as its address and headers go."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            values = {item["name"]: _example(item) for item in operation.get("parameters", ()) if item["in"] == "path"}
            query = {
                item["name"]: _example(item)
                for item in operation.get("parameters", ())
                if item["in"] == "query" and item["required"]
            }
            yield method.upper(), re.sub(r"\{(\w+)\}", lambda name, found=values: found[name[1]], path), query


def _example(parameter):
    schema = parameter["schema"]
    if schema.get("format") == "uuid":
        return "0198c0de-0000-7000-8000-000000000000"
    return schema["enum"][0] if "enum" in schema else "XK"


def app_of(client):
    return client._transport.app


@pytest.mark.parametrize("how", AWAY)
@pytest.mark.parametrize("name", SERVICES)
async def test_every_route_says_that_its_database_is_away_and_works_again_afterwards(
    client, admin, away, back, backends, eventually, settings_for, name, how
):
    settings = await settings_for(name, role="api", request_timeout=TIMEOUT)
    service = await client.of(settings, name)
    asked = [item for item in requests((await service.get("/openapi.json")).json()) if item[1] not in WITHOUT_DATABASE]
    internal = {"Authorization": f"Bearer {settings.feed_secret.get_secret_value()}"}

    async def ask(method, path, query, headers=admin):
        body = None if method == "GET" else {}
        return await service.request(method, path, params=query, headers=headers, json=body)

    async def ask_all():
        feed = ask("GET", "/internal/events", {"after": "0"}, internal)
        async with asyncio.timeout(ENOUGH):
            return await asyncio.gather(feed, *(ask(*item) for item in asked))

    async def ask_calmly():
        return [(await ask(*item)).status_code for item in asked]

    async def as_before():
        return await ask_calmly() == before

    before = await ask_calmly()
    assert max(before) < 500
    away(how)
    for answer in await ask_all():
        assert answer.status_code == 503, answer.request.url
        assert answer.headers["content-type"] == "application/problem+json"
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.json()["code"] == "unavailable"
    async with asyncio.timeout(ENOUGH):
        ready = await service.get("/health/ready")
    assert (ready.status_code, ready.json()["status"]) == (503, "unavailable")
    assert ready.json()["database"] != "ok"
    await back()
    await eventually(as_before)

    async def no_connection_is_left_over():
        return await backends(settings.database_url) <= MOST_CONNECTIONS

    await eventually(no_connection_is_left_over)
    assert app_of(service).state.database.engine.pool.checkedout() == 0


@pytest.fixture
async def forum(client, settings_for, admin):
    """A forum service with a country, that gives up after two seconds."""
    service = await client.of(await settings_for("forum", role="api", request_timeout=TIMEOUT), "forum")
    body = {"mapping": MAPPING, "collections": [COUNTRY], "valid_from": "2020-01-01"}
    assert (await service.post("/v1/areas/imports", json=body, headers=admin)).is_success
    return service


def found_forum(forum, admin, key="once"):
    return forum.post("/v1/forums", json=COUNCIL, headers=admin | {"Idempotency-Key": key})


async def forums(forum):
    pool = await app_of(forum).state.database.pool()
    return await pool.fetchval("select count(*) from forums")


async def events(forum):
    pool = await app_of(forum).state.database.pool()
    return await pool.fetchval("select count(*) from events where type like '%.forum.founded.v1'")


@pytest.mark.parametrize("how", AWAY)
async def test_a_commit_whose_outcome_is_unknown_takes_effect_once_when_it_is_sent_again(
    forum, admin, away, back, eventually, how
):
    engine = app_of(forum).state.database.engine.sync_engine
    event.listen(engine, "commit", lambda _: away(how), once=True)
    async with asyncio.timeout(ENOUGH):
        answer = await found_forum(forum, admin)
    assert (answer.status_code, answer.json()["code"]) == (503, "outcome-unknown"), how
    assert "Idempotency-Key" in answer.json()["detail"]
    assert int(answer.headers["Retry-After"]) > 0
    await back()

    async def done():
        again = await found_forum(forum, admin)
        return again if again.status_code != 503 else None

    again = await eventually(done)
    assert again.status_code == 201
    assert (await forums(forum), await events(forum)) == (1, 1)


async def test_a_commit_that_took_effect_unheard_is_answered_again(forum, admin, monkeypatch):
    async def lost(self):
        await commit(self)
        raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")

    commit = asyncpg.transaction.Transaction.commit
    with monkeypatch.context() as patch:
        patch.setattr(asyncpg.transaction.Transaction, "commit", lost)
        answer = await found_forum(forum, admin)
    assert (answer.status_code, answer.json()["code"]) == (503, "outcome-unknown")
    again = await found_forum(forum, admin)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert (await forums(forum), await events(forum)) == (1, 1)


async def test_before_the_commit_nothing_was_changed_and_that_is_said(forum, admin, away, back):
    engine = app_of(forum).state.database.engine.sync_engine
    event.listen(engine, "after_cursor_execute", lambda *_: away("killed"), once=True)
    answer = await found_forum(forum, admin)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "Nothing was changed" in answer.json()["detail"]
    await back()
    assert await forums(forum) == 0


async def test_a_pool_in_full_use_refuses_in_time_and_is_no_outage(client, settings_for, admin):
    settings = await settings_for("forum", role="api", request_timeout=TIMEOUT, pool_size=1)
    service = await client.of(settings, "forum")
    engine = app_of(service).state.database.engine
    taken = [await engine.connect() for _ in range(1 + 4)]
    async with asyncio.timeout(ENOUGH):
        answer = await service.get("/v1/areas", headers=admin)
        ready = await service.get("/health/ready")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert (ready.status_code, ready.json()["database"]) == (200, "ok")
    for connection in taken:
        await connection.close()
    assert (await service.get("/v1/areas", headers=admin)).status_code == 200


async def test_a_server_without_connections_left_is_an_outage(client, settings_for, admin, postgres):
    service = await client.of(await settings_for("forum", role="api"), "forum")
    owner = await asyncpg.connect(postgres.admin_url)
    await owner.execute("alter role beatbook_forum connection limit 0")
    try:
        answer = await service.get("/v1/areas", headers=admin)
    finally:
        await owner.execute("alter role beatbook_forum connection limit -1")
        await owner.close()
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert (await service.get("/v1/areas", headers=admin)).status_code == 200


async def test_a_lock_that_another_holds_is_waited_for_no_longer_than_a_request_may_take(forum, admin):
    database = app_of(forum).state.database
    db = await database.connect()
    transaction = db.transaction()
    await transaction.start()
    await db.execute("lock table forums in access exclusive mode")
    async with asyncio.timeout(ENOUGH):
        answer = await found_forum(forum, admin)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    await transaction.rollback()
    await db.close()
    assert (await found_forum(forum, admin)).status_code == 201
