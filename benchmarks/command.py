"""What its event costs a command: planning a meeting with its event, against the same command without one.

Three ways, on PostgreSQL with the settings of `beatbook up` (every commit is flushed to disk):

- `http`: POST /v1/forums/{id}/meetings to two processes of the forum's API, of which one's `emit` does nothing;
- `transaction`: the same row inserted by one ORM session in its transaction, with `emit` and without it;
- `driver`: the same by plain asyncpg, one insert, and one more into the log: no ORM hides what the event costs.

Each by one caller (median time of a command; both sides turn by turn) and by 16 at once (time per command: the inverse
of the rate; in turns of a fifth of a second). The limit it approaches is one more round trip and a row in four indexes,
beside a commit that both sides pay.

Run: nice .venv/bin/python -m benchmarks.command [--rounds 5]
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
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
from benchmarks.measuring import Ratio, Servers, arguments, migrated, report, servers
from benchmarks.serving import ADMIN, MEETING, authorization, councils, process, ready, settings_of
from services.forum.app import service
from services.forum.meetings import commands
from services.forum.meetings.schemas import MeetingCreate
from services.forum.meetings.tables import Meeting

AT_ONCE = 16
WANTED = 1.5
SECONDS = 1.0
"""How long each way runs in a round."""
TURNS = 5

Work = Callable[[], Awaitable[None]]

_INSERT = """
    insert into meetings (id, forum_id, area, purpose, topics, place_kind, starts_at, languages, interpreters,
                          public, state, public_counts, advisories, version)
    values ($1, $2, 'XK', 'accountability', '[{"title": "Lights in the park", "sensitive": false}]', 'other', $3,
            '["sq", "sr"]', '[]', true, 'planned', '[]', '[]', 1)
"""


async def one_caller(ways: Mapping[str, Work]) -> dict[str, float]:
    """The median milliseconds of each way, done in turns over and over."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    end = time.perf_counter() + SECONDS * len(ways)
    order = list(ways)
    while time.perf_counter() < end:
        order.reverse()
        for name in order:
            began = time.perf_counter()
            await ways[name]()
            taken[name].append(time.perf_counter() - began)
    return {name: median(found) * 1e3 for name, found in taken.items()}


async def many_callers(ways: Mapping[str, Work]) -> dict[str, float]:
    """Milliseconds per command of each way when many callers do it at once, in short turns."""
    seconds, done = dict.fromkeys(ways, 0.0), dict.fromkeys(ways, 0)
    order = list(ways)

    async def caller(name: str, end: float) -> None:
        while time.perf_counter() < end:
            await ways[name]()
            done[name] += 1

    for _ in range(TURNS):
        order.reverse()
        for name in order:
            began = time.perf_counter()
            await asyncio.gather(*(caller(name, began + SECONDS / TURNS) for _ in range(AT_ONCE)))
            seconds[name] += time.perf_counter() - began
    return {name: seconds[name] / done[name] * 1e3 for name in ways}


async def compare(name: str, told: Work, silent: Work, rounds: int) -> None:
    """Both by one caller and by many; the first round warms up."""
    ways = {"with event": told, "without": silent}
    for callers, measured in (("one caller", one_caller), (f"{AT_ONCE} at once", many_callers)):
        found = [await measured(ways) for _ in range(rounds + 1)][1:]
        figures = {way: [each[way] for each in found] for way in ways}
        wanted = Ratio("with event", "without", at_most=WANTED)
        report(f"command: {name}, {callers}", "ms per command", figures, [wanted])


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
        commands.emit = _silent  # type: ignore[attr-defined]  # in the place of what the module imported
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
