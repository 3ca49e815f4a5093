"""A problem-solving case: its parts, the order of its phases, what each step needs. Pure.

SARA: scanning, analysis, response, assessment, closed. Rules C4-C7. Source: GP fig. 9; UN slides 25-30.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.cases.reports.spans import AHEAD

HORIZON = timedelta(days=20 * 365 + 5)
"""Twenty years: a date further from now, or from the day a case was opened, is a slip of the pen."""

Line = Annotated[str, Field(min_length=1, max_length=200)]
Passage = Annotated[str, Field(min_length=1, max_length=5000)]


class Phase(StrEnum):
    """The phases in their order. Rule C4."""

    SCANNING = "scanning"
    ANALYSIS = "analysis"
    RESPONSE = "response"
    ASSESSMENT = "assessment"
    CLOSED = "closed"


PHASES = tuple(Phase)


class TaskState(StrEnum):
    """How a task of the plan stands. Rule C6."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class Verdict(StrEnum):
    """What the response changed. Rule C7."""

    SOLVED = "solved"
    REDUCED = "reduced"
    UNCHANGED = "unchanged"
    WORSE = "worse"
    TOO_EARLY = "too_early"


class Part(BaseModel):
    """Base of what a case is made of; text is trimmed, an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


class Statement(Part):
    """Why these incidents are one problem: alike, harmful, and of concern to the community. Rule C4."""

    similarity: Passage | None = None
    harm: Passage | None = None
    expectation: Passage | None = None


class Consultation(Part):
    """A talk with those affected: which group, how, when, what they said. Never a named person. Rule C4."""

    group: Line
    method: Line
    held_on: date
    finding: Passage


class Side(Part):
    """One side of the problem analysis triangle. Rule C5."""

    known: Passage | None = None
    weakness: Passage | None = None
    source: Line | None = None


class Analysis(Part):
    """The triangle (each side with who controls it), the causes, and who else holds data. Rule C5; GP fig. 9."""

    offender: Side = Side()
    target: Side = Side()
    place: Side = Side()
    causes: list[Passage] = Field(default_factory=list, max_length=50)
    data_holders: list[Line] = Field(default_factory=list, max_length=50)


class Objective(Part):
    """What shall change: indicator, baseline and target in the indicator's unit, by when. Rule C6."""

    text: Line
    indicator: Line | None = None
    baseline: float | None = None
    target: float | None = None
    due_on: date | None = None


class Task(Part):
    """A piece of the plan and the office or working group that does it; `reason` says why it was dropped. Rule C6."""

    text: Line
    owner: Line
    due_on: date
    state: TaskState = TaskState.OPEN
    reason: Line | None = None


class Plan(Part):
    """The community safety plan. Rule C6; GP ch. 3."""

    objectives: list[Objective] = Field(max_length=20)
    tasks: list[Task] = Field(max_length=100)
    reviews_on: list[date] = Field(default_factory=list, max_length=20)


class Assessment(Part):
    """What came of it, on which evidence, and what to keep, change or stop. Rule C7."""

    verdict: Verdict
    evidence: Passage
    keep: Passage | None = None
    change: Passage | None = None
    stop: Passage | None = None


class Parts(Part):
    """Everything written in a case so far."""

    statement: Statement = Statement()
    consultations: list[Consultation] = Field(default_factory=list, max_length=100)
    analysis: Analysis = Analysis()
    plan: Plan | None = None
    assessment: Assessment | None = None


WRITTEN_IN: Mapping[str, Phase] = {
    "statement": Phase.SCANNING,
    "consultations": Phase.SCANNING,
    "analysis": Phase.ANALYSIS,
    "plan": Phase.RESPONSE,
    "assessment": Phase.ASSESSMENT,
}


def frozen_parts(phase: Phase, changed: Sequence[str]) -> list[str]:
    """The parts that cannot be changed now: what a step was taken on stands until the case goes back. Rule C4."""
    return [name for name in changed if PHASES.index(phase) > PHASES.index(WRITTEN_IN[name])]


def unmet_guards(target: Phase, parts: Parts) -> list[str]:
    """What is still missing for the step forward to `target`, all of it at once. Rule C4."""
    guards = {
        Phase.ANALYSIS: _unmet_for_analysis,
        Phase.RESPONSE: _unmet_for_response,
        Phase.ASSESSMENT: _unmet_for_assessment,
        Phase.CLOSED: _unmet_for_closing,
    }
    return guards[target](parts) if target in guards else []


def _unmet_for_analysis(parts: Parts) -> list[str]:
    questions = {
        "similarity": "statement.similarity: say what the incidents have in common",
        "harm": "statement.harm: say whom it harms and how",
        "expectation": "statement.expectation: say what the community expects of the police",
    }
    unmet = [text for name, text in questions.items() if getattr(parts.statement, name) is None]
    if not parts.consultations:
        unmet.append("consultations: record at least one talk with those affected")
    return unmet


def _unmet_for_response(parts: Parts) -> list[str]:
    questions = {
        "known": "say what is known",
        "weakness": "say which weakness was found",
        "source": "name the source",
    }
    return [
        f"analysis.{side}.{name}: {text}"
        for side in ("offender", "target", "place")
        for name, text in questions.items()
        if getattr(getattr(parts.analysis, side), name) is None
    ]


def _unmet_for_assessment(parts: Parts) -> list[str]:
    if parts.plan is None:
        return ["plan: write the community safety plan"]
    unmet = []
    if not parts.plan.objectives:
        unmet.append("plan.objectives: set at least one objective")
    if not parts.plan.tasks:
        unmet.append("plan.tasks: allocate at least one task")
    return unmet + [
        f"plan.tasks.{number}: finish it or drop it with a reason"
        for number, task in enumerate(parts.plan.tasks)
        if task.state is TaskState.OPEN
    ]


def _unmet_for_closing(parts: Parts) -> list[str]:
    return [] if parts.assessment else ["assessment: say what the response changed"]


def consultation_flaws(consultations: Sequence[Consultation], now: datetime) -> list[str]:
    """Talks that have not been held yet, or that lie more than 20 years back. Rule C4.

    A day that has begun somewhere on Earth is no future.
    """
    flaws = []
    for number, consultation in enumerate(consultations):
        where = f"consultations.{number}.held_on"
        if consultation.held_on > (now + AHEAD).date():
            flaws.append(f"{where}: record a talk when it has been held")
        elif consultation.held_on < (now - HORIZON).date():
            flaws.append(f"{where}: check the year")
    return flaws


def plan_flaws(plan: Plan, opened_on: date) -> list[str]:
    """What keeps the objectives from being SMART, tasks dropped without a reason, dates amiss. Rule C6; GP ch. 3.

    An objective is measured by an indicator from a baseline to another value, by a date after the case was opened. All
    dates lie within 20 years of that day.
    """
    flaws = []
    for number, objective in enumerate(plan.objectives):
        where = f"objectives.{number}"
        flaws += [
            f"{where}.{name}: {text}"
            for name, text in {
                "indicator": "name the indicator that measures it",
                "baseline": "say the indicator's value now",
                "target": "say the value to reach",
                "due_on": "say by when",
            }.items()
            if getattr(objective, name) is None
        ]
        if objective.baseline is not None and objective.baseline == objective.target:
            flaws.append(f"{where}.target: set another value than the baseline")
        if objective.due_on is not None and objective.due_on <= opened_on:
            flaws.append(f"{where}.due_on: set a date after the case was opened")
    flaws += [
        f"tasks.{number}.reason: say why it was dropped"
        for number, task in enumerate(plan.tasks)
        if task.state is TaskState.DROPPED and task.reason is None
    ]
    dates = {
        **{f"objectives.{number}.due_on": objective.due_on for number, objective in enumerate(plan.objectives)},
        **{f"tasks.{number}.due_on": task.due_on for number, task in enumerate(plan.tasks)},
        **{f"reviews_on.{number}": day for number, day in enumerate(plan.reviews_on)},
    }
    return flaws + [
        f"{where}: set a date within 20 years of the day the case was opened"
        for where, day in dates.items()
        if day is not None and abs(day - opened_on) > HORIZON
    ]


def is_back(origin: Phase, target: Phase) -> bool:
    """Whether a move goes back to an earlier phase. Rule C4."""
    return PHASES.index(target) < PHASES.index(origin)


def is_next(origin: Phase, target: Phase) -> bool:
    """Whether a move goes one phase forward; none is skipped. Rule C4."""
    return PHASES.index(target) == PHASES.index(origin) + 1
