"""SARA cases: the order of phases, guards, SMART objectives. Rules C4, C5, C6."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.evaluations.rules import Counts, Pair, Verdict, evaluate
from services.cases.plans.rules import Objective, Plan, Task, TaskState
from services.cases.problems.rules import (
    PHASES,
    Analysis,
    Assessment,
    Consultation,
    Finding,
    Measure,
    Parts,
    Phase,
    Side,
    Statement,
    consultation_flaws,
    figures,
    frozen_parts,
    is_back,
    is_next,
    unmet_guards,
    verdict_flaws,
)

pytestmark = pytest.mark.pure

SIDE = Side(known="k", weakness="w", source="s", controller=Finding(known="k", weakness="w", source="s"))
COUNTS = Counts(treated=Pair(before=207, after=110), comparison=Pair(before=308, after=318))
MEASURE = Measure(objective=0, counts=COUNTS, result=evaluate(COUNTS), proposed=Verdict.REDUCED)
OPENED = date(2026, 3, 1)


def whole() -> Parts:
    return Parts(
        statement=Statement(similarity="s", harm="h", expectation="e"),
        consultations=[Consultation(group="residents", method="street briefing", held_on=OPENED, finding="noise")],
        analysis=Analysis(offender=SIDE, target=SIDE, place=SIDE),
        plan=Plan(
            objectives=[
                Objective(text="fewer", indicator="i", unit="u", baseline=10, target=5, due_on=date(2026, 9, 1))
            ],
            tasks=[Task(text="lights", owner="municipality", due_on=OPENED, state=TaskState.DONE)],
        ),
        assessment=Assessment(
            verdict=Verdict.REDUCED, evidence="counts", measures=[MEASURE], stop="the patrol", next_step="look again"
        ),
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
            [
                f"analysis.{side}.{what}"
                for each in ("offender", "target", "place")
                for side in (each, f"{each}.controller")
                for what in ("known", "weakness", "source")
            ],
        ),
        (Phase.ASSESSMENT, ["plan"]),
        (Phase.CLOSED, ["assessment", "assessment.measures", "assessment.keep", "assessment.next_step"]),
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
    written = ["statement", "consultations", "analysis", "plan", "assessment"]
    assert frozen_parts(phase, written) == frozen


def test_a_consultation_has_been_held() -> None:
    def flawed(*days: date) -> list[str]:
        talks = [Consultation(group="g", method="m", held_on=day, finding="f") for day in days]
        flaws = consultation_flaws(talks, datetime(2026, 3, 15, 12, tzinfo=UTC))
        return [flaw.partition(":")[0] for flaw in flaws]

    assert flawed(date(2026, 3, 15), date(2026, 3, 16), date(2006, 3, 16)) == []
    assert flawed(OPENED, date(2026, 3, 17)) == ["consultations.1.held_on"]
    assert flawed(date(1006, 3, 15)) == ["consultations.0.held_on"]


def test_another_verdict_than_the_figures_suggest_needs_its_reason() -> None:
    """Rule C7."""
    assert verdict_flaws(Verdict.SOLVED, Verdict.REDUCED, None) != []
    assert verdict_flaws(Verdict.SOLVED, Verdict.REDUCED, "the bar has closed") == []
    assert verdict_flaws(Verdict.REDUCED, Verdict.REDUCED, None) == []
    assert verdict_flaws(Verdict.WORSE, None, None) == []


def test_what_outlives_the_key_holds_nothing_written() -> None:
    """Rule C16: numbers, dates and codes."""
    kept = figures(whole())
    assert (kept["verdict"], kept["objectives"][0]["target"]) == ("reduced", 5)
    assert round(kept["measures"][0]["result"]["total"]["estimate"]) == -107
    assert not any(word in str(kept) for word in ("fewer", "patrol", "look again"))
