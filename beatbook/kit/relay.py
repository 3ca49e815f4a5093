"""The relay: committed events go from a service's log to its stream, in log order. Rules X1, X3, ARCHITECTURE 5.

One relay per service, under a lease. Committed events without a position get contiguous ones; they are
published in that order in atomic batches, each expecting the one before it, so that a failed one stops all that
follows. What the broker lost is noticed by comparing its last position with ours, and published again. ADR 0004, 0011.
"""

import asyncio
import logging
import time
from collections.abc import Sequence

import asyncpg
from nats.errors import Error as NatsError

from beatbook.kit import telemetry, tracing
from beatbook.kit.broker import Broker, stream_name
from beatbook.kit.db import Database
from beatbook.kit.failpoints import Step, passing
from beatbook.kit.publishing import MOST_EVENTS, Batch, BrokerFull, Publisher, PublishStopped, StreamFull

log = logging.getLogger(__name__)

BATCH_BYTES = 1 << 20
"""Most bytes of data in a batch, as the database keeps them, unless one event alone has more."""
FEW = 50
"""Events that are sent off before the next are asked for: a single one goes out at once."""
POLL_SECONDS = 1.0
MARK_SECONDS = 0.05
"""How long nothing may come before it is noted how far the stream goes; in a steady flow the next claim notes it."""
SWEEP_SECONDS = 1.0
"""Between two claims that look from the log's beginning on. The others begin where it is settled, for below lie the
dead entries of all that was claimed since the last vacuum."""
REFILL = 100_000
"""Most events published again when the broker lost more: new ones wait meanwhile, and readers find older ones in the
log."""
COMPLAINT_SECONDS = 60.0
ROOM_SECONDS = 2.0

_CLAIM = """
    with waiting as (
        select place, row_number() over (order by seq) as n
        from (select ctid as place, seq,
                     sum(pg_column_size(data)) over (order by seq) - pg_column_size(data) as bytes_before
              from (select ctid, seq, data from events where position is null and seq > $1 order by seq limit $2)
                   as next) as measured
        where bytes_before < $3),
    placed as (
        update events set position = relay.position + waiting.n from waiting, relay
        where events.ctid = waiting.place and events.position is null  -- another relay may just have taken it
        returning seq, id::text, type, subject::text, area, time, actor, data::text as data, traceparent,
                  events.position),
    moved as (
        update relay set position = position + many, published = greatest(published, $4)
        from (select count(*) as many from placed) as counted where many > 0)
    select *, pg_current_xact_id()::text::bigint as claim from placed order by position
"""
_BEGINNING = """
    select seq, pg_current_xact_id()::text::bigint from events where position is not null order by position desc limit 1
"""
_SETTLED = """
    select coalesce((select seq - 1 from events where position is null and seq > $1 and seq <= $2
                     order by seq limit 1), $2)
    from pg_current_snapshot() as seen where pg_snapshot_xmin(seen)::text::bigint > $3
"""
_CLAIMED = """
    select id::text, type, subject::text, area, time, actor, data::text as data, traceparent, position
    from (select *, sum(pg_column_size(data)) over (order by position) - pg_column_size(data) as bytes_before
          from (select * from events where position > $1 order by position limit $2) as next) as measured
    where bytes_before < $3 order by position
"""
_MARK = """
    with hasty as (select set_config('synchronous_commit', 'off', true))
    update relay set published = greatest(published, $1) from hasty
"""
"""A mark that a crash takes back costs nothing: the stream itself says what it has."""
_ANY_AFTER = "select exists (select from events where position > $1)"
_TAKE_UP = """
    update events set position = seen.position from unnest($1::text[]::uuid[], $2::bigint[]) as seen (id, position)
    where events.id = seen.id and events.position is null returning 1
"""


class Relay:
    """A service's relay; `run` it in one task, `wake` it after a commit."""

    def __init__(self, service: str, database: Database, broker: Broker) -> None:
        self._service, self._database, self._broker = service, database, broker
        self._woken = asyncio.Event()
        self._publisher: Publisher | None = None
        self._limit = MOST_EVENTS
        self._sequence = 0
        """The stream's last sequence."""
        self._published = 0
        """The last position that the stream has."""
        self._marked = 0
        self._given = 0
        """The last position given to an event."""
        self._top = 0
        """The highest place in the log that was claimed."""
        self._settled = 0
        """The place up to which every event was claimed and no more can appear."""
        self._settling: tuple[int, int] | None = None
        """A place in the log, and a transaction: all who may still write below the place began before that."""
        self._swept = 0.0
        self._complaint, self._complained = "", 0.0
        self.serving = False
        """Whether the service's relay is this one."""

    @property
    def published(self) -> int:
        """The last position that the stream is known to have."""
        return self._published

    def wake(self) -> None:
        """Something was committed."""
        self._woken.set()

    async def run(self) -> None:
        """Relay until cancelled, through outages of both sides."""
        while True:
            try:
                async with self._database.leases.held(f"relay:{self._service}"):
                    self.serving = True
                    await self._serve(await self._database.pool())
            except Exception as error:  # noqa: BLE001 - nothing may end the relay for good; it is logged
                self.serving = False
                self._complain(error)
                await asyncio.sleep(ROOM_SECONDS if isinstance(error, BrokerFull) else 0.5)

    async def _serve(self, database: asyncpg.Pool) -> None:
        await self._broker.connect()
        await self._broker.ensure_stream(self._service)
        if self._publisher is None:
            publisher = Publisher(self._broker.client, self._service)
            await publisher.open()
            self._publisher = publisher
        claimed = await database.fetchrow(_BEGINNING)
        self._settled, self._settling, self._swept = 0, (claimed[0], claimed[1]) if claimed else None, 0.0
        await self._compare(database)
        while True:
            try:
                await self._flow(database, self._publisher)
            except StreamFull as full:
                await self._make_room(full)
                await self._compare(database)
            else:
                await self._rest(database)

    async def _flow(self, database: asyncpg.Pool, publisher: Publisher) -> None:
        """Publish all that waits: while the broker has one batch, the next is written out and one more claimed."""
        sequence = self._sequence
        publishing: asyncio.Task[None] | None = None
        taking = asyncio.create_task(self._take(database, self._published))
        try:
            while rows := await taking:
                if len(rows) > FEW:
                    taking = asyncio.create_task(self._take(database, rows[-1]["position"]))
                    await asyncio.sleep(0)  # the database begins before this process is busy writing
                batch = publisher.write(rows, sequence)
                sequence = batch.sequence
                if publishing is not None:
                    await publishing
                publishing = asyncio.create_task(self._publish(publisher, batch))
                if len(rows) <= FEW:
                    taking = asyncio.create_task(self._take(database, rows[-1]["position"]))
            if publishing is not None:
                await publishing
        finally:  # neither the connection nor the stream is left with something under way
            await asyncio.gather(taking, *([publishing] if publishing else []), return_exceptions=True)

    async def _publish(self, publisher: Publisher, batch: Batch) -> None:
        with tracing.publishing(stream_name(self._service), batch.traceparents):
            await publisher.publish(batch)
        passing(Step.RELAY_PUBLISHED)
        self._sequence, self._published = batch.sequence, batch.position
        self._limit, self._complaint = min(MOST_EVENTS, 2 * self._limit), ""
        telemetry.published(self._service, batch.count)

    async def _take(self, database: asyncpg.Pool, after: int) -> Sequence[asyncpg.Record]:
        """The events after a position: those that have one already, else the next ones that get one now."""
        if after < self._given:
            return await database.fetch(_CLAIMED, after, self._limit, BATCH_BYTES)
        floor, marking = self._settled, self._published
        if time.monotonic() - self._swept >= SWEEP_SECONDS:
            await self._settle(database)
            floor, self._swept = 0, time.monotonic()
        rows: Sequence[asyncpg.Record] = await database.fetch(_CLAIM, floor, self._limit, BATCH_BYTES, marking)
        if rows:
            if rows[0]["position"] != self._given + 1:  # what another, its lease lost, is about to publish comes before
                raise PublishStopped(f"another relay gave positions {self._given + 1} to {rows[0]['position'] - 1}")
            self._given = rows[-1]["position"]
            self._top = max(self._top, rows[-1]["seq"])
            self._settling = self._settling or (self._top, rows[0]["claim"])
            passing(Step.RELAY_POSITIONED)
            if marking > self._marked:
                self._marked = marking
                passing(Step.RELAY_MARKED)
        return rows

    async def _settle(self, database: asyncpg.Pool) -> None:
        """Look where the log is settled: below the highest place claimed, when all who wrote at that time have ended.

        Of one aggregate's events the earlier has the lower place, and is committed by then: a claim that began above a
        transaction still at work could take the later one alone.
        """
        if self._settling is not None:
            settled = await database.fetchval(_SETTLED, self._settled, *self._settling)
            if settled is not None:
                self._settled, self._settling = max(self._settled, settled), None

    async def _rest(self, database: asyncpg.Pool) -> None:
        """Wait for a commit's hint; meanwhile note how far the stream goes, and see from time to time that it does."""
        if self._published > self._marked:
            if await self._woken_within(MARK_SECONDS):
                return
            await database.execute(_MARK, self._published)
            self._marked = self._published
            passing(Step.RELAY_MARKED)
        if not await self._woken_within(POLL_SECONDS):
            await self._compare(database)

    async def _compare(self, database: asyncpg.Pool) -> None:
        """Look up where the stream and the log stand; what the broker lost is published anew."""
        sequence, position = await self._broker.last_position(self._service)
        state = await database.fetchrow("select position, published from relay")
        assert state is not None, "the migration made this row"
        given, recorded = state
        if position > given:
            log.critical("the broker holds positions up to %d, the log only up to %d: restored?", position, given)
            await self._take_up(database, given, position)
            given = position
        if position < given and not await database.fetchval(_ANY_AFTER, position):
            position = recorded = given  # a restored log has nothing there to publish again
        if position < recorded:
            log.warning("the broker lost events %d to %d; publishing them again", position + 1, recorded)
        if position < given - REFILL:
            log.warning("only the last %d; readers find those before in the log", REFILL)
            position = given - REFILL
        self._sequence, self._published, self._given = sequence, position, given
        self._marked = min(recorded, position)

    async def _take_up(self, database: asyncpg.Pool, given: int, position: int) -> None:
        """The database is of an earlier day: go on after what readers have seen, and give no position twice.

        An event that had no position yet on that day gets the one it was published under, not a second one.
        """
        published = await self._broker.published_after(self._service, given)
        async with database.acquire() as connection, connection.transaction():
            ids, positions = [id for id, _ in published], [place for _, place in published]
            kept = await connection.fetch(_TAKE_UP, ids, positions)
            await connection.execute("update relay set position = greatest(position, $1), published = $1", position)
        missing = position - given - len(kept)
        log.critical("%d of %d events that were published since are not in the log", missing, position - given)

    async def _make_room(self, full: StreamFull) -> None:
        """Drop the older half of the stream, which readers can find in the log; events wait meanwhile. ADR 0011."""
        dropped = await self._broker.drop_older_half(self._service)
        telemetry.stream_full(self._service, dropped)
        log.warning("stream %s is full (%s); dropped its oldest %d events", stream_name(self._service), full, dropped)
        if not dropped and self._limit == 1:
            raise BrokerFull("an event does not fit into the stream's bound")
        self._limit = max(1, self._limit // 2)  # a batch that never fits must not be tried for ever

    async def _woken_within(self, seconds: float) -> bool:
        """Wait for a commit's hint; False when the time passed without one."""
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return False
        self._woken.clear()
        return True

    def _complain(self, error: Exception) -> None:
        """Log why the relay pauses, once a minute while it stays the same."""
        expected = isinstance(error, (asyncpg.PostgresError, NatsError, OSError, PublishStopped))
        complaint = f"{type(error).__name__}: {error}" if isinstance(error, PublishStopped) else type(error).__name__
        if complaint != self._complaint or time.monotonic() - self._complained > COMPLAINT_SECONDS:
            log.warning("relay pauses: %s", complaint, exc_info=not expected)
            self._complaint, self._complained = complaint, time.monotonic()
