"""The deliveries that are due: taken up under a lease, and what came of them. Rule W3.

Plain SQL: this is machines' work.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from services.webhooks.deliveries.rules import AT_ONCE, BATCH, LEASE, PING, DeliveryState, Verdict, verdict
from services.webhooks.endpoints.rules import EndpointState


@dataclass(frozen=True)
class Target:
    """An endpoint as the sender needs it."""

    id: UUID
    url: str
    secrets: Sequence[bytes]
    """Encrypted; all in use."""
    at_once: int


@dataclass(frozen=True)
class Due:
    """A delivery taken up."""

    id: UUID
    event_id: UUID
    type: str
    body: str
    attempts: int
    trying_since: datetime | None
    traceparent: str | None


@dataclass(frozen=True)
class Attempt:
    """What came of one attempt at a delivery; `status` is None when no answer came, `error` says why."""

    delivery: Due
    at: datetime
    took: timedelta
    status: int | None
    error: str | None = None
    answer: str | None = None
    wait: timedelta | None = None


_DUE_ENDPOINTS = """
    select id from endpoints e
    where state = 'enabled' and (paused_until is null or paused_until <= $1) and exists (
        select from deliveries d
        where d.endpoint_id = e.id and d.state = 'pending'
          and (d.next_attempt_at <= $1 or d.trying_since < e.resumed_at)
          and (d.claimed_until is null or d.claimed_until <= $1))
"""
_TARGET = """
    select url, failing_since, resumed_at, secret,
           case when previous_until > $2 then previous_secret end as previous_secret
    from endpoints where id = $1 and state = 'enabled' and (paused_until is null or paused_until <= $2)
"""
_CLAIM = """
    with chosen as (
        select id from deliveries d
        where endpoint_id = $1 and state = 'pending' and (next_attempt_at <= $2 or trying_since < $3)
          and (claimed_until is null or claimed_until <= $2)
          and not exists (select from deliveries earlier
                          where earlier.endpoint_id = d.endpoint_id and earlier.subject = d.subject
                            and earlier.seq < d.seq and earlier.state = 'pending')
        order by seq limit $4 for update skip locked)
    update deliveries d set claimed_until = $5 from chosen where d.id = chosen.id
    returning d.id, d.seq, d.event_id, d.type, d.body, d.attempts, d.trying_since, d.traceparent
"""
_RECORD = """
    update deliveries set state = $2, attempts = $3, trying_since = $4, next_attempt_at = $5, delivered_at = $6,
           claimed_until = null
    where id = $1 and state = 'pending'
"""
_RECORD_ATTEMPT = """
    insert into delivery_attempts (delivery_id, at, duration_ms, status, error, answer) values ($1, $2, $3, $4, $5, $6)
"""
_RECORD_ENDPOINT = """
    update endpoints set failing_since = $2, paused_until = $3, state = coalesce($4, state),
           disabled_reason = coalesce($5, disabled_reason),
           version = version + case when $4::text is null then 0 else 1 end
    where id = $1
"""


async def due_endpoints(pool: asyncpg.Pool, now: datetime) -> list[UUID]:
    """The enabled endpoints with something to be sent now."""
    return [row["id"] for row in await pool.fetch(_DUE_ENDPOINTS, now)]


async def claim(pool: asyncpg.Pool, endpoint_id: UUID, now: datetime) -> tuple[Target, list[Due]] | None:
    """Take up the next deliveries of an endpoint, in order; None when there is nothing to do.

    Of deliveries about one subject only the earliest is taken up. An endpoint that fails gets one at a time.
    """
    async with pool.acquire() as db, db.transaction():
        endpoint = await db.fetchrow(_TARGET, endpoint_id, now)
        if endpoint is None:
            return None
        failing = endpoint["failing_since"] is not None
        limit = 1 if failing else BATCH
        rows = await db.fetch(_CLAIM, endpoint_id, now, endpoint["resumed_at"], limit, now + LEASE)
    if not rows:
        return None
    secrets = [secret for secret in (endpoint["secret"], endpoint["previous_secret"]) if secret is not None]
    target = Target(endpoint_id, endpoint["url"], secrets, 1 if failing else AT_ONCE)
    return target, [_due(row, endpoint["resumed_at"]) for row in sorted(rows, key=lambda row: int(row["seq"]))]


def _due(row: asyncpg.Record, resumed_at: datetime) -> Due:
    """What failed before the endpoint was last enabled starts anew."""
    anew = row["trying_since"] is None or row["trying_since"] < resumed_at
    return Due(
        id=row["id"],
        event_id=row["event_id"],
        type=row["type"],
        body=row["body"],
        attempts=0 if anew else row["attempts"],
        trying_since=None if anew else row["trying_since"],
        traceparent=row["traceparent"],
    )


async def record(pool: asyncpg.Pool, endpoint_id: UUID, attempts: Sequence[Attempt]) -> None:
    """Write down what came of attempts on one endpoint, and what follows, in one transaction. Rules W3, W4."""
    async with pool.acquire() as db, db.transaction():
        endpoint = await db.fetchrow(
            "select failing_since, paused_until, state from endpoints where id = $1 for update", endpoint_id
        )
        assert endpoint is not None, "an endpoint's row is never removed"
        failing_since, paused_until, disables = endpoint["failing_since"], endpoint["paused_until"], None
        for attempt in sorted(attempts, key=lambda attempt: attempt.at + attempt.took):
            follows = _verdict(attempt, failing_since)
            if follows.state is DeliveryState.DELIVERED:
                failing_since = None
            elif attempt.delivery.type != PING:
                failing_since = failing_since or attempt.at
            paused_until = max(filter(None, (paused_until, follows.paused_until)), default=None)
            disables = disables or follows.disables
            await _record_one(db, attempt, follows)
        disabling = disables is not None and endpoint["state"] == EndpointState.ENABLED
        await db.execute(
            _RECORD_ENDPOINT, endpoint_id, failing_since, paused_until,
            EndpointState.DISABLED.value if disabling else None, disables.value if disabling and disables else None,
        )  # fmt: skip


def _verdict(attempt: Attempt, failing_since: datetime | None) -> Verdict:
    return verdict(
        attempt.delivery.type,
        attempt.status,
        now=attempt.at + attempt.took,
        attempts=attempt.delivery.attempts + 1,
        trying_since=attempt.delivery.trying_since or attempt.at,
        failing_since=failing_since,
        jitter=random.random(),  # noqa: S311 - spreads load, guards nothing
        wait=attempt.wait,
    )


async def _record_one(db: "PoolConnectionProxy[asyncpg.Record]", attempt: Attempt, follows: Verdict) -> None:
    delivery, ended = attempt.delivery, attempt.at + attempt.took
    await db.execute(
        _RECORD, delivery.id, follows.state.value, delivery.attempts + 1, delivery.trying_since or attempt.at,
        follows.next_attempt_at, ended if follows.state is DeliveryState.DELIVERED else None,
    )  # fmt: skip
    await db.execute(
        _RECORD_ATTEMPT, delivery.id, attempt.at, round(attempt.took.total_seconds() * 1000), attempt.status,
        attempt.error, attempt.answer,
    )  # fmt: skip
