"""From which state a diversion case goes to which, and everything that a step still needs. Pure. Rule C10."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from services.cases.agreements.rules import Term, TermState, Warned, breach_unmet, flaws, unfinished
from services.cases.diversion.rules import TO_BE_AGREED, VIOLENCE, Obstacle, State
from services.cases.files.rules import Action
from services.cases.programmes.rules import MEETING_KINDS, ProgrammeRules, TermKind

TRANSITIONS: Mapping[State, tuple[State, ...]] = {
    State.REFERRED: (State.ASSESSED, State.RETURNED),
    State.ASSESSED: (State.OFFERED, State.RETURNED),
    State.OFFERED: (State.AGREED, State.DECLINED, State.RETURNED),
    State.AGREED: (State.UNDER_WAY, State.DECLINED, State.RETURNED),
    State.UNDER_WAY: (State.COMPLETED, State.BREACHED, State.DECLINED, State.RETURNED),
    State.BREACHED: (State.RETURNED,),
    State.COMPLETED: (),
    State.RETURNED: (),
    State.DECLINED: (),
}


class StepReason(StrEnum):
    """Why a case is returned or declined."""

    NOT_ELIGIBLE = "not_eligible"
    VIOLENCE = "violence"
    CONSENT_WITHHELD = "consent_withheld"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    MEETING_STOPPED = "meeting_stopped"
    BREACH = "breach"
    NEW_FACTS = "new_facts"
    NOT_REACHED = "not_reached"
    OTHER = "other"


@dataclass(frozen=True)
class Situation:
    """What a step is decided on. `meeting_tried`: it was held, or stopped from the other side."""

    today: date
    programme: ProgrammeRules | None = None
    obstacles: Sequence[Obstacle] = ()
    terms: Sequence[Term] = ()
    warnings: Sequence[Warned] = ()
    started_on: date | None = None
    meeting_tried: bool = False
    reason: StepReason | None = field(default=None)


def may_step(origin: State, target: State) -> bool:
    """Whether there is such a step at all."""
    return target in TRANSITIONS[origin]


def action_for(target: State) -> Action:
    """A breach is found by whoever leads the case; the other steps are taken by whoever works on it."""
    return Action.LEAD if target is State.BREACHED else Action.WRITE


def unmet(target: State, now: Situation) -> list[str]:
    """Everything that a step to `target` still needs; empty when it can be taken. Rules C9, C9a, C10."""
    if target in {State.RETURNED, State.DECLINED}:
        return [] if now.reason is not None else [f"reason: say why it is {target}"]
    if now.programme is None:
        return ["assessment: write it down, with the programme thought of"]
    if target is State.ASSESSED:
        return []
    if target is State.BREACHED:
        return breach_unmet(now.terms, now.warnings, now.today)
    return [*_hindered(target, now.obstacles), *_agreed(target, now, now.programme)]


def _hindered(target: State, obstacles: Sequence[Obstacle]) -> list[str]:
    """An offer may be made before anybody has agreed to it; all later steps need all that is asked."""
    return [
        f"{obstacle.code}: {obstacle.text}"
        for obstacle in obstacles
        if target is not State.OFFERED or obstacle.code not in TO_BE_AGREED
    ]


def _agreed(target: State, now: Situation, programme: ProgrammeRules) -> list[str]:
    if target is State.OFFERED:
        return []
    found = [] if any(term.state is not TermState.WAIVED for term in now.terms) else ["terms: agree on one at least"]
    found += flaws(programme, now.terms, now.started_on or now.today)
    if programme.kind in MEETING_KINDS and not any(term.kind is TermKind.MEETING for term in now.terms):
        found.append("terms: the meeting itself is a term of this programme")
    if target is State.COMPLETED:
        found += unfinished(now.terms)
        if programme.kind in MEETING_KINDS and not now.meeting_tried:
            found.append("meeting: hold it, unless the other side has stopped it")
    return found


def is_violence(obstacles: Sequence[Obstacle]) -> bool:
    """Whether violence is among what stands in the way: then the refusal shows the referral way. Rule C9."""
    return any(obstacle.code in VIOLENCE for obstacle in obstacles)
