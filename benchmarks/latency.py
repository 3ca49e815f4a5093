"""From a request to its row in another service's projection, under 200 commands a second: ours, and a pipeline by hand.

- `ours`: POST /v1/forums/{id}/meetings at a forum process (API and worker), its relay, the stream, a handover process
  whose consumer writes the meeting into its projection. Both as `beatbook up` runs them.
- `by hand`: the same command at the same API, but without an event in a log: after the commit its handler publishes a
  message and awaits the acknowledgement, and in a second small process a persistent subscription upserts each message
  into the same table by one plain statement. It loses an event when it dies between commit and publishing, applies
  twice what comes twice, and knows no order, no version and no trace. So what is compared is the way of the event.
- `bare`, for what it is worth: as by hand, and the command is a FastAPI handler that checks the token and the body, and
  inserts the row by one plain statement without reading or locking anything.

All on the same PostgreSQL (settings of `beatbook up`: every commit is flushed to disk) and NATS, in turns. The load
is open: requests leave on schedule whether or not earlier ones are answered, and time counts from when one was due. A
row is visible when the reader's commit has told so: a trigger in the benchmark's databases notifies a listening
connection, on all sides alike.

Where the command alone takes all the processor there is, which at 200 a second two cores come near, the sides queue
alike and their ratio says little: look at a lower rate too.

Wanted: p99 within 3x of `by hand`. The limit it approaches is one more flushed commit, which gives the event its
position, and a transaction of four round trips instead of one statement, which moves the reader's checkpoint.

Run: nice .venv/bin/python -m benchmarks.latency [--rounds 5] [--rate 200] [--seconds 5]
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import aiohttp
import asyncpg
import nats
import uvloop
from fastapi import FastAPI, Request
from nats.aio.msg import Msg

from beatbook.contracts.forum import MeetingPlanned
from beatbook.kit import app as kit_app
from beatbook.kit.app import create_app
from beatbook.kit.auth import CurrentActor, Keys
from beatbook.kit.broker import Broker
from beatbook.kit.db import AsyncSession
from beatbook.kit.ids import new_id
from beatbook.kit.process import run
from beatbook.kit.settings import ServiceSettings
from benchmarks.measuring import Figures, Ratio, Servers, arguments, interleaved, migrated, percentile, report, servers
from benchmarks.serving import MEETING, authorization, councils, process, ready, settings_of
from services.forum.app import service as forum
from services.forum.meetings import commands
from services.forum.meetings.schemas import MeetingCreate
from services.handover.app import service as handover

WANTED = 3.0
FORUMS = 100
SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
STREAM = "by-hand"
_INSERT = """
    insert into meetings (id, forum_id, area, purpose, topics, place, place_kind, starts_at, languages, interpreters,
                          public, state, public_counts, advisories, version)
    values ($1, $2, 'XK', $3, $4::text::jsonb, $5, $6, $7, $8::text::jsonb, '[]', $9, 'planned', '[]', '[]', 1)
"""
_UPSERT = """
    insert into meetings (meeting_id, forum_id, area, state, starts_at) values ($1, $2, 'XK', 'planned', $3)
    on conflict (meeting_id) do update set state = excluded.state, starts_at = excluded.starts_at
"""
_TELL = """
    create function tell() returns trigger language plpgsql as
    $$ begin perform pg_notify('visible', new.meeting_id::text); return null; end $$;
    create trigger tell after insert on meetings for each row execute function tell();
"""


# by hand


def command_by_hand(settings: ServiceSettings) -> None:
    """Serve the forum's API; it publishes after the commit instead of emitting in it."""
    emitted: ContextVar[MeetingPlanned] = ContextVar("emitted")

    async def remember(session: AsyncSession, event: MeetingPlanned, **_: object) -> None:
        session.info["emitted"] = True
        emitted.set(event)

    def publisher(_service: str, broker: Broker, *_: object) -> Callable[[], Awaitable[None]]:
        async def publish() -> None:
            event = emitted.get()
            told = {"meeting": str(event.meeting_id), "forum": str(event.forum_id)}
            message = json.dumps(told | {"starts_at": event.starts_at.isoformat()}).encode()
            await broker.client.jetstream().publish(f"{STREAM}.meeting.planned.XK", message)

        return publish

    commands.emit = remember  # type: ignore[attr-defined]  # in the place of what the module imported
    kit_app._waker = publisher
    run("forum", settings, create_app(forum, settings))


def bare_command(settings: ServiceSettings) -> None:
    """Serve the handler that inserts and publishes."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.settings, app.state.keys = settings, Keys(settings)
        app.state.pool = await asyncpg.create_pool(settings.database_url, min_size=4, max_size=8)
        client = await nats.connect(settings.nats_url)
        app.state.jetstream = client.jetstream()
        yield
        await client.close()
        await app.state.pool.close()

    app = FastAPI(lifespan=lifespan)

    @app.post("/v1/forums/{forum_id}/meetings", status_code=201)
    async def plan(forum_id: UUID, meeting: MeetingCreate, actor: CurrentActor, request: Request) -> dict[str, str]:
        if not actor.grants:
            raise PermissionError
        meeting_id, topics = new_id(), json.dumps([topic.model_dump() for topic in meeting.topics])
        await request.app.state.pool.execute(
            _INSERT, meeting_id, forum_id, meeting.purpose, topics, meeting.place, meeting.place_kind,
            meeting.starts_at, json.dumps(meeting.languages), meeting.public,
        )  # fmt: skip
        told = {"meeting": str(meeting_id), "forum": str(forum_id), "starts_at": meeting.starts_at.isoformat()}
        await request.app.state.jetstream.publish(f"{STREAM}.meeting.planned.XK", json.dumps(told).encode())
        return {"id": str(meeting_id)}

    @app.get("/health/ready")
    async def is_ready() -> None:
        pass

    run("by-hand", settings, app)


def upsert_by_hand(settings: ServiceSettings) -> None:
    """Upsert what arrives, for ever."""

    async def read() -> None:
        pool = await asyncpg.create_pool(settings.database_url, min_size=1, max_size=1)
        client = await nats.connect(settings.nats_url)

        async def take(message: Msg) -> None:
            told = json.loads(message.data)
            starts_at = datetime.fromisoformat(told["starts_at"])
            await pool.execute(_UPSERT, UUID(told["meeting"]), UUID(told["forum"]), starts_at)

        jetstream = client.jetstream()
        await jetstream.add_stream(name=STREAM, subjects=[f"{STREAM}.>"])
        await jetstream.subscribe(f"{STREAM}.>", stream=STREAM, ordered_consumer=True, cb=take)
        await asyncio.Event().wait()

    uvloop.run(read())


# the load


@dataclass
class Pipeline:
    """One side: where its requests go, and when they left, were answered and became visible."""

    url: str
    forums: Sequence[UUID]
    due: dict[str, float] = field(default_factory=dict)
    answered: list[float] = field(default_factory=list)
    seen: dict[str, float] = field(default_factory=dict)

    def heard(self, _connection: object, _pid: int, _channel: str, meeting: object) -> None:
        """The reader's database tells of a row."""
        self.seen[str(meeting)] = time.perf_counter()

    async def load(self, http: aiohttp.ClientSession, rate: int, seconds: int) -> dict[str, list[float]]:
        """Send on schedule, wait until all is visible; milliseconds until answered, and until visible."""
        self.due.clear(), self.answered.clear(), self.seen.clear()
        began = time.perf_counter()
        async with asyncio.TaskGroup() as requests:
            for number in range(rate * seconds):
                due = began + number / rate
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                requests.create_task(self._request(http, due, self.forums[number % len(self.forums)]))
        async with asyncio.timeout(60):
            while self.due.keys() - self.seen.keys():
                await asyncio.sleep(0.05)
        visible = [(self.seen[meeting] - due) * 1e3 for meeting, due in self.due.items()]
        return {"answered": list(self.answered), "visible": visible}

    async def _request(self, http: aiohttp.ClientSession, due: float, forum_id: UUID) -> None:
        async with http.post(f"{self.url}/v1/forums/{forum_id}/meetings", json=MEETING) as answer:
            told = await answer.json()
        self.answered.append((time.perf_counter() - due) * 1e3)
        self.due[told["id"]] = due


async def compare(
    pipelines: Mapping[str, Pipeline], headers: dict[str, str], rounds: int, rate: int, secs: int
) -> None:
    """Load both in turns and print."""
    kept: dict[str, Figures] = {
        f"{what}, {share}": {name: [] for name in pipelines} for what in ("visible", "answered") for share in SHARES
    }
    async with aiohttp.ClientSession(
        headers=headers, raise_for_status=True, connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=2)
    ) as http:
        for pipeline in pipelines.values():  # a service is slow at first: statements are compiled, connections opened
            await pipeline.load(http, rate // 4, secs)

        def loaded(name: str) -> Callable[[], Awaitable[float]]:
            async def load() -> float:
                found = await pipelines[name].load(http, rate, secs)
                for what, values in found.items():
                    for share, place in SHARES.items():
                        kept[f"{what}, {share}"][name].append(percentile(values, place))
                return 0.0

            return load

        await interleaved({name: loaded(name) for name in pipelines}, rounds=rounds)
    for title, figures in kept.items():
        wanted = WANTED if title == "visible, p99" else None
        figures = {name: values[1:] for name, values in figures.items()}  # the first round warms up
        report(f"latency: {title}", "ms", figures, [Ratio("ours", "by hand", at_most=wanted), Ratio("ours", "bare")])


async def measure(
    machines: Servers, writers: Mapping[str, int], readers: Mapping[str, str], rounds: int, rate: int, seconds: int
) -> None:
    """Load the writers at their ports, and listen to the readers' databases."""
    headers = authorization(machines)
    urls = {name: f"http://127.0.0.1:{port}" for name, port in writers.items()}
    for url in urls.values():
        await ready(url)
    forums = await councils(urls["ours"], headers, FORUMS)
    pipelines = {name: Pipeline(url, forums) for name, url in urls.items()}
    listening = {url: await asyncpg.connect(url) for url in set(readers.values())}
    for connection in listening.values():
        await connection.execute(_TELL)
    for name, pipeline in pipelines.items():
        await listening[readers[name]].add_listener("visible", pipeline.heard)
    await compare(pipelines, headers, rounds, rate, seconds)
    for connection in listening.values():
        await connection.close()


def main(machines: Servers, rounds: int, rate: int, seconds: int) -> None:
    """Measure on these servers."""
    written, read, read_by_hand = (asyncio.run(migrated(machines, service)) for service in (forum, handover, handover))
    ours = settings_of(machines, forum, written)
    reader = settings_of(machines, handover, read, forum_url=f"http://127.0.0.1:{ours.port}")
    by_hand, bare = (settings_of(machines, forum, written, role="api") for _ in range(2))
    reader_by_hand = settings_of(machines, handover, read_by_hand)
    with (
        process(machines, lambda: run("forum", ours, create_app(forum, ours))),
        process(machines, lambda: run("handover", reader, create_app(handover, reader))),
        process(machines, lambda: upsert_by_hand(reader_by_hand)),
        process(machines, lambda: command_by_hand(by_hand)),
        process(machines, lambda: bare_command(bare)),
    ):
        writers = {"ours": ours.port, "by hand": by_hand.port, "bare": bare.port}
        readers = {"ours": read, "by hand": read_by_hand, "bare": read_by_hand}
        uvloop.run(measure(machines, writers, readers, rounds, rate, seconds))


if __name__ == "__main__":
    chosen = arguments(__doc__, rate=200, seconds=5)
    with servers() as machines:
        main(machines, chosen.rounds, chosen.rate, chosen.seconds)
