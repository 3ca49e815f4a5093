"""What the report of a case says, in which order: sections of paragraphs, lists and tables. Pure. Rules C4-C7.

No one is named: who works on a case is not part of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from services.cases.evaluations.rules import Displacement, Interval
from services.cases.plans.rules import Plan
from services.cases.problems.rules import CONTROLLERS, Assessment, Finding, Measure
from services.cases.problems.schemas import ProblemView

NOTHING = "Not written yet."
SIDES = {"offender": "Offender", "target": "Target or victim", "place": "Place"}
RING = {
    Displacement.DISPLACED: "In the ring around the area it rose: some of the problem has moved there.",
    Displacement.DIFFUSED: "In the ring around the area it fell too: the benefit has spread.",
    Displacement.NONE_SHOWN: "In the ring around the area no change is shown.",
    Displacement.NOT_CHECKED: "The ring around the area was not looked at.",
}
METHOD = (
    "Differences: weighted displacement difference of Poisson counts (Wheeler and Ratcliffe 2018), in events for each "
    "unit of exposure. Ratios: conditional on their sums, 1 for no change. Recorded incidents can rise as trust does."
)


@dataclass(frozen=True)
class Table:
    """A table with a caption, its columns' names and rows; `numbers`: the columns that hold figures."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int] = ()


@dataclass
class Section:
    """A heading and what is under it; `said` is pairs of a label and a text."""

    heading: str
    said: list[tuple[str, str]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    lists: list[tuple[str, Sequence[str]]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written for it."""
        return not (self.said or self.tables or self.lists)

    def say(self, **texts: str | None) -> None:
        """Add texts by label, those that were written."""
        self.said += [(_label(name), text) for name, text in texts.items() if text]

    def table(
        self, caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()
    ) -> None:
        """Add a table, if it has rows."""
        if rows:
            self.tables.append(Table(caption, head, rows, numbers))


def sections(case: ProblemView, incidents: int) -> list[Section]:
    """The report of a case, from where it stands to the steps it took."""
    return [
        _standing(case, incidents),
        _statement(case),
        _analysis(case),
        _plan(case),
        _assessment(case.assessment, case.plan),
        _steps(case),
    ]


def _standing(case: ProblemView, incidents: int) -> Section:
    section = Section("Where it stands")
    section.say(
        area=case.area,
        category=case.category,
        phase=case.phase,
        opened=day(case.opened_at),
        incidents=str(incidents),
        still_needed_for_the_next_step="; ".join(case.unmet),
    )
    return section


def _statement(case: ProblemView) -> Section:
    section = Section("The problem")
    section.say(**case.statement.model_dump())
    section.table(
        "Talks with those affected",
        ("With whom", "How", "When", "What they said"),
        [(talk.group, talk.method, day(talk.held_on), talk.finding) for talk in case.consultations],
    )
    return section


def _analysis(case: ProblemView) -> Section:
    section, analysis = Section("Analysis"), case.analysis
    found: list[tuple[str, Finding]] = []
    for name, controller in CONTROLLERS.items():
        side = getattr(analysis, name)
        found += [(SIDES[name], side), (controller.capitalize(), side.controller)]
    written = [(who, each) for who, each in found if each.known or each.weakness or each.source]
    section.table(
        "Problem analysis triangle",
        ("Side", "What is known", "Weakness found", "Source"),
        [(who, _text(each.known), _text(each.weakness), _text(each.source)) for who, each in written],
    )
    section.lists += [
        (title, items)
        for title, items in (("Causes", analysis.causes), ("Who else holds data", analysis.data_holders))
        if items
    ]
    return section


def _plan(case: ProblemView) -> Section:
    section, plan = Section("Community safety plan"), case.plan
    if plan is None:
        return section
    section.table(
        "Working group", ("Office", "Agency"), [(item.office, _text(item.agency)) for item in plan.working_group]
    )
    section.table(
        "Objectives",
        ("Objective", "Indicator", "Unit", "Baseline", "Target", "By"),
        [
            (item.text, _text(item.indicator), _text(item.unit), number(item.baseline), number(item.target),
             day(item.due_on))
            for item in plan.objectives
        ],
        numbers=(3, 4),
    )  # fmt: skip
    section.table(
        "Tasks",
        ("Task", "Whose", "Due", "State", "Why dropped"),
        [(item.text, item.owner, day(item.due_on), item.state, _text(item.reason)) for item in plan.tasks],
    )
    section.table(
        "Reviews",
        ("Due", "Held", "What was found"),
        [(day(item.due_on), day(item.held_on), _text(item.finding)) for item in case.reviews],
    )
    return section


def _assessment(assessment: Assessment | None, plan: Plan | None) -> Section:
    section = Section("Assessment")
    if assessment is None:
        return section
    section.say(
        verdict=_words(assessment.verdict),
        what_the_figures_suggest=assessment.proposed and _words(assessment.proposed),
        why_the_verdict_is_another=assessment.reason,
        evidence=assessment.evidence,
        keep=assessment.keep,
        change=assessment.change,
        stop=assessment.stop,
        next_step=assessment.next_step,
    )
    for measure in assessment.measures:
        known = plan is not None and measure.objective < len(plan.objectives)
        title = plan.objectives[measure.objective].text if plan is not None and known else f"{measure.objective + 1}"
        _measure(section, measure, title)
    if assessment.measures:
        section.say(how_this_was_worked_out=METHOD)
    return section


def _measure(section: Section, measure: Measure, title: str) -> None:
    counts, result = measure.counts, measure.result
    pairs = {
        "Treated area": counts.treated,
        "Comparison area": counts.comparison,
        "Ring around the treated area": counts.ring,
        "Ring around the comparison area": counts.ring_comparison,
    }
    section.table(
        f"Counts for: {title}",
        ("Where", "Before", "After"),
        [(where, f"{pair.before:,}", f"{pair.after:,}") for where, pair in pairs.items() if pair]
        + [("Exposure", number(counts.before_exposure), number(counts.after_exposure))],
        numbers=(1, 2),
    )
    section.table(
        f"What they say of: {title}",
        ("Measure", "Estimate", "95 % from", "to"),
        [
            _estimate("Difference-in-differences", result.local),
            *([_estimate("Displacement into the ring", result.displacement)] if result.displacement else []),
            _estimate("Weighted displacement difference", result.total),
            _estimate("Rate ratio, treated area", result.rate_ratio),
            _estimate("Rate ratio against the comparison area", result.relative_rate_ratio),
        ],
        numbers=(1, 2, 3),
    )
    section.said.append((f"Ring, {title}", RING[result.ring_finding]))
    if measure.counted:
        spans = measure.counted
        kind = f"category {spans.category}" if spans.category else "any category"
        section.said.append(
            (
                f"Counted for: {title}",
                f"Incidents of {kind} in {', '.join(spans.treated)}, against "
                f"{', '.join(spans.comparison)}; from {day(spans.before.first_day)} to {day(spans.before.last_day)}, "
                f"and from {day(spans.after.first_day)} to {day(spans.after.last_day)}.",
            )
        )


def _steps(case: ProblemView) -> Section:
    section = Section("Steps")
    section.table(
        "From phase to phase",
        ("When", "From", "To", "Why"),
        [(day(move.moved_at), move.origin, move.target, _text(move.reason)) for move in case.moves],
    )
    return section


def _estimate(name: str, interval: Interval) -> tuple[str, str, str, str]:
    return name, number(interval.estimate), number(interval.low), number(interval.high)


def day(when: date | datetime | None) -> str:
    """`31 January 2026`; a dash for none."""
    return f"{when.day} {when:%B %Y}" if when else "–"


def number(value: float | None) -> str:
    """At most two decimals; a dash for none."""
    return "–" if value is None else f"{value:,.2f}".rstrip("0").rstrip(".")


def _text(text: Any) -> str:
    return text or "–"


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _words(code: str) -> str:
    return code.replace("_", " ")
