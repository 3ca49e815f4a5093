"""A partner's receiver on this machine, and what the webhooks tests share."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from aiohttp import web
from standardwebhooks import Webhook

from beatbook.contracts.envelope import Event
from beatbook.contracts.forum import MinutesPublished
from beatbook.kit.events import Fact, emit_many
from beatbook.kit.ids import new_id

AGENCY = "legal-aid-kosovo"


@dataclass
class Post:
    """One post as it arrived."""

    headers: dict[str, str]
    body: bytes
    path: str

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def message(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


@dataclass
class Answer:
    """What the receiver says, after a while."""

    status: int = 204
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    after: float = 0.0


class Receiver:
    """A partner's endpoint: keeps what it is sent, answers from `answers`, then 204."""

    def __init__(self) -> None:
        self.port = 0
        self.posts: list[Post] = []
        self.answers: deque[Answer] = deque()
        self.always: Callable[[Post], Answer] | None = None
        self.most_at_once = 0
        self._present = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def take(self, request: web.Request) -> web.Response:
        post = Post(
            {name.lower(): value for name, value in request.headers.items()}, await request.read(), request.path
        )
        self.posts.append(post)
        answer = self.always(post) if self.always else self.answers.popleft() if self.answers else Answer()
        self._present += 1
        self.most_at_once = max(self.most_at_once, self._present)
        await asyncio.sleep(answer.after)
        self._present -= 1
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)

    def verified(self, secret: str) -> list[dict[str, Any]]:
        """Every message, its signature checked by the reference library; raises when one doesn't hold."""
        return [Webhook(secret).verify(post.body, post.headers) for post in self.posts]


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver on a port of this machine."""
    receiver = Receiver()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", receiver.take)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.port = runner.addresses[0][1]
    try:
        yield receiver
    finally:
        await runner.cleanup()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


def minutes_published(area: str = "XK.PRI", minutes_id: UUID | None = None, number: int = 1) -> MinutesPublished:
    return MinutesPublished(
        minutes_id=minutes_id or new_id(),
        meeting_id=new_id(),
        forum_id=new_id(),
        area=area,
        held_at=datetime(2026, 2, 3, 17, tzinfo=UTC),
        number=number,
        sha256="ab" * 32,
    )


@pytest.fixture
def published() -> Callable[..., MinutesPublished]:
    return minutes_published


async def log_events(database_url: str, *events: tuple[Event, UUID, str]) -> None:
    """Append events to a service's own log, as its commands do."""
    db = await asyncpg.connect(database_url)
    try:
        await emit_many(db, [Fact(*event) for event in events], actor="tester", at=datetime.now(UTC))
    finally:
        await db.close()


@pytest.fixture
def log() -> Callable[..., Awaitable[None]]:
    return log_events


Register = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def as_partner(tokens: Callable[..., str]) -> Callable[..., dict[str, str]]:
    def headers(*grants: str, agency: str | None = AGENCY, **more: str) -> dict[str, str]:
        return {"Authorization": tokens(*(grants or ("partner@XK",)), agency=agency), **more}

    return headers


@pytest.fixture
def register(as_partner: Callable[..., dict[str, str]]) -> Register:
    async def make(http: httpx.AsyncClient, url: str, **body: Any) -> dict[str, Any]:
        wanted = {"url": url, "event_types": ["minutes.published"], "areas": ["XK"]} | body
        answer = await http.post("/v1/endpoints", json=wanted, headers=as_partner())
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    return make
