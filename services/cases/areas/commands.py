"""Changes of the replica, by whole batches of the forum service's events."""

from collections.abc import Sequence

import asyncpg

from beatbook.contracts.envelope import Received
from beatbook.contracts.forum import AreaClosed, AreaRegistered

_REGISTER = """
    insert into areas (code, boundary, position)
    select * from unnest($1::text[], $2::jsonb[], $3::bigint[])
    on conflict (code) do update set boundary = excluded.boundary, position = excluded.position
    where areas.position < excluded.position
"""
_CLOSE = """
    insert into areas (code, closed_on, position)
    select * from unnest($1::text[], $2::date[], $3::bigint[])
    on conflict (code) do update set closed_on = excluded.closed_on, position = excluded.position
    where areas.position < excluded.position
"""


async def register_areas(db: asyncpg.Connection, events: Sequence[Received[AreaRegistered]]) -> None:
    """Take over areas as registered; an event older than what is known changes nothing. Rule A3."""
    latest = {event.data.code: event for event in events}.values()
    await db.execute(
        _REGISTER,
        [event.data.code for event in latest],
        [event.data.boundary for event in latest],
        [event.position for event in latest],
    )


async def close_areas(db: asyncpg.Connection, events: Sequence[Received[AreaClosed]]) -> None:
    """Close areas: nothing is placed in them from that day on. Rules A2a, A3."""
    latest = {event.data.code: event for event in events}.values()
    await db.execute(
        _CLOSE,
        [event.data.code for event in latest],
        [event.data.closed_on for event in latest],
        [event.position for event in latest],
    )
