"""The database: engine, sessions, table bases. Nobody but this module commits.

A request's transaction is a dependency with function scope, so that a failed commit can never answer 200.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Annotated, Any, TypeVar, cast

import asyncpg
import orjson
from fastapi import Depends, Request
from sqlalchemy import DateTime, Enum, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.event import listen
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession as AsyncSession

from beatbook.contracts.actor import Actor
from beatbook.kit import idempotency
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.failpoints import Step, passing
from beatbook.kit.locks import Leases
from beatbook.kit.reactions import react
from beatbook.kit.settings import ServiceSettings

log = logging.getLogger(__name__)

S = TypeVar("S", bound=StrEnum)
CLOSING_SECONDS = 1.0

UTC_TIME = DateTime(timezone=True)
"""An aware time; PostgreSQL keeps UTC."""


def text_enum(kind: type[S]) -> Enum:
    """A column type that stores an enum's values as text, never as a native database enum."""
    return Enum(kind, native_enum=False, values_callable=lambda members: [item.value for item in members], length=64)


class Database:
    """One service's own database: sessions for commands and reads, a pool of plain connections for machines' work."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._dsn = settings.database_url
        self.engine: AsyncEngine = create_async_engine(
            self._dsn.replace("postgresql://", "postgresql+asyncpg://", 1),
            pool_size=settings.pool_size,
            max_overflow=4,
            pool_timeout=5,
            hide_parameters=True,
            json_serializer=lambda value: orjson.dumps(value).decode(),
            json_deserializer=orjson.loads,
            connect_args={"timeout": 5, "command_timeout": settings.request_timeout},
        )
        listen(self.engine.sync_engine, "checkout", _refuse_closed)
        listen(self.engine.sync_engine, "handle_error", _give_up_on_silence)
        self.sessions = async_sessionmaker(self.engine, class_=AsyncSession, expire_on_commit=False)
        self.leases = Leases(self.connect)
        self._pool: asyncpg.Pool | None = None

    async def pool(self) -> asyncpg.Pool:
        """The pool of plain asyncpg connections, opened at first use; json columns come and go as Python values.

        Nobody changes a connection's session for more than a transaction, so none is reset: a round trip each time.
        """
        if self._pool is None:
            self._pool = asyncpg.create_pool(
                self._dsn,
                min_size=0,
                max_size=8,
                max_inactive_connection_lifetime=5,
                timeout=5,
                command_timeout=120,
                init=_prepare_connection,
                reset=_leave_as_it_is,
            )
        return await self._pool  # opens it, once, whoever comes first

    @asynccontextmanager
    async def plain(self) -> AsyncIterator[asyncpg.Connection]:
        """A plain connection of the pool, for a while."""
        async with (await self.pool()).acquire() as connection:
            yield cast(asyncpg.Connection, connection)

    async def connect(self) -> asyncpg.Connection:
        """A plain connection of one's own."""
        connection = await asyncpg.connect(self._dsn, timeout=5, command_timeout=120)
        await _prepare_connection(connection)
        return connection

    async def revisions(self) -> set[str]:
        """The migrations that the database stands at, read on a connection of its own."""
        connection = await asyncpg.connect(self._dsn, timeout=5, command_timeout=5)
        try:
            return {row["version_num"] for row in await connection.fetch("select version_num from alembic_version")}
        finally:
            connection.terminate()

    async def close(self) -> None:
        """Give up all leases, close all connections; those to a server that does not answer are dropped soon."""
        await self.leases.close()
        if self._pool is not None:
            try:
                async with asyncio.timeout(CLOSING_SECONDS):
                    await self._pool.close()
            except (TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                self._pool.terminate()
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                await self.engine.dispose()
        except (TimeoutError, SQLAlchemyError, OSError):
            log.warning("connections to a silent database were dropped")


def _give_up_on_silence(context: ExceptionContext) -> None:
    """A connection whose server did not answer in time is not used again, not even to roll back."""
    if isinstance(context.original_exception, TimeoutError):
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = False


def _refuse_closed(connection: Any, *_: object) -> None:
    """Have the pool open another connection instead of one that the server closed.

    SQLAlchemy's own ping does the same within a transaction: three round trips for each request instead of one.
    """
    try:
        connection.run_async(_ping)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
        raise DisconnectionError from error


async def _ping(driver: asyncpg.Connection) -> None:
    await driver.fetchval("select 1")


async def _prepare_connection(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec("jsonb", encoder=_dump, decoder=orjson.loads, schema="pg_catalog", format="text")


async def _leave_as_it_is(_: asyncpg.Connection) -> None:
    """A transaction that is still open is rolled back all the same."""


def _dump(value: Any) -> str:
    return json.dumps(value, default=str)


async def driver_connection(session: AsyncSession) -> asyncpg.Connection:
    """The asyncpg connection under a session's transaction, for plain SQL: COPY, set-based statements, the log.

    What the session holds unwritten is not written first.
    """
    transaction = session.sync_session.get_transaction()
    known: tuple[object, asyncpg.Connection] | None = session.info.get("driver")
    if known is not None and transaction is not None and known[0] is transaction:
        return known[1]
    connection = await session.connection()
    driver = (await connection.get_raw_connection()).driver_connection
    assert isinstance(driver, asyncpg.Connection)
    if not driver.is_in_transaction():  # the ORM's first statement begins it, and would only after ours
        await connection.execute(_BEGIN)
    session.info["driver"] = (session.sync_session.get_transaction(), driver)
    return driver


_BEGIN = text("select 1")
_CONTEXT = text("""
    select set_config('beatbook.' || name, value, true)
    from unnest(cast(:names as text[]), cast(:values as text[])) as told (name, value)
""")


async def set_context(session: AsyncSession, actor: Actor, now: datetime | None = None) -> None:
    """Tell this transaction who acts, as what, where and when: what row-level security reads. Never outlives it.

    `as_<role>` is the areas of a role, each with a dot behind it, so that `area || '.' ^@ any (...)` compares at little
    cost. Untold when it is, what is open for a time is closed to them.
    """
    told = {
        "actor": actor.subject,
        "areas": ",".join(sorted({grant.area for grant in actor.grants})),
        "agency": actor.agency or "",
        "now": now.isoformat() if now else "",
    }
    for role in {grant.role for grant in actor.grants}:
        told[f"as_{role}"] = ",".join(f"{area}." for area in actor.areas_as({role}))
    connection = await session.connection()
    await connection.execute(_CONTEXT, {"names": list(told), "values": list(told.values())})


async def begin(request: Request, actor: CurrentActor, now: Now) -> AsyncIterator[AsyncSession]:
    """A transaction for a command: committed when the path function has returned and its answer is made."""
    async with transaction(request, actor, now) as session:
        await idempotency.claim(request, await driver_connection(session), actor)
        yield session


@asynccontextmanager
async def transaction(request: Request, actor: Actor, now: datetime) -> AsyncIterator[AsyncSession]:
    """A command's transaction: with its actor told, its reactions run, and the relay woken when it is committed."""
    database: Database = request.app.state.database
    async with database.sessions.begin() as session:
        await set_context(session, actor, now)
        yield session
        await react(session, request.app.state.service.reactions, actor, request.app.state.clock())
        request.state.committing = True
        passing(Step.COMMAND_CHANGED)
    passing(Step.COMMAND_COMMITTED)
    if session.info.get("emitted"):
        await request.app.state.wake()


async def snapshot(request: Request, actor: CurrentActor, now: Now) -> AsyncIterator[AsyncSession]:
    """A read-only transaction that sees one moment."""
    database: Database = request.app.state.database
    async with database.sessions.begin() as session:
        connection = await session.connection()
        await connection.execute(text("set transaction isolation level repeatable read, read only"))
        await set_context(session, actor, now)
        yield session


Transactions = Callable[[], AbstractAsyncContextManager[AsyncSession]]


async def _transactions(request: Request, actor: CurrentActor, now: Now) -> Transactions:
    """Ask for a connection first: nobody sends a long body, or reads half an answer, while the database is away."""
    database: Database = request.app.state.database
    async with database.sessions() as session:
        await session.connection()
    return partial(transaction, request, actor, now)


Write = Annotated[AsyncSession, Depends(begin, scope="function")]
Read = Annotated[AsyncSession, Depends(snapshot, scope="function")]
Parts = Annotated[Transactions, Depends(_transactions)]
"""For a request too long for one transaction: each part of it begins its own, and stays when a later one fails."""
