"""What of an old record is taken over, and what is refused with its reason. Pure.

A row is a seat or a meeting; a meeting has parts: agenda items, marks of attendance, minutes, decisions and votes. Each
part is judged by itself, so that a bad one stops no other. Rules F2, F7, F10, F11, F12 hold as for any other write.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID


class RecordKind(StrEnum):
    """What a row, or a part of one, is."""

    MEMBER = "member"
    MEETING = "meeting"
    ITEM = "item"
    MARK = "mark"
    MINUTES = "minutes"
    DECISION = "decision"
    VOTE = "vote"


class Outcome(StrEnum):
    """What became of a row or a part."""

    ADDED = "added"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class Ballot(StrEnum):
    """How a member voted; who was away, or barred from voting, cast no vote. Rule F12."""

    FOR = "for"
    AGAINST = "against"
    ABSTAINED = "abstained"
    NOT_CAST = "not_cast"


@dataclass(frozen=True)
class Refusal:
    """Why a row or a part is not taken: a code, and what to mend. Never holds what was sent."""

    reason: str
    detail: str


@dataclass(frozen=True)
class Entry:
    """What became of one row or part; `number` counts the parts of a kind within their row, from 0."""

    kind: RecordKind
    number: int
    external_id: str | None = None
    record_id: UUID | None = None
    refusal: Refusal | None = None


CONFLICTING = Refusal(
    "conflicting", "It was imported before and said something else then: change it as any other record, by hand."
)
UNKNOWN_MEMBER = Refusal(
    "unknown-member", "Nobody with this external_id or id has a seat in this forum: import the seat first."
)
TWICE = Refusal("twice", "The member has one already: the first one counts.")
NOT_SEATED = Refusal(
    "not-seated", "The seat had not begun or was over on the day of the meeting: import the term that it had then."
)
NOT_HELD = Refusal("not-held", "The meeting was not held: nobody came, and nothing was decided.")
NOT_CAST = Refusal("not-cast", "No vote was cast: the member was away, or did not take part.")
OPEN_TOPIC = Refusal(
    "closed-topic", "The topics of a public meeting are public: a closed or personal item can't be one."
)
WITHOUT_ROW = Refusal("row-refused", "The row that it belongs to was refused.")
WITHOUT_DECISION = Refusal("decision-refused", "The decision that it belongs to was refused.")


M = TypeVar("M", bound=Hashable)


@dataclass(frozen=True)
class Named(Generic[M]):
    """What a member did, as sent: the member's external id or seat's id, and the value."""

    member: str
    value: M


def seat_of(member: str, imported: Mapping[str, UUID], seats: frozenset[UUID]) -> UUID | None:
    """The seat that a row means: by the external id it was imported under, else by a seat's own id."""
    if member in imported:
        return imported[member]
    try:
        seat = UUID(member)
    except ValueError:
        return None
    return seat if seat in seats else None


def once_each(
    sent: Sequence[Named[M] | Refusal], imported: Mapping[str, UUID], seats: frozenset[UUID]
) -> list[tuple[UUID, M] | Refusal]:
    """Each mark or vote with its seat, or why it is not taken: an unknown member, or a second one. Rules F10, F12."""
    found: list[tuple[UUID, M] | Refusal] = []
    seen: set[UUID] = set()
    for item in sent:
        if isinstance(item, Refusal):
            found.append(item)
            continue
        seat = seat_of(item.member, imported, seats)
        if seat is None:
            found.append(UNKNOWN_MEMBER)
        elif seat in seen:
            found.append(TWICE)
        else:
            seen.add(seat)
            found.append((seat, item.value))
    return found


def tally(votes: Sequence[tuple[UUID, Ballot] | Refusal]) -> dict[str, int]:
    """The figures of a vote, in people. Rule F12."""
    cast = Counter(vote[1] for vote in votes if not isinstance(vote, Refusal))
    return {name.value: cast[name] for name in (Ballot.FOR, Ballot.AGAINST, Ballot.ABSTAINED)}


def without_row(raw: Mapping[str, Any]) -> list[Entry]:
    """Every part of a row that was refused, refused with it: nothing that was sent is left unsaid."""
    items, marks = _list(raw.get("items")), _list(raw.get("attendance"))
    decisions = [item["decision"] for item in items if isinstance(item, Mapping) and item.get("decision") is not None]
    votes = [vote for decision in decisions if isinstance(decision, Mapping) for vote in _list(decision.get("ballots"))]
    parts = ((RecordKind.ITEM, items), (RecordKind.MARK, marks), (RecordKind.DECISION, decisions),
             (RecordKind.VOTE, votes))  # fmt: skip
    return [Entry(kind, number, refusal=WITHOUT_ROW) for kind, sent in parts for number in range(len(sent))]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def counts(outcomes: Sequence[tuple[RecordKind | None, Outcome]]) -> dict[str, dict[str, int]]:
    """How many of each kind were added, unchanged and refused: they add up to what was sent.

    A row that does not say what it is counts as unreadable.
    """
    found = Counter(outcomes)
    kinds = [kind for kind in (*RecordKind, None) if any(sent is kind for sent, _ in found)]
    return {kind or "unreadable": {outcome.value: found[kind, outcome] for outcome in Outcome} for kind in kinds}
