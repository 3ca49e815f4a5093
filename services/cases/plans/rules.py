"""A community safety plan: its parts, what makes its objectives SMART, what of it falls due. Pure.

Rule C6. Source: GP ch. 3, community safety plans. Its problem statement is the case's, frozen since scanning.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

HORIZON = timedelta(days=20 * 365 + 5)
"""Twenty years: a date further from now, or from the day a case was opened, is a slip of the pen."""
BEHIND = timedelta(hours=12)
"""How far the latest time zone is behind UTC: until then a day is not over everywhere."""

Line = Annotated[str, Field(min_length=1, max_length=200)]
Passage = Annotated[str, Field(min_length=1, max_length=5000)]
AgencyCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$", description="An agency's code, never a name")]


class TaskState(StrEnum):
    """How a task of the plan stands. Rule C6."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class ItemKind(StrEnum):
    """What of a plan falls due."""

    TASK = "task"
    REVIEW = "review"


class ItemState(StrEnum):
    """How what falls due stands, or how it ended."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"
    HELD = "held"
    LAPSED = "lapsed"
    """The case was closed, or the plan is written without it."""


class Part(BaseModel):
    """Base of what a case is made of; text is trimmed, an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


class Objective(Part):
    """What shall change: indicator, its unit, baseline and target in that unit, by when. Rule C6."""

    text: Line
    indicator: Line | None = None
    unit: Line | None = None
    baseline: float | None = Field(default=None, allow_inf_nan=False)
    target: float | None = Field(default=None, allow_inf_nan=False)
    due_on: date | None = None


class Member(Part):
    """A member of the plan's working group: an office, its agency, and who, as the subject of a token. Rule C6."""

    office: Line
    agency: AgencyCode | None = None
    subject: Line | None = Field(default=None, description="The subject of a token, never a name")


class Task(Part):
    """A piece of the plan and the office that does it; `reason` says why it was dropped. Rule C6."""

    id: UUID | None = Field(default=None, description="Given when the task is first written; leave it out then")
    text: Line
    owner: Line = Field(description="The office; of the working group, where the plan names one")
    due_on: date
    state: TaskState = TaskState.OPEN
    reason: Line | None = None


class Plan(Part):
    """The community safety plan. Rule C6; GP ch. 3."""

    working_group: list[Member] = Field(default_factory=list, max_length=50)
    objectives: list[Objective] = Field(max_length=20)
    tasks: list[Task] = Field(max_length=100)
    reviews_on: list[date] = Field(default_factory=list, max_length=20)


class Review(Part):
    """A review of the plan: when it is due, when it was held and what was found. Rule C6."""

    id: UUID
    due_on: date
    held_on: date | None = None
    finding: Passage | None = None


class Item(Part):
    """What of a plan falls due, as the clock and other services know it: ids, dates and codes."""

    id: UUID
    kind: ItemKind
    due_on: date
    agency: str | None
    state: ItemState


def is_over(day: date, now: datetime) -> bool:
    """Whether a day is over everywhere on Earth."""
    return day < last_begun(now)


def last_begun(now: datetime) -> date:
    """The day that has begun everywhere: what was due before it is missed. Rule C6."""
    return (now - BEHIND).date()


def known_tasks(plan: Plan, before: Plan | None, new_ids: Sequence[UUID]) -> Plan:
    """The plan with an id for each task: its own, if the plan before had it; that of a task of the same words; or new.

    `new_ids`: as many as there are tasks.
    """
    earlier = {task.id: task.text for task in before.tasks if task.id is not None} if before else {}
    named = {task.id for task in plan.tasks}
    left = [known for known in earlier if known not in named]
    tasks: list[Task] = []
    for task, new_id in zip(plan.tasks, new_ids, strict=True):
        found = task.id
        if found not in earlier or any(found == other.id for other in tasks):
            found = next((known for known in left if earlier[known] == task.text), new_id)
            left = [known for known in left if known != found]
        tasks.append(task.model_copy(update={"id": found}))
    return plan.model_copy(update={"tasks": tasks})


def scheduled_reviews(days: Sequence[date], before: Sequence[Review], new_ids: Sequence[UUID]) -> list[Review]:
    """Those that were held, and one for each other day of the plan. Rule C6; `new_ids`: as many as there are days."""
    by_day = {review.due_on: review for review in before}
    planned = [by_day.get(day) or Review(id=new, due_on=day) for day, new in zip(days, new_ids, strict=True)]
    held = [review for review in before if review.held_on is not None]
    wanted = {review.id: review for review in (*held, *planned)}
    return sorted(wanted.values(), key=lambda review: review.due_on)


def items(plan: Plan | None, reviews: Sequence[Review], *, closed: bool) -> list[Item]:
    """What of a plan falls due; in a closed case nothing does any more. Rule C6."""
    if plan is None:
        return []
    agencies = {member.office: member.agency for member in plan.working_group}
    waiting = ItemState.LAPSED if closed else ItemState.OPEN
    tasks = [
        Item(
            id=task.id,
            kind=ItemKind.TASK,
            due_on=task.due_on,
            agency=agencies.get(task.owner),
            state=waiting if task.state is TaskState.OPEN else ItemState(task.state),
        )
        for task in plan.tasks
        if task.id is not None
    ]
    return tasks + [
        Item(
            id=review.id,
            kind=ItemKind.REVIEW,
            due_on=review.due_on,
            agency=None,
            state=waiting if review.held_on is None else ItemState.HELD,
        )
        for review in reviews
    ]


def plan_flaws(plan: Plan, opened_on: date) -> list[str]:
    """What keeps objectives from being SMART, tasks given to nobody or dropped without a reason, dates amiss. Rule C6.

    An objective is measured by an indicator in a unit, from a baseline to another value, by a date after the case was
    opened. All dates lie within 20 years of that day. Source: GP ch. 3.
    """
    return [*_objective_flaws(plan, opened_on), *_task_flaws(plan), *_date_flaws(plan, opened_on)]


def _objective_flaws(plan: Plan, opened_on: date) -> list[str]:
    flaws = []
    for number, objective in enumerate(plan.objectives):
        where = f"objectives.{number}"
        flaws += [
            f"{where}.{name}: {text}"
            for name, text in {
                "indicator": "name the indicator that measures it",
                "unit": "say what the indicator counts or measures in",
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
    return flaws


def _task_flaws(plan: Plan) -> list[str]:
    offices = [member.office for member in plan.working_group]
    flaws = [
        f"working_group.{number}.office: name each office once"
        for number, office in enumerate(offices)
        if office in offices[:number]
    ]
    for number, task in enumerate(plan.tasks):
        if offices and task.owner not in offices:
            flaws.append(f"tasks.{number}.owner: name an office of the working group")
        if task.state is TaskState.DROPPED and task.reason is None:
            flaws.append(f"tasks.{number}.reason: say why it was dropped")
    return flaws


def _date_flaws(plan: Plan, opened_on: date) -> list[str]:
    flaws = [
        f"reviews_on.{number}: name each day once"
        for number, day in enumerate(plan.reviews_on)
        if day in plan.reviews_on[:number]
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
