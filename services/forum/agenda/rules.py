"""What waits for a forum's next agenda, and the order in which an agenda is read. Pure. Rules F6, F9, F13, F15."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class EntryKind(StrEnum):
    """Why something stands on the next agenda. Rules F6, F9, F13, F15, F17."""

    MINUTES = "minutes"
    """Minutes of an earlier meeting. Rule F9."""
    DECISION = "decision"
    """A decision that has not ended: it returns to each agenda until it has. Rule F13."""
    RESULT = "result"
    """The results of a thematic, youth or women-only forum that reports here, without words of people. Rule F6."""
    CASCADED_DECISION = "cascaded_decision"
    """A decision of the forum above. Rule F15."""
    CONCERN = "concern"
    """A concern that people raised, or that was escalated from below. Rules F14, F15."""
    CONSULTATION = "consultation"
    """Findings of a consultation outside meetings. Rule F21."""
    WARNING = "warning"
    """A warning signal, with its questions. Rule F17."""


class LineKind(StrEnum):
    """What a line of an agenda is. Rule F9."""

    LAST_MINUTES = "last_minutes"
    OVERDUE_DECISION = "overdue_decision"
    OPEN_DECISION = "open_decision"
    RESULT = "result"
    CASCADED_DECISION = "cascaded_decision"
    CONCERN = "concern"
    CONSULTATION = "consultation"
    WARNING = "warning"
    TOPIC = "topic"
    OWN = "own"
    """An item that the secretary added."""


class Section(StrEnum):
    """The part of the meeting that a line belongs to, in the order in which they come. Rule F9."""

    OPENING = "opening"
    FOLLOW_UP = "follow_up"
    RECEIVED = "received"
    TOPICS = "topics"


SECTION_OF = {
    LineKind.LAST_MINUTES: Section.OPENING,
    LineKind.OVERDUE_DECISION: Section.FOLLOW_UP,
    LineKind.OPEN_DECISION: Section.FOLLOW_UP,
    LineKind.TOPIC: Section.TOPICS,
    LineKind.OWN: Section.TOPICS,
}
"""Every other kind was received from elsewhere."""


@dataclass(frozen=True)
class Entry:
    """What stands on an agenda by itself; `queued_at` says since when it waits."""

    kind: EntryKind
    source_id: UUID
    title: str
    public: bool
    queued_at: datetime
    due_on: date | None = None
    taken_up: bool = False


@dataclass(frozen=True)
class Line:
    """One line of an agenda; `id` names what it is about."""

    kind: LineKind
    title: str
    public: bool
    id: UUID | None = None
    due_on: date | None = None
    estimated_minutes: int | None = None

    @property
    def section(self) -> Section:
        """The part of the meeting it belongs to."""
        return SECTION_OF.get(self.kind, Section.RECEIVED)


def compose(entries: Sequence[Entry], topics: Sequence[str], own: Sequence[Line], today: date) -> list[Line]:
    """An agenda in its order.

    The last minutes, with earlier ones that no meeting has taken up; decisions past their due date, then those still
    open, those due soonest first; what was received, kind by kind in the order it came; the topics; the secretary's
    own items. Rules F9, F13. Source: GP, organizing public forums.
    """
    minutes = sorted((entry for entry in entries if entry.kind is EntryKind.MINUTES), key=_since)
    opening = [entry for entry in minutes[:-1] if not entry.taken_up] + minutes[-1:]
    due = sorted((entry for entry in entries if entry.kind is EntryKind.DECISION), key=_due)
    order = list(EntryKind)
    received = sorted(
        (entry for entry in entries if entry.kind not in {EntryKind.MINUTES, EntryKind.DECISION}),
        key=lambda entry: (order.index(entry.kind), *_since(entry)),
    )
    lines = [_line(entry, LineKind.LAST_MINUTES) for entry in opening]
    for overdue in (True, False):
        kind = LineKind.OVERDUE_DECISION if overdue else LineKind.OPEN_DECISION
        lines += [_line(entry, kind) for entry in due if (entry.due_on is not None and entry.due_on < today) is overdue]
    lines += [_line(entry, LineKind(entry.kind.value)) for entry in received]
    lines += [Line(LineKind.TOPIC, title, public=True) for title in topics]
    return [*lines, *own]


def _since(entry: Entry) -> tuple[datetime, UUID]:
    return entry.queued_at, entry.source_id


def _due(entry: Entry) -> tuple[date, datetime, UUID]:
    return entry.due_on or date.max, *_since(entry)


def _line(entry: Entry, kind: LineKind) -> Line:
    return Line(kind, entry.title, entry.public, entry.source_id, entry.due_on)
