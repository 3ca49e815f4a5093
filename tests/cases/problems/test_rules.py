"""SARA cases: the order of phases, guards, SMART objectives. Rules C4, C5, C6."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.problems.rules import (
    PHASES,
    Analysis,
    Assessment,
    Consultation,
    Objective,
    Parts,
    Phase,
    Plan,
    Side,
    Statement,
    Task,
    TaskState,
    Verdict,
    consultation_flaws,
    frozen_parts,
    is_back,
    is_next,
    plan_flaws,
    unmet_guards,
)

pytestmark = pytest.mark.pure

SIDE = Side(known="k", weakness="w", source="s")
OPENED = date(2026, 3, 1)


def whole() -> Parts:
    return Parts(
        statement=Statement(similarity="s", harm="h", expectation="e"),
        consultations=[Consultation(group="residents", method="street briefing", held_on=OPENED, finding="noise")],
        analysis=Analysis(offender=SIDE, target=SIDE, place=SIDE),
        plan=Plan(
            objectives=[Objective(text="fewer", indicator="i", baseline=10, target=5, due_on=date(2026, 9, 1))],
            tasks=[Task(text="lights", owner="municipality", due_on=OPENED, state=TaskState.DONE)],
        ),
        assessment=Assessment(verdict=Verdict.REDUCED, evidence="counts"),
    )


@pytest.mark.parametrize("target", PHASES)
def test_a_whole_case_may_take_every_step(target: Phase) -> None:
    assert unmet_guards(target, whole()) == []


@pytest.mark.parametrize(
    ("target", "unmet"),
    [
        (Phase.ANALYSIS, ["statement.similarity", "statement.harm", "statement.expectation", "consultations"]),
        (
            Phase.RESPONSE,
            [f"analysis.{s}.{n}" for s in ("offender", "target", "place") for n in ("known", "weakness", "source")],
        ),
        (Phase.ASSESSMENT, ["plan"]),
        (Phase.CLOSED, ["assessment"]),
    ],
)
def test_an_empty_case_is_told_everything_at_once(target: Phase, unmet: list[str]) -> None:
    assert [text.partition(":")[0] for text in unmet_guards(target, Parts())] == unmet


def test_an_open_task_keeps_the_case_in_response() -> None:
    plan = Plan(objectives=[], tasks=[Task(text="t", owner="o", due_on=OPENED)])
    unmet = unmet_guards(Phase.ASSESSMENT, Parts(plan=plan))
    assert [text.partition(":")[0] for text in unmet] == ["plan.objectives", "plan.tasks.0"]


@given(st.sampled_from(PHASES), st.sampled_from(PHASES))
def test_a_move_goes_one_forward_or_any_number_back(origin: Phase, target: Phase) -> None:
    distance = PHASES.index(target) - PHASES.index(origin)
    assert is_next(origin, target) == (distance == 1)
    assert is_back(origin, target) == (distance < 0)


@pytest.mark.parametrize(
    ("phase", "frozen"),
    [
        (Phase.SCANNING, []),
        (Phase.ANALYSIS, ["statement", "consultations"]),
        (Phase.RESPONSE, ["statement", "consultations", "analysis"]),
        (Phase.ASSESSMENT, ["statement", "consultations", "analysis", "plan"]),
        (Phase.CLOSED, ["statement", "consultations", "analysis", "plan", "assessment"]),
    ],
)
def test_what_a_step_was_taken_on_stands(phase: Phase, frozen: list[str]) -> None:
    assert frozen_parts(phase, list(Parts.model_fields)) == frozen


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        ({"indicator": None}, "objectives.0.indicator"),
        ({"baseline": None}, "objectives.0.baseline"),
        ({"target": None}, "objectives.0.target"),
        ({"target": 10}, "objectives.0.target"),
        ({"due_on": None}, "objectives.0.due_on"),
        ({"due_on": OPENED}, "objectives.0.due_on"),
        ({"due_on": date(2046, 3, 2)}, "objectives.0.due_on"),
    ],
)
def test_objectives_are_smart(changes: dict[str, Any], flaw: str) -> None:
    plan = whole().plan
    assert plan is not None
    assert plan_flaws(plan, OPENED) == []
    objective = plan.objectives[0].model_copy(update=changes)
    (found,) = plan_flaws(plan.model_copy(update={"objectives": [objective]}), OPENED)
    assert found.startswith(f"{flaw}:")


def test_a_dropped_task_says_why() -> None:
    task = Task(text="t", owner="o", due_on=OPENED, state=TaskState.DROPPED)
    (flaw,) = plan_flaws(Plan(objectives=[], tasks=[task]), OPENED)
    assert flaw.startswith("tasks.0.reason:")


@pytest.mark.parametrize("year", [1, 2005, 2047, 9999])
def test_tasks_and_reviews_lie_within_twenty_years(year: int) -> None:
    day = date(year, 3, 2)
    plan = Plan(objectives=[], tasks=[Task(text="t", owner="o", due_on=day)], reviews_on=[OPENED, day])
    assert [flaw.partition(":")[0] for flaw in plan_flaws(plan, OPENED)] == ["tasks.0.due_on", "reviews_on.1"]


def test_a_consultation_has_been_held() -> None:
    def flawed(*days: date) -> list[str]:
        talks = [Consultation(group="g", method="m", held_on=day, finding="f") for day in days]
        flaws = consultation_flaws(talks, datetime(2026, 3, 15, 12, tzinfo=UTC))
        return [flaw.partition(":")[0] for flaw in flaws]

    assert flawed(date(2026, 3, 15), date(2026, 3, 16), date(2006, 3, 16)) == []
    assert flawed(OPENED, date(2026, 3, 17)) == ["consultations.1.held_on"]
    assert flawed(date(1006, 3, 15)) == ["consultations.0.held_on"]
