"""A service's log as a feed for the other services: where a reader finds what the broker lost. Rule X3."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import aiohttp
from fastapi import APIRouter, Depends, Query, Request
from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from beatbook.contracts.catalogue import EVENTS
from beatbook.contracts.envelope import Event, Received
from beatbook.kit.auth import require_internal
from beatbook.kit.db import Database
from beatbook.kit.settings import ServiceSettings
from beatbook.kit.web import StrictRoute, View

PAGE = 1000

routes = APIRouter(prefix="/internal", route_class=StrictRoute, include_in_schema=False)


class LoggedEvent(View):
    """An event as its owner's log has it."""

    id: UUID
    type: str
    subject: UUID
    area: str
    time: datetime
    actor: str
    data: dict[str, Any]
    traceparent: str | None
    position: int


class FeedPage(View):
    """Events after a position, and the last position the log has given out."""

    events: list[LoggedEvent]
    head: int


class Standing(View):
    """What of a log lies after a position: how many events, and when the first of them happened."""

    events: int
    next_at: datetime | None


_AFTER = text("""
    select id, type, subject, area, time, actor, data, traceparent, position
    from (select *, sum(pg_column_size(data)) over (order by position) - pg_column_size(data) as bytes_before
          from (select * from events where position > :after order by position limit :limit) as following) as measured
    where bytes_before < 4000000 order by position
""")


_STANDING = text("""
    with mark as (select position, coalesce(cast(:after as bigint), published) as after from relay),
    unplaced as (select count(*) as events from (select from events where position is null limit 100000) as first)
    select greatest(0, mark.position - mark.after) + unplaced.events as events,
           coalesce((select time from events where position > mark.after order by position limit 1),
                    (select time from events where position is null order by seq limit 1)) as next_at
    from mark, unplaced
""")
"""Events without a position count too: while the broker is away, committed events don't get one."""


@routes.get("/events", dependencies=[Depends(require_internal)])
async def read_feed(
    request: Request, after: Annotated[int, Query(ge=0)] = 0, limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE
) -> FeedPage:
    """Events after a position, in order."""
    database: Database = request.app.state.database
    async with database.engine.connect() as connection:
        rows = (await connection.execute(_AFTER, {"after": after, "limit": limit})).all()
        head = (await connection.execute(text("select position from relay"))).scalar_one()
    return FeedPage(events=[LoggedEvent.model_validate(row) for row in rows], head=head)


@routes.get("/standing", dependencies=[Depends(require_internal)])
async def read_standing(request: Request, after: Annotated[int, Query(ge=0)] = 0) -> Standing:
    """How much of the log lies after a position."""
    database: Database = request.app.state.database
    async with database.engine.connect() as connection:
        return await standing(connection, after)


async def standing(connection: AsyncConnection, after: int | None) -> Standing:
    """How much of this service's log lies after a position; after what was published, when None."""
    return Standing.model_validate((await connection.execute(_STANDING, {"after": after})).one())


def decode(
    *, id: UUID, type: str, subject: str, area: str, time: datetime, actor: str, data: bytes | dict[str, Any],
    position: int, traceparent: str | None,
) -> Received[Event] | None:  # fmt: skip
    """The event as its class, or None when this reader knows no such type or version.

    Fields this reader doesn't know are left out: within a version fields are only added. Rule X2. Raises
    `pydantic.ValidationError` for data that breaks the contract.
    """
    kind = EVENTS.get(type)
    if kind is None:
        return None
    event = (
        kind.model_validate(data, extra="ignore")
        if isinstance(data, dict)
        else kind.model_validate_json(data, extra="ignore")
    )
    return Received(
        id=id, type=type, subject=subject, area=area, time=time, actor=actor, data=event,
        position=position, traceparent=traceparent,
    )  # fmt: skip


def feed_secrets(service: str, sources: Sequence[str], secret_of: Callable[[str], str]) -> dict[str, str]:
    """The settings by which a service guards its own log and reads its sources', from each log's secret."""
    return {"feed_secret": secret_of(service), **{f"{source}_feed_secret": secret_of(source) for source in sources}}


_PAGE: TypeAdapter[FeedPage] = TypeAdapter(FeedPage)


class FeedReader:
    """Reads other services' logs, each with its secret; keeps one HTTP session."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self._http: aiohttp.ClientSession | None = None

    async def after(self, source: str, position: int, limit: int = PAGE) -> tuple[Sequence[LoggedEvent], int]:
        """Up to `limit` events of `source` after a position, and the log's head; raises `aiohttp.ClientError`."""
        page = _PAGE.validate_json(await self._get(source, "events", after=position, limit=limit))
        return page.events, page.head

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
