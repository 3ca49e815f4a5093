"""Work that one replica does at a time: leases, all of a process's held as advisory locks by one connection.

The work itself goes over the pool, and a lease keeps others from doing it in vain; safety does not rest on it. Who
loses a lease is broken off soon, and until then two may work at once: positions are unique, publishing expects what is
before, and checkpoints are moved by compare-and-set. Decision 0017.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg

log = logging.getLogger(__name__)

STANDBY_SECONDS = 1.0
"""Between two tries for a lease that another holds, and between two questions whether the connection still lives."""
SILENCE_SECONDS = 5.0
"""A connection that does not answer for so long is given up, and the leases with it."""
RETRY_SECONDS = 0.5

_LIFELINE = """
    set idle_session_timeout = '15s'; set tcp_keepalives_idle = '5s'; set tcp_keepalives_interval = '5s';
    set tcp_keepalives_count = 2
"""
"""A process that hangs asks no more, and its kernel keeps the connection alive: the server ends it, and with it the
leases, so that another replica takes over. The same for a machine that is gone, of which nothing comes any more."""
_LOCK = "select pg_try_advisory_lock(hashtextextended($1, 0))"
_UNLOCK = "select pg_advisory_unlock(hashtextextended($1, 0))"


class LeaseLost(ConnectionError):
    """The connection that held the lease is gone: another may hold it now."""


class _Hold:
    """One piece of work that waits for its lease or has it."""

    def __init__(self, name: str, task: asyncio.Task[object]) -> None:
        self.name, self._task = name, task
        self.granted = asyncio.Event()
        self._cancelled_before, self._cancels = task.cancelling(), 0

    def lose(self) -> None:
        """Break the work off; more than once if it does not end."""
        self._cancels += 1
        self._task.cancel()

    def end(self) -> bool:
        """Take our own cancellations back; whether there were any, and none by anybody else."""
        for _ in range(self._cancels):
            self._task.uncancel()
        return self._cancels > 0 and self._task.cancelling() <= self._cancelled_before


class Leases:
    """A process's leases. One task owns the connection, so that breaking off some work never leaves a lock behind."""

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection]]) -> None:
        self._connect = connect
        self._holds: list[_Hold] = []
        self._changed = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def held(self, name: str) -> AsyncIterator[None]:
        """Wait until the lease is ours, and work under it; raises `LeaseLost` when it is lost meanwhile."""
        task = asyncio.current_task()
        assert task is not None
        hold = _Hold(name, task)
        self._holds.append(hold)
        self._changed.set()
        if self._keeper is None or self._keeper.done():
            self._keeper = asyncio.create_task(self._keep())
        try:
            await hold.granted.wait()
            yield
        except asyncio.CancelledError:
            if hold.end():
                raise LeaseLost(name) from None
            raise
        except BaseException:
            hold.end()
            raise
        finally:
            self._holds.remove(hold)
            self._changed.set()

    async def close(self) -> None:
        """Give up all leases."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait({self._keeper})

    async def _keep(self) -> None:
        """Hold what is wanted until cancelled, through outages of the database."""
        complained = ""
        while True:
            try:
                connection = await self._connect()
                complained = ""
                try:
                    await self._serve(connection)
                finally:
                    await _drop(connection)
            except Exception as error:  # noqa: BLE001 - nothing may end it for good; it is logged
                if complained != (complained := type(error).__name__):
                    log.warning("leases pause: %s", complained)
                await self._break_off()
                await asyncio.sleep(RETRY_SECONDS)

    async def _serve(self, connection: asyncpg.Connection) -> None:
        """Grant and take back by one connection; raises when that is lost."""
        connection.add_termination_listener(lambda _: self._changed.set())
        await connection.execute(_LIFELINE)
        locked: set[str] = set()
        while True:
            self._changed.clear()
            async with asyncio.timeout(SILENCE_SECONDS):
                for name in locked - {hold.name for hold in self._holds if hold.granted.is_set()}:
                    await connection.execute(_UNLOCK, name)
                    locked.remove(name)
                await connection.fetchval("select 1")
                for hold in [hold for hold in self._holds if not hold.granted.is_set()]:
                    # one connection would be given its own lock twice
                    if hold.name not in locked and await connection.fetchval(_LOCK, hold.name):
                        locked.add(hold.name)
                        hold.granted.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STANDBY_SECONDS):
                    await self._changed.wait()

    async def _break_off(self) -> None:
        """Have all work under a lease end, and wait until it has."""
        while losing := [hold for hold in self._holds if hold.granted.is_set()]:
            for hold in losing:
                hold.lose()
            self._changed.clear()
            with contextlib.suppress(TimeoutError):  # a client library may swallow a cancellation
                async with asyncio.timeout(STANDBY_SECONDS):
                    await self._changed.wait()


async def _drop(connection: asyncpg.Connection) -> None:
    with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
        await connection.close(timeout=2)
