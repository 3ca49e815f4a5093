"""Decisions: kinds, methods, how they may be taken and how they end. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.forum.advisories.rules import Caution, ClockCode


class DecisionKind(StrEnum):
    """What was decided or asked for. Rule F12."""

    DECISION = "decision"
    REQUEST_TO_POLICE = "request_to_police"
    REQUEST_TO_AGENCY = "request_to_agency"
    INFORMATION = "information"


class Method(StrEnum):
    """How it was agreed. Rule F12."""

    CONSENSUS = "consensus"
    COMPROMISE = "compromise"
    VOTE = "vote"


class DecisionState(StrEnum):
    """Where a decision stands. Rule F13."""

    OPEN = "open"
    DELIVERED = "delivered"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class StepKind(StrEnum):
    """What a decision's history tells. Rule F13."""

    RECORDED = "recorded"
    PROGRESS = "progress"
    DUE_MOVED = "due_moved"
    SUPERSEDED = "superseded"
    ENDED = "ended"


ASKS_FOR_SOMETHING = frozenset({DecisionKind.DECISION, DecisionKind.REQUEST_TO_POLICE, DecisionKind.REQUEST_TO_AGENCY})
"""Kinds that can be delivered; information is only taken note of. Rule F13."""


def overrides_affected_group(method: Method, affected: Collection[str], dissenting: Collection[str]) -> bool:
    """Whether a vote went over the recorded dissent of a specially affected group.

    Rule F12. Source: GP, organizing public forums.
    """
    return method is Method.VOTE and not set(affected).isdisjoint(dissenting)


def recording_obstacles(
    method: Method, votes: tuple[int, int, int] | None, overrides: bool, chair_statement: str | None
) -> list[str]:
    """Everything that keeps a decision from being recorded; `votes` counts for, against, abstained.

    A vote needs its figures and a majority; over the dissent of a specially affected group it also needs a reasoned
    statement by the chair. Rule F12. Source: GP, organizing public forums.
    """
    found: list[str] = []
    if method is Method.VOTE:
        if votes is None:
            found.append("A vote needs its figures: for, against and abstained.")
        elif votes[0] <= votes[1]:
            found.append("The vote has no simple majority: more for than against.")
    elif votes is not None:
        found.append(f"Figures belong to a vote; the method is {method.value}.")
    if overrides and not chair_statement:
        found.append("A specially affected group dissents: the chair must state the reasons (chair_statement).")
    return found


def closing_obstacles(
    outcome: DecisionState, evidence: str | None, reason: str | None, alternative: str | None
) -> list[str]:
    """Everything that is missing for a decision to end: evidence, or a reason and an alternative. Rule F13."""
    found: list[str] = []
    if outcome is DecisionState.DELIVERED and not evidence:
        found.append("Delivered needs evidence: what shows that it was done.")
    if outcome in {DecisionState.DECLINED, DecisionState.WITHDRAWN} and not reason:
        found.append(f"{outcome.value.capitalize()} needs a reason.")
    if outcome is DecisionState.DECLINED and not alternative:
        found.append("Declined needs an alternative: what is offered instead.")
    return found


def ending_day_obstacles(ended_on: date, decided_on: date, today: date) -> list[str]:
    """Why a decision can't have ended on this day: before it was made, or still to come. Rule F13."""
    if ended_on > today:
        return ["ended_on lies in the future: end the decision when it is done."]
    if ended_on < decided_on:
        return ["ended_on lies before the meeting that decided."]
    return []


def is_overdue(state: DecisionState, due_on: date | None, today: date) -> bool:
    """Whether an open decision is past its due date; the due day itself still counts as in time. Rule F13."""
    return state is DecisionState.OPEN and due_on is not None and due_on < today


def delivered_on_time(outcome: DecisionState, due_on: date | None, ended_on: date) -> bool | None:
    """Whether a delivery kept its due date; None when it is no delivery, or had no due date. Rule F13."""
    if outcome is not DecisionState.DELIVERED or due_on is None:
        return None
    return ended_on <= due_on


def overdue_caution(due_on: date) -> Caution:
    """The advisory of a decision that is past its due date and still open. Rule F13."""
    return Caution(
        ClockCode.DECISION,
        f"It was due on {due_on} and is still open: have its owner say what keeps it, and tell those who asked for it.",
        "F13",
    )


def superseding_obstacles(*, same_forum: bool, later: bool, superseded_already: bool, hides_public: bool) -> list[str]:
    """Everything that keeps a decision from standing in an earlier one's place.

    A later meeting of the same forum decides anew; a decision is superseded once, and a public one not by a closed
    one, since everyone could then see that there is one. Rules F13, F20.
    """
    found: list[str] = []
    if not same_forum:
        found.append("The decision to be superseded is another forum's.")
    elif not later:
        found.append("Only a later meeting supersedes a decision; change one that no published minutes hold yet.")
    if superseded_already:
        found.append("That decision was superseded already: supersede the newer one.")
    if hides_public:
        found.append("A closed decision can't supersede a public one.")
    return found


def cascading_obstacle(public: bool, below: bool) -> str | None:
    """Why a decision can't go to the forums below; None when it can.

    Those below may not see what was decided under a closed item or meeting, and below a neighbourhood there is nobody.
    Rules F15, F20.
    """
    if not public:
        return "A closed decision stays with its forum: it can't cascade."
    if not below:
        return "There is no tier below this forum's area to cascade to."
    return None


def moving_obstacles(
    due_on: date, previous: date | None, decided_on: date, reason: str | None, meeting_later: bool | None
) -> list[str]:
    """Everything that keeps a due date from being moved; `meeting_later` is None when no meeting is named.

    A later meeting decides it, or a reason is given that the history keeps. Rule F13.
    """
    found: list[str] = []
    if meeting_later is None and not reason:
        found.append("Name the meeting that moved the date (meeting_id), or give a reason.")
    if meeting_later is False:
        found.append("The meeting named must be a later one of the same forum that was held.")
    if due_on == previous:
        found.append("That is the due date already.")
    if due_on < decided_on:
        found.append("due_on lies before the meeting that decided.")
    return found


@dataclass(frozen=True)
class Delivery:
    """How public decisions that ask for something were delivered, as counts. Rule F13."""

    decided: int
    open: int
    overdue: int
    delivered_on_time: int
    delivered_late: int
    delivered_undated: int
    declined: int
    withdrawn: int
    declined_due: int

    @property
    def due(self) -> int:
        """Decisions whose date has passed, or that were delivered before it; withdrawn and undated ones are not due."""
        return self.delivered_on_time + self.delivered_late + self.overdue + self.declined_due

    @property
    def delivery_rate(self) -> float | None:
        """Delivered, on time or late, per decision due (0 to 1); None when none is due. Rule F13."""
        return (self.delivered_on_time + self.delivered_late) / self.due if self.due else None

    @property
    def on_time_rate(self) -> float | None:
        """Delivered on or before the due date per decision due (0 to 1); None when none is due. Rule F13."""
        return self.delivered_on_time / self.due if self.due else None
