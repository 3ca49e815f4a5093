"""Terms of a diversion agreement: how much may be agreed, when one is done, when a breach may be found. Pure.

Rules C8, C10. Source: GP box 6 (Halt: conversations, learning, apologies, compensation, work).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from services.cases.diversion.rules import State
from services.cases.programmes.rules import MEETING_KINDS, ProgrammeRules, TermKind

NEAR = timedelta(days=7)
"""How long before its date a term is reminded of."""
WRITABLE = frozenset({State.ASSESSED, State.OFFERED, State.AGREED})
COMPENSATING = frozenset({TermKind.COMPENSATION, TermKind.REPAIR})


class TermState(StrEnum):
    """How a term stands."""

    OPEN = "open"
    DONE = "done"
    WAIVED = "waived"


class WaiverReason(StrEnum):
    """Why a term need not be done."""

    IMPOSSIBLE = "impossible"
    VICTIM_DECLINED = "victim_declined"
    HARDSHIP = "hardship"
    REPLACED = "replaced"


class Stage(StrEnum):
    """What the clock reminds of."""

    TERM_NEAR = "term_near"
    TERM_PASSED = "term_passed"
    WARNING_PASSED = "warning_passed"


@dataclass(frozen=True)
class Term:
    """A term as the rules look at it: `hours` agreed, `minutes` attended so far, `amount` in the smallest unit."""

    id: UUID
    kind: TermKind
    due_on: date
    state: TermState
    hours: int | None = None
    amount: int | None = None
    minutes: int = 0


@dataclass(frozen=True)
class Warned:
    """A warning about a term, and the day until which it gave time."""

    term_id: UUID
    deadline_on: date


def may_write_terms(state: State, programme: ProgrammeRules) -> bool:
    """Terms are set until the case is under way; where people meet, also by what they then agree on. Rule C9a."""
    return state in WRITABLE or (state is State.UNDER_WAY and programme.kind in MEETING_KINDS)


def last_day(programme: ProgrammeRules, starts_on: date) -> date:
    """The last day on which a term may be due."""
    return starts_on + timedelta(weeks=programme.limits.weeks)


def flaws(programme: ProgrammeRules, terms: Sequence[Term], starts_on: date) -> list[str]:
    """What of an agreement is more than the law's rules allow; waived terms count for nothing. Rules C8, C10."""
    counted = [term for term in terms if term.state is not TermState.WAIVED]
    limits = programme.limits
    found = [
        f"kind: {kind} is no term of this programme"
        for kind in sorted({term.kind for term in counted} - set(programme.terms))
    ]
    hours = sum(term.hours or 0 for term in counted)
    if limits.hours is not None and hours > limits.hours:
        found.append(f"hours: {hours} in all, at most {limits.hours} may be agreed")
    fee = _sum(term for term in counted if term.kind is TermKind.PAYMENT)
    if limits.fee is not None and fee > limits.fee:
        found.append(f"amount: a fee of {fee} in all, at most {limits.fee} may be asked (in hundredths or the like)")
    compensation = _sum(term for term in counted if term.kind in COMPENSATING)
    if limits.compensation is not None and compensation > limits.compensation:
        found.append(f"amount: compensation of {compensation} in all, at most {limits.compensation} may be asked")
    if any(term.amount and term.kind not in {TermKind.PAYMENT, *COMPENSATING} for term in counted):
        found.append("amount: belongs to payment, compensation or repair")
    end = last_day(programme, starts_on)
    if any(term.state is TermState.OPEN and term.due_on > end for term in counted):
        found.append(f"due_on: within {limits.weeks} weeks, so by {end.isoformat()}")
    return found


def _sum(terms: Iterable[Term]) -> int:
    return sum(term.amount or 0 for term in terms)


def minutes_left(term: Term) -> int:
    """Minutes that have still to be attended. Rule C10."""
    return max(0, (term.hours or 0) * 60 - term.minutes)


def unfinished(terms: Sequence[Term]) -> list[str]:
    """Each term that is neither done nor waived. Rule C10."""
    return [
        f"terms.{term.id}: the {term.kind} is not done"
        + (f", {left} minutes are left" if (left := minutes_left(term)) else "")
        for term in terms
        if term.state is TermState.OPEN
    ]


def breach_unmet(terms: Sequence[Term], warnings: Sequence[Warned], today: date) -> list[str]:
    """What a breach still needs: a term not done, warned of, with the warning's own deadline passed. Rule C10."""
    still_open = {term.id for term in terms if term.state is TermState.OPEN}
    if not still_open:
        return ["terms: none is open that could be breached"]
    about = [warning for warning in warnings if warning.term_id in still_open]
    if not about:
        return ["warning: record a warning about a term that is not done"]
    # of several warnings about one term, the last gave the time that counts
    last = {term_id: max(item.deadline_on for item in about if item.term_id == term_id) for term_id in still_open
            if any(item.term_id == term_id for item in about)}  # fmt: skip
    if min(last.values()) >= today:
        return [f"warning: its deadline has not passed, it runs to {min(last.values()).isoformat()} included"]
    return []


def warning_flaws(programme: ProgrammeRules, term: Term, deadline_on: date, today: date) -> list[str]:
    """What keeps a warning from being one: a term that is done, or too little time. Rules C8, C10."""
    found = []
    if term.state is not TermState.OPEN:
        found.append(f"term_id: the term is {term.state}")
    earliest = today + timedelta(days=programme.warning_days)
    if deadline_on < earliest:
        found.append(f"deadline_on: a warning gives {programme.warning_days} days, so {earliest.isoformat()} or later")
    if deadline_on > today + timedelta(days=366):
        found.append("deadline_on: check the year")
    return found
