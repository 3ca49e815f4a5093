"""Decisions: kinds, methods, how they may be taken and how they end. Pure."""

from collections.abc import Collection
from datetime import date
from enum import StrEnum


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
