"""How concerns are triaged, and how they move between tiers. Pure. Rules F14, F15."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from beatbook.contracts.areas import parent_of, tier_of
from services.forum.advisories.rules import Caution
from services.forum.concerns.rules import ENDED, WAITING, ConcernState
from services.forum.forums.rules import ForumKind

NEXT: Mapping[ConcernState, frozenset[ConcernState]] = {
    **dict.fromkeys(WAITING, frozenset(ConcernState) - {ConcernState.RAISED}),
    **dict.fromkeys(
        (ConcernState.REFERRED, ConcernState.CASE_OPENED),
        frozenset({ConcernState.ANSWERED, ConcernState.ESCALATED, ConcernState.OUT_OF_REMIT}),
    ),
    **dict.fromkeys(ENDED, frozenset()),
}
"""What may come after what: after a referral or a case there is still an answer to give; an answer is the end."""


def move_obstacle(state: ConcernState, wanted: ConcernState) -> str | None:
    """Why a concern can't go from one state to another; None when it can. Rule F14."""
    if wanted in NEXT[state]:
        return None
    if state in ENDED:
        return f"The concern was ended already: {state.value}."
    return f"A concern that is {state.value} can't become {wanted.value}."


def triage_obstacles(
    outcome: ConcernState, words: str | None, organisation: str | None, alternative: str | None
) -> list[str]:
    """Everything that keeps a triage from being told to who raised the concern. Rule F14.

    Each outcome has words for the public and the organisation that answers or takes it up; what is out of the forum's
    remit also names who else can help.
    """
    found: list[str] = []
    if not words:
        found.append("Say in 'words' what who raised it will read: what was done, or will be.")
    if not organisation:
        found.append("Name the 'organisation' that answers or takes it up, never a person.")
    if outcome is ConcernState.OUT_OF_REMIT and not alternative:
        found.append("Name in 'alternative' who else can help.")
    return found


OVERDUE = "concerns-overdue"


def overdue_cautions(overdue: int, days: int) -> list[Caution]:
    """What a forum is reminded of while concerns wait past its agreed days. Rule F14."""
    if overdue == 0:
        return []
    waiting = "1 concern waits" if overdue == 1 else f"{overdue} concerns wait"
    text = f"{waiting} for triage past the {days} days that the forum agreed on: who raised it has no word yet."
    return [Caution(OVERDUE, text, "F14")]


GENERAL = (
    ForumKind.COMMUNITY_SAFETY_COUNCIL,
    ForumKind.CORE_IMPLEMENTATION_GROUP,
    ForumKind.STEERING_COMMITTEE,
    ForumKind.COMMUNITY_ADVISORY_BOARD,
)
"""Kinds that take concerns of everybody, the one that works on them before the one that steers."""


@dataclass(frozen=True)
class Receiver:
    """A forum of the area one tier up."""

    forum_id: UUID
    kind: ForumKind


def receiver(above: Sequence[Receiver], asked: UUID | None) -> UUID | None:
    """The forum of the parent area that takes an escalated concern; None when there is none.

    The one asked for, when it is of that area; else the first general one.

    Rule F15. Source: GP, organizing public forums.
    """
    if asked is not None:
        return next((forum.forum_id for forum in above if forum.forum_id == asked), None)
    general = [forum for forum in above if forum.kind in GENERAL]
    return min(general, key=lambda forum: (GENERAL.index(forum.kind), forum.forum_id)).forum_id if general else None


def escalation_obstacle(area: str, found: UUID | None, asked: UUID | None) -> str | None:
    """Why a concern can't go one tier up from a forum's area; None when it can. Rule F15."""
    parent = parent_of(area)
    if parent is None:
        return f"{area} is {tier_of(area).value}: no tier lies above it."
    if found is not None:
        return None
    if asked is not None:
        return f"The forum named in 'to_forum_id' is no forum of {parent}, the area above {area}."
    return f"{parent}, the area above {area}, has no general forum yet: found one first, or name one in 'to_forum_id'."
