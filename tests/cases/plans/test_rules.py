"""Community safety plans: SMART objectives, whose tasks, what falls due. Rule C6."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.plans.rules import (
    ItemState,
    Member,
    Objective,
    Plan,
    Review,
    Task,
    TaskState,
    is_over,
    items,
    known_tasks,
    plan_flaws,
    scheduled_reviews,
)

pytestmark = pytest.mark.pure

OPENED = date(2026, 3, 1)
IDS = [UUID(int=number) for number in range(1, 9)]


def task(text: str, **more: Any) -> Task:
    return Task(**{"text": text, "owner": "o", "due_on": OPENED} | more)


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        ({"indicator": None}, "objectives.0.indicator"),
        ({"unit": None}, "objectives.0.unit"),
        ({"baseline": None}, "objectives.0.baseline"),
        ({"target": None}, "objectives.0.target"),
        ({"target": 10}, "objectives.0.target"),
        ({"due_on": None}, "objectives.0.due_on"),
        ({"due_on": OPENED}, "objectives.0.due_on"),
        ({"due_on": date(2046, 3, 2)}, "objectives.0.due_on"),
    ],
)
def test_objectives_are_smart(changes: dict[str, Any], flaw: str) -> None:
    objective = Objective(text="fewer", indicator="i", unit="u", baseline=10, target=5, due_on=date(2026, 9, 1))
    assert plan_flaws(Plan(objectives=[objective], tasks=[]), OPENED) == []
    flawed = objective.model_copy(update=changes)
    (found,) = plan_flaws(Plan(objectives=[flawed], tasks=[]), OPENED)
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


def test_tasks_are_given_to_the_working_group() -> None:
    group = [Member(office="works"), Member(office="works"), Member(office="school", agency="school-12")]
    plan = Plan(working_group=group, objectives=[], tasks=[task("t", owner="works"), task("u", owner="mayor")])
    assert [flaw.partition(":")[0] for flaw in plan_flaws(plan, OPENED)] == ["working_group.1.office", "tasks.1.owner"]


def test_a_day_is_over_when_it_is_over_everywhere() -> None:
    assert not is_over(date(2026, 3, 1), datetime(2026, 3, 2, 11, 59, tzinfo=UTC))
    assert is_over(date(2026, 3, 1), datetime(2026, 3, 2, 12, 0, tzinfo=UTC))


def test_a_task_keeps_its_id() -> None:
    first = known_tasks(Plan(objectives=[], tasks=[task("a"), task("b")]), None, IDS[:2])
    assert [each.id for each in first.tasks] == IDS[:2]
    again = Plan(objectives=[], tasks=[task("b"), task("new"), task("was a", id=IDS[0]), task("x", id=IDS[7])])
    assert [each.id for each in known_tasks(again, first, IDS[2:6]).tasks] == [IDS[1], IDS[3], IDS[0], IDS[5]]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from([None, *IDS[:4]])), max_size=5))
def test_no_two_tasks_have_one_id(written: list[tuple[str, UUID | None]]) -> None:
    before = Plan(objectives=[], tasks=[task("a", id=IDS[0]), task("a", id=IDS[1]), task("b", id=IDS[2])])
    plan = Plan(objectives=[], tasks=[task(text, id=known) for text, known in written])
    new = [UUID(int=100 + number) for number in range(len(written))]
    ids = [each.id for each in known_tasks(plan, before, new).tasks]
    assert len(set(ids)) == len(ids)
    assert set(ids) <= {*IDS[:3], *new}


def test_reviews_that_were_held_stay() -> None:
    held = Review(id=IDS[0], due_on=OPENED, held_on=OPENED, finding="f")
    waiting = Review(id=IDS[1], due_on=date(2026, 4, 1))
    days = [date(2026, 5, 1), date(2026, 4, 1)]
    found = scheduled_reviews(days, [held, waiting], IDS[2:4])
    assert [(review.id, review.due_on.month) for review in found] == [(IDS[0], 3), (IDS[1], 4), (IDS[2], 5)]
    assert scheduled_reviews([], [held, waiting], []) == [held]


def test_nothing_of_a_closed_case_falls_due() -> None:
    plan = Plan(
        working_group=[Member(office="o", agency="works")],
        objectives=[],
        tasks=[task("a", id=IDS[0]), task("b", id=IDS[1], state=TaskState.DONE)],
    )
    reviews = [Review(id=IDS[2], due_on=OPENED), Review(id=IDS[3], due_on=OPENED, held_on=OPENED)]
    opened, closed = (items(plan, reviews, closed=closed) for closed in (False, True))
    assert [item.state for item in opened] == [ItemState.OPEN, ItemState.DONE, ItemState.OPEN, ItemState.HELD]
    assert [item.state for item in closed] == [ItemState.LAPSED, ItemState.DONE, ItemState.LAPSED, ItemState.HELD]
    assert [item.agency for item in opened] == ["works", "works", None, None]
    assert items(None, reviews, closed=False) == []
