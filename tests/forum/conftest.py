"""The forum service over real PostgreSQL, its clock standing still, and a small country with something going on."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
import pytest

from beatbook.kit.db import Database
from beatbook.kit.timers import WorkerContext
from services.forum.app import service

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
TABLES = (*sorted(service.metadata.tables), "events", "idempotency_keys")


@dataclass
class Api:
    """Calls of the service, and looks behind it into its tables."""

    http: httpx.AsyncClient
    db: asyncpg.Connection
    tokens: Callable[..., str]
    settings: Any
    now: datetime = NOW

    async def __call__(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        as_: str | None = "admin@XK",
        version: int | str | None = "*",
        key: str | None = None,
        **query: Any,
    ) -> httpx.Response:
        headers = {} if as_ is None else {"Authorization": self.tokens(*as_.split(), subject=f"a {as_}")}
        if version is not None:
            headers["If-Match"] = str(version) if version == "*" else f'"{version}"'
        if key is not None:
            headers["Idempotency-Key"] = key
        return await self.http.request(method, f"/v1{path}", json=body, headers=headers, params=query or None)

    async def ok(self, method: str, path: str, body: object = None, **options: Any) -> Any:
        """The answer to a request that must succeed."""
        answer = await self(method, path, body, **options)
        assert answer.is_success, (method, path, answer.text)
        return answer.json()

    async def events(self, after: int = 0) -> list[dict[str, Any]]:
        """The log in its order, from the given number of events on."""
        rows = await self.db.fetch("select type, subject, area, actor, data from events order by id offset $1", after)
        return [{**row, "subject": str(row["subject"]), "data": json.loads(row["data"])} for row in rows]

    async def fingerprint(self) -> dict[str, str | None]:
        """What every table holds, as a hash: equal before and after means that nothing happened."""
        return {
            table: await self.db.fetchval(f"select md5(string_agg(t::text, '' order by t::text)) from {table} as t")
            for table in TABLES
        }


@pytest.fixture
async def api(client: Any, settings_for: Any, tokens: Callable[..., str]) -> AsyncIterator[Api]:
    settings = await settings_for("forum", role="api")
    http = await client.of(settings, "forum", clock=lambda: found.now)
    db = await asyncpg.connect(settings.database_url)
    found = Api(http, db, tokens, settings)
    yield found
    await db.close()


@pytest.fixture
async def worker(api: Api) -> AsyncIterator[WorkerContext]:
    """What the timers of the API's service work with, at the same moment."""
    database = Database(api.settings)
    yield WorkerContext(database, api.settings, lambda: api.now)
    await database.close()


def square(west: float, south: float, side: float = 0.1) -> dict[str, Any]:
    """A square's GeoJSON, in degrees."""
    east, north = west + side, south + side
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


def feature(
    code: str, parent: str | None, *, name: str | None = None, geometry: Any = ..., **more: Any
) -> dict[str, Any]:
    """A feature as a municipality would export it."""
    properties = {"code": code, "parent_code": parent, "name": name or code.title(), **more}
    return {"type": "Feature", "properties": properties, "geometry": square(21, 42) if geometry is ... else geometry}


def collection(*features: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


COUNTRY = collection(
    feature("XK", None, population=1000),
    feature("PRI", "XK", population=600),
    feature("PEC", "XK", population=400),
    feature("DARDANIA", "PRI", population=200),
)
MAPPING = {"code": "code", "population": ["population"]}


@pytest.fixture
async def country(api: Api) -> Api:
    """XK with the municipalities PRI and PEC, and the neighbourhood DARDANIA."""
    report = await api.ok(
        "POST", "/areas/imports", {"mapping": MAPPING, "collections": [COUNTRY], "valid_from": "2020-01-01"}
    )
    assert report["refused"] == []
    return api


@dataclass
class World:
    """Ids of what goes on in the council of XK.PRI."""

    api: Api
    forum: str
    chair: str
    member: str
    planned: str
    closed_planned: str
    held: str
    closed_held: str
    draft: str
    published: str
    decision: str
    closed_decision: str


COUNCIL = {"area": "XK.PRI", "kind": "community_safety_council", "name": "Council", "interval_days": 90}
CHAIR = {"name": "Ana Krasniqi", "sector": "ngo", "role": "chair", "term_start": "2025-01-01"}
MEMBER = {"name": "Blerim Hoxha", "sector": "police", "term_start": "2025-01-01"}
DECISION = {"agenda_item": "Lamps", "text": "Repair the lamps", "owner": "Public works", "due_on": "2026-04-01"}


def meeting(starts_at: str = "2026-03-01T17:00:00+00:00", **more: Any) -> dict[str, Any]:
    return {"purpose": "problem_solving", "topics": [{"title": "Lamps"}], "starts_at": starts_at, **more}


async def hold(api: Api, forum: str, chair: str, starts_at: str, **more: Any) -> str:
    """Plan and hold a meeting; its id."""
    planned = await api.ok("POST", f"/forums/{forum}/meetings", meeting(starts_at, **more))
    held = {"held_at": starts_at, "attendance": [{"member_id": chair, "status": "present"}], "public": [{"count": 7}]}
    await api.ok("POST", f"/meetings/{planned['id']}/hold", held)
    return str(planned["id"])


async def publish(api: Api, meeting_id: str, items: list[dict[str, Any]]) -> str:
    """Write, circulate, approve and publish minutes; their id."""
    minutes = (await api.ok("POST", f"/meetings/{meeting_id}/minutes", {"items": items}))["id"]
    await api.ok("POST", f"/minutes/{minutes}/circulate")
    await api.ok("POST", f"/minutes/{minutes}/approve", {"by": "chair"})
    await api.ok("POST", f"/minutes/{minutes}/publish")
    return str(minutes)


@pytest.fixture
async def council(country: Api) -> tuple[Api, str, str, str]:
    """A council with written rules, a chair and a member: the API and their ids."""
    forum = (await country.ok("POST", "/forums", COUNCIL))["id"]
    rules = {"text": "We meet every quarter.", "adopted_on": "2025-01-01"}
    await country.ok("POST", f"/forums/{forum}/rules-of-procedure", rules)
    chair = (await country.ok("POST", f"/forums/{forum}/members", CHAIR))["id"]
    member = (await country.ok("POST", f"/forums/{forum}/members", MEMBER))["id"]
    return country, forum, chair, member


@pytest.fixture
async def world(council: tuple[Api, str, str, str]) -> World:
    api, forum, chair, member = council
    held = await hold(api, forum, chair, "2026-02-01T17:00:00+00:00", place="School")
    closed_held = await hold(api, forum, chair, "2026-02-20T17:00:00+00:00", public=False, topics=[{"title": "Secret"}])
    planned = (await api.ok("POST", f"/forums/{forum}/meetings", meeting("2026-03-14T17:00:00+00:00")))["id"]
    closed_planned = (
        await api.ok("POST", f"/forums/{forum}/meetings", meeting("2026-04-09T17:00:00+00:00", public=False))
    )["id"]
    items = [
        {"heading": "Lamps", "text": "Open words", "closed": False},
        {"heading": "Case", "text": "Secret words", "closed": True},
    ]
    published = await publish(api, held, items)
    draft = (await api.ok("POST", f"/meetings/{closed_held}/minutes", {"items": items}))["id"]
    decision = (await api.ok("POST", f"/meetings/{held}/decisions", DECISION))["id"]
    secret = DECISION | {"text": "Secret decision"}
    closed_decision = (await api.ok("POST", f"/meetings/{closed_held}/decisions", secret))["id"]
    return World(
        api,
        forum,
        chair,
        member,
        planned,
        closed_planned,
        held,
        closed_held,
        draft,
        published,
        decision,
        closed_decision,
    )
