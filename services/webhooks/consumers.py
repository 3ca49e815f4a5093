"""What the webhooks service does with others' events: deliveries to those who want to hear. Rules W1, C12, X1."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from beatbook.contracts.areas import lineage
from beatbook.contracts.envelope import Event, Received
from beatbook.kit.consumers import Consumer, Handler
from beatbook.kit.ids import new_id
from services.webhooks.deliveries.rules import ENDS, area_shown, message, recipient, told
from services.webhooks.endpoints.rules import OFFERED

_LISTENING = "select id, agency, areas from endpoints where state = 'enabled' and $1 = any(event_types)"
_ENQUEUE = """
    insert into deliveries
        (id, endpoint_id, event_id, type, subject, area, body, traceparent,
         state, attempts, next_attempt_at, created_at)
    select id, endpoint_id, event_id, $1, subject, area, body, traceparent, 'pending', 0, time, now()
    from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::timestamptz[], $9::text[])
         with ordinality as due (id, endpoint_id, event_id, subject, area, body, time, traceparent, place)
    order by place
    on conflict (endpoint_id, event_id) do nothing
"""
_DROP = """
    update deliveries set state = 'superseded', next_attempt_at = null
    where type = 'referral.requested' and subject = any($1) and state in ('pending', 'failed')
"""


async def on_event(db: asyncpg.Connection, events: Sequence[Received[Event]]) -> None:
    """Queue events, all of one type, for the enabled endpoints that follow the type and the area, in order.

    What is for one agency goes to that agency's endpoints alone. Rules W1, C12.
    """
    kind = events[0].data.short_type()
    followers: dict[str, set[UUID]] = defaultdict(set)
    agencies: dict[UUID, str] = {}
    for row in await db.fetch(_LISTENING, kind):
        agencies[row["id"]] = row["agency"]
        for area in row["areas"]:
            followers[area].add(row["id"])
    rows: list[tuple[UUID, UUID, UUID, UUID, str, str, datetime, str | None]] = []
    for event in events:
        body = message(kind, event.time, told(event.data))
        wanting = set().union(*(followers[area] for area in lineage(event.area) if area in followers))
        only, area = recipient(event.data), area_shown(event.data, event.area)
        rows += [
            (new_id(), endpoint_id, event.id, UUID(event.subject), area, body, event.time, event.traceparent)
            for endpoint_id in sorted(wanting)
            if only in (None, agencies[endpoint_id])
        ]
    if rows:
        await db.execute(_ENQUEUE, kind, *(list(column) for column in zip(*rows, strict=True)))


async def on_ended(db: asyncpg.Connection, events: Sequence[Received[Event]]) -> None:
    """Tell an agency that a referral ended, and drop the news of it that it was not told yet. Rule C12."""
    await db.execute(_DROP, [UUID(event.subject) for event in events])
    await on_event(db, events)


HANDLERS: Mapping[type[Event], Handler] = dict.fromkeys(OFFERED.values(), on_event) | dict.fromkeys(ENDS, on_ended)

CONSUMERS = tuple(
    Consumer(
        name="webhooks", source=source, handlers={kind: do for kind, do in HANDLERS.items() if kind.service == source}
    )
    for source in ("cases", "forum")
)
