"""The kpi service on real PostgreSQL, fed with events as its consumers get them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx
import pytest
from fastapi import FastAPI

from beatbook.contracts.areas import tier_of
from beatbook.contracts.cases import IncidentRecorded
from beatbook.contracts.envelope import Event
from beatbook.contracts.forum import AreaRegistered, DecisionClosed, DecisionRecorded, MeetingHeld
from beatbook.kit.app import create_app
from beatbook.kit.applying import Applier, Arrived
from beatbook.kit.feed import FeedReader, Page
from beatbook.kit.ids import new_id
from beatbook.kit.timers import WorkerContext
from services.kpi.app import service
from tests.serving import asgi_client

NOW = datetime(2022, 12, 15, 9, tzinfo=UTC)


class Make:
    """Events, with what a test doesn't care about filled in."""

    @staticmethod
    def area(code: str, population: int | None = None) -> AreaRegistered:
        return AreaRegistered(
            code=code,
            tier=tier_of(code),
            names={"und": code.rpartition(".")[2].title()},
            external_codes={},
            population=population,
            boundary=None,
            valid_from=date(2022, 1, 1),
        )

    @staticmethod
    def incident(area: str, month: str = "2022-03", category: str = "08041") -> IncidentRecorded:
        return IncidentRecorded(
            incident_id=new_id(), area=area, month=date.fromisoformat(f"{month}-01"), category=category
        )

    @staticmethod
    def meeting(area: str, held_at: str = "2022-03-10T18:00:00+00:00") -> MeetingHeld:
        return MeetingHeld(
            meeting_id=new_id(),
            forum_id=new_id(),
            area=area,
            held_at=datetime.fromisoformat(held_at),
            purpose="accountability",
            public=True,
            members_present=9,
            public_present=20,
        )

    @staticmethod
    def decision(area: str, due_on: str | None = "2022-03-31") -> DecisionRecorded:
        return DecisionRecorded(
            decision_id=new_id(),
            meeting_id=new_id(),
            forum_id=new_id(),
            area=area,
            kind="decision",
            owner="police",
            due_on=date.fromisoformat(due_on) if due_on else None,
            recorded_at=NOW,
        )

    @staticmethod
    def closed(decision: DecisionRecorded, outcome: Any = "delivered", on_time: bool | None = None) -> DecisionClosed:
        return DecisionClosed(
            decision_id=decision.decision_id,
            forum_id=decision.forum_id,
            area=decision.area,
            kind=decision.kind,
            outcome=outcome,
            closed_at=NOW,
            due_on=decision.due_on,
            on_time=on_time,
        )


class Logs(FeedReader):
    """The owners' logs, held here."""

    def __init__(self) -> None:
        self.held: dict[str, list[Arrived]] = {"forum": [], "cases": []}

    def append(self, event: Event, area: str) -> None:
        log = self.held[event.service]
        log.append(
            Arrived(
                id=new_id(),
                type=event.wire_type(),
                subject=str(getattr(event, f"{event.aggregate}_id", None) or uuid5(NAMESPACE_URL, event.code)),  # type: ignore[attr-defined]
                area=area,
                time=NOW,
                actor="tester",
                data=event.model_dump(mode="json"),
                traceparent=None,
                position=len(log) + 1,
            )
        )

    async def after(self, source: str, position: int, limit: int = 1000) -> Page:
        return Page(self.held[source][position : position + limit], len(self.held[source]))


@dataclass
class Kpi:
    """The service as a test sees it."""

    app: FastAPI
    http: httpx.AsyncClient
    tokens: Callable[..., str]
    logs: Logs = field(default_factory=Logs)

    async def hear(self, *events: Event, batch: int = 500) -> None:
        """Put events in their owners' logs, and apply what is new of them."""
        for event in events:
            self.logs.append(event, getattr(event, "area", None) or event.code)  # type: ignore[attr-defined]
        db = await self.app.state.database.connect()
        for consumer in service.consumers:
            applier = Applier(consumer)
            await applier.start(db)
            while fresh := (await self.logs.after(consumer.source, applier.checkpoint, batch)).events:
                await applier.apply(db, fresh)
        assert await db.fetchval("select count(*) from parked_events") == 0
        await db.close()

    async def rows(self, query: str, *args: Any) -> list[tuple[Any, ...]]:
        pool = await self.app.state.database.pool()
        return [tuple(row) for row in await pool.fetch(query, *args)]

    async def get(self, path: str, *grants: str, **query: Any) -> httpx.Response:
        """Ask as the holder of grants such as `council@XK.PRI`, or as the public."""
        headers = {"Authorization": self.tokens(*grants)} if grants else {}
        params = {name.rstrip("_"): value for name, value in query.items()}
        return await self.http.get(f"/v1{path}", params=params, headers=headers)

    def context(self) -> WorkerContext:
        return WorkerContext(self.app.state.database, self.app.state.settings, self.app.state.clock)


@pytest.fixture
async def kpi(settings_for: Callable[..., Awaitable[Any]], tokens: Callable[..., str]) -> AsyncIterator[Kpi]:
    app = create_app(service, await settings_for("kpi", role="api"), clock=lambda: NOW)
    async with asgi_client(app) as http:
        yield Kpi(app, http, tokens)


@pytest.fixture
def make() -> type[Make]:
    return Make
