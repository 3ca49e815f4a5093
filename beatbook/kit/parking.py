"""Parked events: what a consumer could not apply, until an operator has it retried or skipped. ARCHITECTURE 5."""

# ruff: noqa: S608 - names of tables and columns come from our own code and the catalogue, never from outside

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from beatbook.kit.applying import Consumer, apply_events, reason
from beatbook.kit.arriving import COLUMNS, Arrived
from beatbook.kit.db import Database
from beatbook.kit.service import Service

_LOCK = "select from checkpoints where consumer = $1 and source = $2 for update"
"""A consumer moves its checkpoint before it looks what is parked: holding that row keeps both from crossing."""


@dataclass(frozen=True)
class ParkedEvent:
    """An event set aside, without its data."""

    consumer: str
    source: str
    position: int
    id: UUID
    type: str
    subject: str
    area: str
    error: str
    parked_at: datetime


@dataclass(frozen=True)
class Retried:
    """What came of an aggregate's parked events: how many were applied, or why none was."""

    source: str
    subject: str
    events: int
    error: str | None = None


@dataclass(frozen=True)
class SkippedEvent:
    """An event given up for good: who decided it, when and why."""

    consumer: str
    source: str
    position: int
    id: UUID
    type: str
    subject: str
    reason: str
    skipped_by: str
    skipped_at: datetime


class SkipRefused(Exception):
    """The event can't be skipped; the message says why."""


async def parked(database: Database) -> list[ParkedEvent]:
    """Every parked event, in the order of its log."""
    columns = ", ".join(ParkedEvent.__dataclass_fields__)
    pool = await database.pool()
    rows = await pool.fetch(f"select {columns} from parked_events order by consumer, source, position")
    return [ParkedEvent(**row) for row in rows]


async def skipped(database: Database) -> list[SkippedEvent]:
    """Every event that was given up, in the order in which that was decided."""
    columns = ", ".join(SkippedEvent.__dataclass_fields__)
    pool = await database.pool()
    return [
        SkippedEvent(**row) for row in await pool.fetch(f"select {columns} from skipped_events order by skipped_at")
    ]


async def retry(service: Service, database: Database, *, subject: str | None = None) -> list[Retried]:
    """Apply the parked events of each aggregate, or of one, in order: all of them in one transaction, or none."""
    db = await database.connect()
    try:
        done: list[Retried] = []
        for consumer in service.consumers:
            rows = await db.fetch(
                "select distinct subject from parked_events where consumer = $1 and source = $2"
                " and ($3::text is null or subject = $3) order by subject",
                consumer.name, consumer.source, subject,
            )  # fmt: skip
            done += [await _retry(db, consumer, row["subject"]) for row in rows]
        return done
    finally:
        await db.close(timeout=5)


async def _retry(db: asyncpg.Connection, consumer: Consumer, subject: str) -> Retried:
    where = "where consumer = $1 and source = $2 and subject = $3"
    key = (consumer.name, consumer.source, subject)
    events: Sequence[Arrived] = []
    try:
        async with db.transaction():
            await db.execute(_LOCK, consumer.name, consumer.source)
            columns = ", ".join(COLUMNS)
            rows = await db.fetch(f"select {columns} from parked_events {where} order by position", *key)
            events = [Arrived(**row) for row in rows]
            await apply_events(db, consumer, events)
            await db.execute(f"delete from parked_events {where}", *key)
    except Exception as error:  # noqa: BLE001 - whatever a handler raises is what the operator wants to know
        return Retried(consumer.source, subject, len(events), reason(error))
    return Retried(consumer.source, subject, len(events))


async def skip(database: Database, event_id: UUID, *, why: str, actor: str) -> ParkedEvent:
    """Give a parked event up for good: it is kept on record, and later ones of its aggregate can be retried.

    Raises `SkipRefused` unless it is the first one parked of its aggregate.
    """
    pool = await database.pool()
    async with pool.acquire() as db, db.transaction():
        columns = ", ".join(ParkedEvent.__dataclass_fields__)
        row = await db.fetchrow(f"select {columns} from parked_events where id = $1", event_id)
        if row is None:
            raise SkipRefused("No event with this id is parked.")
        event = ParkedEvent(**row)
        await db.execute(_LOCK, event.consumer, event.source)
        first = await db.fetchval(
            "select min(position) from parked_events where consumer = $1 and source = $2 and subject = $3",
            event.consumer, event.source, event.subject,
        )  # fmt: skip
        if first is None or first > event.position:  # retried or skipped by another meanwhile
            raise SkipRefused("No event with this id is parked any more.")
        if first != event.position:
            raise SkipRefused(f"An earlier event of the same aggregate is parked, at position {first}: skip that one.")
        await db.execute(
            """with given_up as (delete from parked_events where consumer = $1 and source = $2 and position = $3
                                 returning consumer, source, position, id, type, subject)
               insert into skipped_events (consumer, source, position, id, type, subject, reason, skipped_by)
               select *, $4, $5 from given_up""",
            event.consumer, event.source, event.position, why, actor,
        )  # fmt: skip
    return event
