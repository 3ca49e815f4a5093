"""What its event costs a command: planning a meeting with its event, against the same command without one.

Three ways, on PostgreSQL with the settings of `beatbook up` (every commit is flushed to disk):

- `http`: POST /v1/forums/{id}/meetings to two processes of the forum's API, of which one's `emit` does nothing;
- `transaction`: the same row inserted by one ORM session in its transaction, with `emit` and without it;
- `driver`: the same by plain asyncpg, one insert, and one more into the log: no ORM hides what the event costs.

Each by one caller (median time of a command) and by 16 at once (time per command: the inverse of the rate). The limit
it approaches is one more round trip and a row in four indexes, beside a commit that both sides pay.

Run: nice .venv/bin/python -m benchmarks.command --rounds 21
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from itertools import cycle
from statistics import median
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg

from beatbook.contracts.forum import MeetingPlanned
from beatbook.kit import events
from beatbook.kit.app import create_app
from beatbook.kit.db import Database, set_context
from beatbook.kit.ids import new_id
from beatbook.kit.process import run
from beatbook.kit.settings import ServiceSettings
from benchmarks.measuring import Ratio, Servers, arguments, interleaved, migrated, report, servers
from benchmarks.serving import ADMIN, MEETING, authorization, councils, process, ready, settings_of
from services.forum.app import service
from services.forum.meetings import commands
from services.forum.meetings.schemas import MeetingCreate
from services.forum.meetings.tables import Meeting

AT_ONCE = 16
WANTED = 1.5
SECONDS = 0.25
"""How long each way runs in a round."""

Work = Callable[[], Awaitable[None]]

_INSERT = """
    insert into meetings (id, forum_id, area, purpose, topics, place_kind, starts_at, languages, interpreters,
                          public, state, public_counts, advisories, version)
    values ($1, $2, 'XK', 'accountability', '[{"title": "Lights in the park", "sensitive": false}]', 'other', $3,
            '["sq", "sr"]', '[]', true, 'planned', '[]', '[]', 1)
"""


async def one_caller(work: Work) -> float:
    """The median milliseconds of the work, done over and over."""
    taken: list[float] = []
    end = time.perf_counter() + SECONDS
    while (began := time.perf_counter()) < end:
        await work()
        taken.append(time.perf_counter() - began)
    return median(taken) * 1e3


async def many_callers(work: Work) -> float:
    """Milliseconds per piece of work when many callers do it at once."""
    end = time.perf_counter() + SECONDS
    done = 0

    async def caller() -> None:
        nonlocal done
        while time.perf_counter() < end:
            await work()
            done += 1

    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(AT_ONCE)))
    return (time.perf_counter() - began) / done * 1e3


async def compare(name: str, told: Work, silent: Work, rounds: int) -> None:
    """Both by one caller and by many, in turns."""
    figures = await interleaved(
        {
            "with event": lambda: one_caller(told),
            "without": lambda: one_caller(silent),
            f"with event, {AT_ONCE} at once": lambda: many_callers(told),
            f"without, {AT_ONCE} at once": lambda: many_callers(silent),
        },
        rounds=rounds,
    )
    pairs = (("with event", "without"), (f"with event, {AT_ONCE} at once", f"without, {AT_ONCE} at once"))
    report(f"command: {name}", "ms per command", figures, [Ratio(*pair, at_most=WANTED) for pair in pairs])


async def over_http(told: str, silent: str, headers: dict[str, str], forums: Sequence[UUID], rounds: int) -> None:
    """The whole command, at the process that tells and at the one that doesn't."""
    turn = cycle(forums)
    connector = aiohttp.TCPConnector(keepalive_timeout=2)  # shorter than the server's
    async with aiohttp.ClientSession(headers=headers, raise_for_status=True, connector=connector) as http:

        async def post(url: str) -> None:
            async with http.post(f"{url}/v1/forums/{next(turn)}/meetings", json=MEETING) as answer:
                await answer.read()

        await compare("http", lambda: post(told), lambda: post(silent), rounds)


async def in_a_session(settings: ServiceSettings, forum: UUID, rounds: int) -> None:
    """The command's transaction without its reads and without HTTP."""
    database = Database(settings)
    fields = MeetingCreate.model_validate(MEETING).model_dump()

    async def insert(*, tell: bool) -> None:
        now = datetime.now(UTC)
        async with database.sessions.begin() as session:
            await set_context(session, ADMIN)
            row = Meeting(**fields, forum_id=forum, area="XK", state="planned", public_counts=[], advisories=[])
            session.add(row)
            await session.flush()
            if tell:
                event = _planned(row.id, forum, row.starts_at)
                await events.emit(session, event, subject=row.id, area=row.area, actor=ADMIN, at=now)

    await compare("transaction", lambda: insert(tell=True), lambda: insert(tell=False), rounds)
    await database.close()


async def by_the_driver(settings: ServiceSettings, forum: UUID, rounds: int) -> None:
    """Two plain inserts against one, in a transaction each."""
    pool = await asyncpg.create_pool(settings.database_url, min_size=AT_ONCE, max_size=AT_ONCE)

    async def insert(*, tell: bool) -> None:
        now = datetime.now(UTC)
        async with pool.acquire() as connection, connection.transaction():
            row = new_id()
            await connection.execute(_INSERT, row, forum, now)
            if tell:
                fact = events.Fact(_planned(row, forum, now), row, "XK")
                await events.emit_many(connection, [fact], actor=ADMIN.subject, at=now)

    await compare("driver", lambda: insert(tell=True), lambda: insert(tell=False), rounds)
    await pool.close()


def _planned(meeting: UUID, forum: UUID, starts_at: datetime) -> MeetingPlanned:
    return MeetingPlanned(
        meeting_id=meeting, forum_id=forum, area="XK", starts_at=starts_at, purpose="accountability", public=True
    )


async def _silent(*_: Any, **__: Any) -> None:
    """An `emit` that does nothing."""


def serve(settings: ServiceSettings, *, tell: bool) -> None:
    """Serve the forum's API, its meetings with events or without."""
    if not tell:
        commands.emit = _silent  # type: ignore[attr-defined]
    run(service.name, settings, create_app(service, settings))


async def measure(settings: ServiceSettings, told: str, silent: str, headers: dict[str, str], rounds: int) -> None:
    """All three ways."""
    await ready(told)
    await ready(silent)
    forums = await councils(told, headers, 4 * AT_ONCE)
    await over_http(told, silent, headers, forums, rounds)
    await in_a_session(settings, forums[0], rounds)
    await by_the_driver(settings, forums[0], rounds)


def main(machines: Servers, rounds: int) -> None:
    """Measure on these servers."""
    url = asyncio.run(migrated(machines, service))
    told, silent = (settings_of(machines, service, url, role="api", pool_size=AT_ONCE) for _ in range(2))
    headers = authorization(machines)
    with (
        process(machines, lambda: serve(told, tell=True)),
        process(machines, lambda: serve(silent, tell=False)),
    ):
        addresses = (f"http://127.0.0.1:{settings.port}" for settings in (told, silent))
        asyncio.run(measure(told, *addresses, headers, rounds))


if __name__ == "__main__":
    chosen = arguments(__doc__)
    with servers() as machines:
        main(machines, chosen.rounds)
