"""The event log: outbox and history in one table, written in the command's own transaction. Rule X1, ARCHITECTURE 5."""

import io
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy.event import listens_for
from sqlmodel import Session
from sqlmodel.ext.asyncio.session import AsyncSession

from beatbook.contracts.actor import Actor
from beatbook.contracts.envelope import Event
from beatbook.kit import telemetry
from beatbook.kit.db import driver_connection
from beatbook.kit.errors import TooLarge
from beatbook.kit.ids import new_id
from beatbook.kit.reactions import Fact as Fact
from beatbook.kit.tracing import current_traceparent

MAX_EVENT_BYTES = 900_000
"""So an event fits into a broker's default message size of 1 MiB: one that did not would stop the stream."""

# what a parameter is cast from decides how the driver sends it: a connection's codec for jsonb would encode text again
_INSERT = """
    insert into events (id, type, subject, area, time, actor, data, traceparent)
    values ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8)
"""
_COLUMNS = ("id", "type", "subject", "area", "time", "actor", "data", "traceparent")


async def emit(
    session: AsyncSession, event: Event, *, subject: UUID, area: str, actor: Actor, at: datetime
) -> None:  # fmt: skip
    """Append one event to the log in the session's transaction, after those emitted before it.

    What the session holds unwritten stays so: the log refers to no other table. The relay is woken after the commit.
    """
    connection = await driver_connection(session)
    fact = Fact(event, subject, area)
    await _append(connection, fact, actor.subject, at)
    _note(session, [fact])


async def _append(connection: asyncpg.Connection, fact: Fact, actor: str, at: datetime) -> None:
    """One event by plain SQL: half of what a statement through the ORM's layers takes."""
    await connection.execute(
        _INSERT, new_id(), fact.event.wire_type(), fact.subject, fact.area, at, actor, _data(fact.event),
        current_traceparent(),
    )  # fmt: skip


async def emit_many(
    connection: asyncpg.Connection,
    facts: Sequence[Fact],
    *,
    actor: str,
    at: datetime,
    session: AsyncSession | None = None,
) -> None:
    """Append many events by one statement, in order, in the connection's transaction.

    Give the session when there is one, so that the relay is woken after its commit; else the relay's poll finds them.
    """
    if not facts:
        return
    if len(facts) == 1:
        await _append(connection, facts[0], actor, at)
    else:
        await _append_all(connection, facts, actor, at)
    if session is not None:
        _note(session, facts)
    else:
        telemetry.appended(facts[0].event.service, len(facts))


async def _append_all(connection: asyncpg.Connection, facts: Sequence[Fact], actor: str, at: datetime) -> None:
    """Many events by COPY, in half the time of an insert; as CSV, for a connection's codec for jsonb may differ."""
    shared = f"{at.isoformat()},{_quoted(actor)}"
    trace = current_traceparent() or ""
    types = {kind: kind.wire_type() for kind in {type(fact.event) for fact in facts}}
    lines = [
        f"{new_id()},{types[type(fact.event)]},{fact.subject},{fact.area},{shared},{_quoted(_data(fact.event))},{trace}\n"
        for fact in facts
    ]
    source = io.BytesIO("".join(lines).encode())
    await connection.copy_to_table("events", columns=_COLUMNS, source=source, format="csv")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _note(session: AsyncSession, facts: Sequence[Fact]) -> None:
    service = facts[0].event.service
    session.info["emitted"] = True
    session.info["appended"] = service, session.info.get("appended", (service, 0))[1] + len(facts)
    session.info.setdefault("facts", []).extend(facts)


@asynccontextmanager
async def attempt(session: AsyncSession) -> AsyncIterator[None]:
    """A part of the session's transaction that fails alone: what it changed and emitted is undone, the rest stays.

    Rows that it loaded are stale after a failure: load them again, by their ids.
    """
    noted = {name: session.info.get(name) for name in ("emitted", "appended")}
    facts = len(session.info.get("facts", ()))
    try:
        async with session.begin_nested():
            yield
    except BaseException:
        session.info.update({name: value for name, value in noted.items() if value is not None})
        for name in [name for name, value in noted.items() if value is None]:
            session.info.pop(name, None)
        del session.info.get("facts", [])[facts:]
        raise


@listens_for(Session, "after_commit")
def _count(session: Session) -> None:
    """Count what was appended once it is there for good, which the end of a savepoint is not."""
    if session.in_nested_transaction():
        return
    if (appended := session.info.pop("appended", None)) is not None:
        telemetry.appended(*appended)


def _data(event: Event) -> str:
    """The event's data as JSON; raises `TooLarge`, so that the command fails rather than the stream."""
    data = event.model_dump_json()
    if len(data) * 4 > MAX_EVENT_BYTES and len(data.encode()) > MAX_EVENT_BYTES:  # at most 4 bytes a character
        raise TooLarge(f"This would make an event of more than {MAX_EVENT_BYTES} bytes; send less at once.")
    return data
