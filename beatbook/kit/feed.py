"""A service's log as a feed for the other services: where a reader finds what the broker lost. Rule X3."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import aiohttp
import asyncpg
import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from beatbook.kit.arriving import Arrived
from beatbook.kit.auth import require_internal
from beatbook.kit.db import Database
from beatbook.kit.settings import ServiceSettings
from beatbook.kit.web import StrictRoute, View

PAGE = 1000
Position = Annotated[int, Query(ge=0, lt=1 << 63)]
"""A place in a log, as far as PostgreSQL counts."""

routes = APIRouter(prefix="/internal", route_class=StrictRoute, include_in_schema=False)


class Standing(View):
    """What of a log lies after a position: how many events, and when the first of them happened."""

    events: int
    next_at: datetime | None


_AFTER = """
    select id::text, type, subject::text, area, time, actor, data::text, traceparent, position
    from (select *, sum(pg_column_size(data)) over (order by position) - pg_column_size(data) as bytes_before
          from (select * from events where position > $1 order by position limit $2) as following) as measured
    where bytes_before < 4000000 order by position
"""


_STANDING = """
    with mark as (select position, coalesce($1::bigint, published) as after from relay),
    unplaced as (select count(*) as events from (select from events where position is null limit 100000) as first)
    select greatest(0, mark.position - mark.after) + unplaced.events as events,
           coalesce((select time from events where position > mark.after order by position limit 1),
                    (select time from events where position is null order by seq limit 1)) as next_at
    from mark, unplaced
"""
"""Events without a position count too: while the broker is away, committed events don't get one."""


@routes.get("/events", dependencies=[Depends(require_internal)])
async def read_feed(
    request: Request, after: Position = 0, limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE
) -> Response:
    """Events after a position, in order, as `events`, and as `head` the last position the log has given out.

    The data goes from the database to the reader as it lies there, unread.
    """
    database: Database = request.app.state.database
    async with database.engine.connect() as connection:
        db: Any = (await connection.get_raw_connection()).driver_connection
        head = await db.fetchval("select position from relay")  # first: what it counts is among the rows then
        rows = await db.fetch(_AFTER, after, limit)
    events = [{**dict(row), "data": orjson.Fragment(row["data"])} for row in rows]
    return Response(orjson.dumps({"events": events, "head": head}), media_type="application/json")


@routes.get("/standing", dependencies=[Depends(require_internal)])
async def read_standing(request: Request, after: Position = 0) -> Standing:
    """How much of the log lies after a position."""
    database: Database = request.app.state.database
    async with database.plain() as db:
        return await standing(db, after)


async def standing(db: asyncpg.Connection, after: int | None) -> Standing:
    """How much of this service's log lies after a position; after what was published, when None."""
    row = await db.fetchrow(_STANDING, after)
    assert row is not None, "the migration made this row"
    return Standing(**row)


@dataclass(frozen=True)
class Page:
    """Events of a log after a position, and the last position it has given out."""

    events: Sequence[Arrived]
    head: int


def feed_secrets(service: str, sources: Sequence[str], secret_of: Callable[[str], str]) -> dict[str, str]:
    """The settings by which a service guards its own log and reads its sources', from each log's secret."""
    return {"feed_secret": secret_of(service), **{f"{source}_feed_secret": secret_of(source) for source in sources}}


class FeedReader:
    """Reads other services' logs, each with its secret; keeps one HTTP session."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self._http: aiohttp.ClientSession | None = None

    async def after(self, source: str, position: int, limit: int = PAGE) -> Page:
        """Up to `limit` events of `source` after a position, and the log's head; raises `aiohttp.ClientError`."""
        page = orjson.loads(await self._get(source, "events", after=position, limit=limit))
        return Page([Arrived.from_log(event) for event in page["events"]], page["head"])

    async def pages(self, source: str, position: int) -> AsyncGenerator[Page, None]:
        """The pages after a position up to the log's end, each asked for while the caller works on the one before."""
        coming = asyncio.create_task(self.after(source, position))
        try:
            while (page := await coming).events:
                coming = asyncio.create_task(self.after(source, page.events[-1].position))
                yield page
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)

    async def standing(self, source: str, position: int) -> Standing:
        """How much of the log of `source` lies after a position; raises `aiohttp.ClientError`."""
        return Standing.model_validate_json(await self._get(source, "standing", after=position))

    async def _get(self, source: str, what: str, **params: int) -> bytes:
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20))
        url = f"{self._settings.url_of(source)}/internal/{what}"
        headers = {"Authorization": f"Bearer {self._settings.feed_secret_of(source)}"}
        async with self._http.get(url, headers=headers, params=params) as response:
            response.raise_for_status()
            return await response.read()

    async def close(self) -> None:
        """Close the HTTP session."""
        if self._http is not None:
            await self._http.close()
