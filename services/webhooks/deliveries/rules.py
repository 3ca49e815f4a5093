"""What is sent, when it is sent again, and when we give up. Pure. Rules W3, W4."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from beatbook.contracts.areas import lineage
from beatbook.contracts.cases import ReferralCancelled, ReferralExpired, ReferralRequested, ReferralWithdrawn
from beatbook.contracts.envelope import Event
from services.webhooks.endpoints.rules import DisabledReason

PING = "ping"
TIMEOUT = timedelta(seconds=10)
"""How long one attempt may take, from looking up the name to the answer's first bytes."""
ANSWER_BYTES = 500
"""How much of an answer is read and kept. Rule W4."""
AT_ONCE = 4
"""Attempts on one endpoint at the same time; an endpoint that fails gets one at a time."""
BATCH = 16
"""Deliveries of one endpoint taken up together; with `AT_ONCE` and `TIMEOUT` done well within `LEASE`."""
LEASE = timedelta(minutes=2)
"""How long a worker has what it took up, before another may."""

PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Pause after the first, second, ... failed attempt; the last repeats. Source: Standard Webhooks, retry schedule."""
JITTER = 0.2
"""A pause is lengthened by up to this share of it, so that many deliveries don't come back at the same moment."""
LONGEST_RETRY_AFTER = timedelta(hours=24)
GIVE_UP = timedelta(days=5)
"""A delivery is given up, and an endpoint disabled, after failing this long. Rule W3."""


ENDS = (ReferralCancelled, ReferralWithdrawn, ReferralExpired)
"""After these, news of the request itself is sent no more. Rule C12."""


class DeliveryState(StrEnum):
    """Pending until it was delivered or given up, or what it tells of has ended."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    SUPERSEDED = "superseded"


IDENTIFYING = frozenset(
    {
        "minutes_id", "meeting_id", "forum_id", "area", "code", "tier", "kind", "number", "corrects", "sha256",
        "held_at", "valid_from", "closed_on", "successors", "correction_id", "revises", "about", "about_id",
        "about_area", "languages", "consultation_id", "how", "year", "published_at", "withdrawn_at", "referral_id",
        "answer_by", "cancelled_at", "expired_at",
    }
)  # fmt: skip
"""The fields of events that a partner is sent: ids, codes, numbers, dates. It fetches the rest under its own grants."""


def message(kind: str, at: datetime, data: Mapping[str, object]) -> str:
    """The body of a delivery, the very text that is signed. Rule W2. Source: Standard Webhooks, payload structure."""
    return json.dumps({"type": kind, "timestamp": at.isoformat(), "data": data}, separators=(",", ":"))


def told(event: Event) -> dict[str, object]:
    """What a partner is told of an event: identifiers only. ARCHITECTURE 5, privacy.

    Of what is sent to one agency not even the area: where somebody is, it reads under its own grants. Rule C12.
    """
    left_out = {"area"} if recipient(event) is not None else set()
    return event.model_dump(mode="json", include=set(IDENTIFYING - left_out))


def recipient(event: Event) -> str | None:
    """The one agency that an event is for; None when it is for everybody. Rule C12."""
    return event.agency if isinstance(event, (ReferralRequested, *ENDS)) else None


def area_shown(event: Event, area: str) -> str:
    """The area that a delivery is shown with: of what is sent to one agency no more than the municipality. Rule C12."""
    return area if recipient(event) is None else lineage(area)[:2][-1]


def pause_after(attempts: int, jitter: float) -> timedelta:
    """The pause after the `attempts`-th failure in a row (1 or more); `jitter` is from 0 up to 1. Rule W3.

    It never gets shorter from one failure to the next before the schedule's end: each step outgrows the jitter.
    """
    pause = PAUSES[min(attempts, len(PAUSES)) - 1]
    return pause * (1 + JITTER * jitter)


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """How long an answer asks us to wait: seconds or an HTTP date, a day at most; None if it doesn't ask. Rule W3."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=now.tzinfo)
    return min(max(moment - now, timedelta(0)), LONGEST_RETRY_AFTER)


@dataclass(frozen=True)
class Verdict:
    """What follows from an attempt, for the delivery and for its endpoint."""

    state: DeliveryState
    next_attempt_at: datetime | None = None
    paused_until: datetime | None = None
    """Until when the endpoint wants no attempt at all."""
    disables: DisabledReason | None = None


def verdict(
    kind: str,
    status: int | None,
    *,
    now: datetime,
    attempts: int,
    trying_since: datetime,
    failing_since: datetime | None,
    jitter: float,
    wait: timedelta | None = None,
) -> Verdict:
    """What follows from the `attempts`-th attempt; `status` is None when no answer came.

    Any 2xx is a delivery; anything else, a redirect too, is a failure to be tried again, until five days have passed
    since the first. An endpoint with nothing but failures for five days, or one that answers 410 Gone, is disabled. A
    ping is tried once and says nothing against the endpoint. Rule W3. Source: Standard Webhooks, deliverability.
    """
    if status is not None and 200 <= status < 300:
        return Verdict(DeliveryState.DELIVERED)
    if kind == PING:
        return Verdict(DeliveryState.FAILED)
    if status == 410:
        return Verdict(DeliveryState.FAILED, disables=DisabledReason.GONE)
    dead = failing_since is not None and now - failing_since >= GIVE_UP
    disables = DisabledReason.FAILED_FOR_DAYS if dead else None
    if now - trying_since >= GIVE_UP:
        return Verdict(DeliveryState.FAILED, disables=disables)
    return Verdict(
        DeliveryState.PENDING,
        next_attempt_at=now + max(pause_after(attempts, jitter), wait or timedelta(0)),
        paused_until=now + wait if wait else None,
        disables=disables,
    )
