"""A problem-solving case: its parts, the order of its phases, what each step needs. Pure.

SARA: scanning, analysis, response, assessment, closed. Rules C4-C7. Source: GP fig. 9; UN slides 25-30.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from services.cases.evaluations.rules import Counting, Counts, Result, Verdict
from services.cases.plans.rules import HORIZON, Line, Part, Passage, Plan, Review, TaskState
from services.cases.reports.spans import AHEAD


class Phase(StrEnum):
    """The phases in their order. Rule C4."""

    SCANNING = "scanning"
    ANALYSIS = "analysis"
    RESPONSE = "response"
    ASSESSMENT = "assessment"
    CLOSED = "closed"


PHASES = tuple(Phase)


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


class Finding(Part):
    """What is known of someone or something, which weakness was found, and the source. Rule C5."""

    known: Passage | None = None
    weakness: Passage | None = None
    source: Line | None = None


class Side(Finding):
    """One side of the problem analysis triangle, and who controls it: handler, guardian, manager. Rule C5."""

    controller: Finding = Finding()


class Analysis(Part):
    """The triangle: offender and handler, target or victim and guardian, place and manager; causes; who holds data.

    Rule C5; GP fig. 9.
    """

    offender: Side = Side()
    target: Side = Side()
    place: Side = Side()
    causes: list[Passage] = Field(default_factory=list, max_length=50)
    data_holders: list[Line] = Field(default_factory=list, max_length=50, description="Agencies that hold more data")


class Measure(Part):
    """An objective's indicator before and after, what the figures say, and the verdict they suggest. Rule C7."""

    objective: int
    counts: Counts
    counted: Counting | None = Field(default=None, description="How the service counted; null: given by hand")
    result: Result
    proposed: Verdict


class Assessment(Part):
    """What came of it, on which evidence; what to keep, change or stop; the next step. Rule C7.

    `proposed` is what the figures suggest; who says otherwise gives a `reason`.
    """

    verdict: Verdict
    proposed: Verdict | None = None
    reason: Passage | None = None
    evidence: Passage
    measures: list[Measure] = Field(default_factory=list)
    keep: Passage | None = None
    change: Passage | None = None
    stop: Passage | None = None
    next_step: Passage | None = None


class Parts(Part):
    """Everything written in a case so far."""

    statement: Statement = Statement()
    consultations: list[Consultation] = Field(default_factory=list, max_length=100)
    analysis: Analysis = Analysis()
    plan: Plan | None = None
    reviews: list[Review] = Field(default_factory=list)
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


CONTROLLERS = {"offender": "handler", "target": "guardian", "place": "manager"}
"""Who controls each side of the triangle. Rule C5."""


def _unmet_for_response(parts: Parts) -> list[str]:
    unmet = []
    for side, controller in CONTROLLERS.items():
        found: Side = getattr(parts.analysis, side)
        unmet += _unfound(f"analysis.{side}", side, found)
        unmet += _unfound(f"analysis.{side}.controller", f"{controller}, or that there is none", found.controller)
    return unmet


def _unfound(where: str, whom: str, found: Finding) -> list[str]:
    questions = {
        "known": f"say what is known of the {whom}",
        "weakness": "say which weakness was found",
        "source": "name the source",
    }
    return [f"{where}.{name}: {text}" for name, text in questions.items() if getattr(found, name) is None]


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
    done = parts.assessment
    unmet = []
    if done is None:
        unmet.append("assessment: say what the response changed")
    if done is None or not done.measures:
        unmet.append("assessment.measures: compare an objective's indicator before and after, against another area")
    if done is None or not (done.keep or done.change or done.stop):
        unmet.append("assessment.keep: say what to keep, change or stop")
    if done is None or not done.next_step:
        unmet.append("assessment.next_step: say what happens next")
    return unmet


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


def verdict_flaws(verdict: Verdict, proposed: Verdict | None, reason: str | None) -> list[str]:
    """Who says otherwise than the figures gives a reason; without figures there is nothing to differ from. Rule C7."""
    if proposed is None or verdict is proposed or reason is not None:
        return []
    return [f"reason: the figures suggest {proposed}; say why the verdict is another"]


def figures(parts: Parts) -> dict[str, Any]:
    """The numbers, dates and codes of plan and assessment, which outlive what is written: for statistics. Rule C16."""
    plan, assessment = parts.plan, parts.assessment
    objectives = (
        [item.model_dump(mode="json", include={"baseline", "target", "due_on"}) for item in plan.objectives]
        if plan
        else []
    )
    measures = assessment.measures if assessment else []
    return {
        "consultations": len(parts.consultations),
        "objectives": objectives,
        "verdict": assessment and assessment.verdict,
        "proposed": assessment and assessment.proposed,
        "measures": [measure.model_dump(mode="json", exclude={"counted"}) for measure in measures],
    }


def is_back(origin: Phase, target: Phase) -> bool:
    """Whether a move goes back to an earlier phase. Rule C4."""
    return PHASES.index(target) < PHASES.index(origin)


def is_next(origin: Phase, target: Phase) -> bool:
    """Whether a move goes one phase forward; none is skipped. Rule C4."""
    return PHASES.index(target) == PHASES.index(origin) + 1
