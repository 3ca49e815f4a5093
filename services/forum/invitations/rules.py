"""What members are told of a meeting, and when a mail is tried again. Pure. Rule F7."""

import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum

from services.forum.meetings.rules import MeetingState


class Reply(StrEnum):
    """What a member says to an invitation (RFC 5545: accepted, declined, tentative)."""

    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


class Notice(StrEnum):
    """What a mail says."""

    INVITATION = "invitation"
    CHANGE = "change"
    CANCELLATION = "cancellation"


class MailState(StrEnum):
    """Where a mail stands."""

    QUEUED = "queued"
    SENT = "sent"
    REFUSED = "refused"
    """The mail server refused it for good."""
    GIVEN_UP = "given_up"
    """Tried as often as it may be."""
    OVERTAKEN = "overtaken"
    """What it was to say was not true any more, or the address was taken away."""


CANCELLED = "cancelled"
"""What a member was told last of a meeting that was called off."""
MOST_ATTEMPTS = 16
CLAIM = timedelta(minutes=10)
"""How long a sender may take for its mails before another takes them over."""
LONGEST_PAUSE = timedelta(hours=6)
KEPT_AFTER_TERM = timedelta(days=30)
"""How long a mail address is kept after its member's term."""


def told_of(starts_at: datetime, duration_minutes: int, place: str | None) -> str:
    """What a mail says of a meeting, in a form that differs when one of the three does."""
    return f"{starts_at.isoformat()} {duration_minutes} {place or ''}"


def wanted_notice(state: MeetingState, details: str, told: str | None, *, over: bool) -> Notice | None:
    """What a member is to be told now; None when they know. `told`: what they were told last, None for nothing.

    Invited members hear of another time or place, and when the meeting is called off or postponed; who was told of
    that is invited anew. Nobody is told of what is over. Rule F7.
    """
    if over:
        return None
    if state is MeetingState.INVITED:
        if told in {None, CANCELLED}:
            return Notice.INVITATION
        return Notice.CHANGE if told != details else None
    if state in {MeetingState.POSTPONED, MeetingState.CANCELLED} and told not in {None, CANCELLED}:
        return Notice.CANCELLATION
    return None


def pause_after(attempts: int) -> timedelta:
    """How long a mail waits after its attempts so far: two minutes, doubled each time; at most six hours."""
    return min(timedelta(minutes=1 << min(attempts, 10)), LONGEST_PAUSE)


def one_line(text: str, most: int = 150) -> str:
    """Text for a header: no line breaks or control characters, spaces put together, cut to its length."""
    shown = "".join(" " if unicodedata.category(mark)[0] in "CZ" else mark for mark in text)
    return " ".join(shown.split())[:most]
