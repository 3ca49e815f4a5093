"""A service's log as a feed for the other services: where a reader finds what the broker lost. Rule X3."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import aiohttp
from fastapi import APIRouter, Depends, Query, Request
from pydantic import TypeAdapter
from sqlalchemy import text

from beatbook.contracts.catalogue import EVENTS
from beatbook.contracts.envelope import Event, Received
from beatbook.kit.auth import require_internal
from beatbook.kit.db import Database
from beatbook.kit.settings import HttpSettings
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


_AFTER = text("""
    select id, type, subject, area, time, actor, data, traceparent, position
    from (select *, sum(pg_column_size(data)) over (order by position) - pg_column_size(data) as bytes_before
          from (select * from events where position > :after order by position limit :limit) as following) as measured
    where bytes_before < 4000000 order by position
""")


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


_PAGE: TypeAdapter[FeedPage] = TypeAdapter(FeedPage)


class FeedReader:
    """Reads other services' logs; keeps one HTTP session."""

    def __init__(self, settings: HttpSettings) -> None:
        self._settings = settings
        self._http: aiohttp.ClientSession | None = None

    async def after(self, source: str, position: int, limit: int = PAGE) -> tuple[Sequence[LoggedEvent], int]:
        """Up to `limit` events of `source` after a position, and the log's head; raises `aiohttp.ClientError`."""
        if self._http is None:
            secret = self._settings.internal_secret.get_secret_value()
            self._http = aiohttp.ClientSession(
                headers={"Authorization": f"Bearer {secret}"}, timeout=aiohttp.ClientTimeout(total=20)
            )
        url = f"{self._settings.url_of(source)}/internal/events"
        async with self._http.get(url, params={"after": position, "limit": limit}) as response:
            response.raise_for_status()
            page = _PAGE.validate_json(await response.read())
        return page.events, page.head

    async def close(self) -> None:
        """Close the HTTP session."""
        if self._http is not None:
            await self._http.close()
