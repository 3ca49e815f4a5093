"""Writing the parts of a case: analysis, plan and its reviews, assessment. Rules C5, C6, C7."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, NotFound, Refused
from beatbook.kit.ids import new_id
from beatbook.kit.sealing import KeyRing
from beatbook.kit.web import ExpectedVersion
from services.cases.evaluations.queries import count
from services.cases.evaluations.rules import counts_flaws, evaluate, propose, propose_together
from services.cases.files.rules import Action
from services.cases.plans.commands import keep_items
from services.cases.plans.rules import Objective, Plan, Review, items, known_tasks, plan_flaws, scheduled_reviews
from services.cases.problems import rules
from services.cases.problems.queries import Case, case_by_id
from services.cases.problems.schemas import AssessmentIn, MeasureIn, ReviewIn
from services.cases.reports.spans import AHEAD

REVIEWED_IN = (rules.Phase.RESPONSE, rules.Phase.ASSESSMENT)


async def write_analysis(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    problem_id: UUID,
    expected: ExpectedVersion,
    analysis: rules.Analysis,
) -> Case:
    """Write the analysis anew. Rule C5."""
    case = await _enter_to_write(session, actor, now, vault, problem_id, expected)
    write(case, {"analysis": analysis})
    return case


async def write_plan(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    problem_id: UUID,
    expected: ExpectedVersion,
    plan: Plan,
) -> Case:
    """Write the plan anew; tasks that it had keep their ids, reviews that were held stay. Rule C6."""
    case = await _enter_to_write(session, actor, now, vault, problem_id, expected)
    if flaws := plan_flaws(plan, case.entered.file.opened_at.date()):
        raise Refused(
            "Objectives must be SMART, tasks somebody's, dropped ones reasoned, and dates lie within 20 years.",
            code="plan-flawed",
            rule="C6",
            unmet=flaws,
        )
    parts = case.parts
    write(case, {"plan": known_tasks(plan, parts.plan, [new_id() for _ in plan.tasks])})
    await keep_plan(session, actor, now, case, case.parts)
    return case


async def hold_review(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    problem_id: UUID,
    expected: ExpectedVersion,
    request: ReviewIn,
) -> Case:
    """Note a review of the plan that was held, and what was found. Rule C6."""
    case = await _enter_to_write(session, actor, now, vault, problem_id, expected)
    if case.problem.phase not in REVIEWED_IN:
        raise Conflict("A plan is reviewed in response and assessment.", rule="C6")
    if case.parts.plan is None:
        raise Conflict("There is no plan to review: write it first.", rule="C6")
    if request.held_on > (now + AHEAD).date():
        raise Refused("A review is noted when it has been held.", rule="C6", unmet=["held_on: a day that has come"])
    parts = case.parts
    reviews = {review.id: review for review in parts.reviews}
    if request.id is not None and request.id not in reviews:
        raise NotFound("review")
    review = reviews.get(request.id) if request.id else Review(id=new_id(), due_on=request.held_on)
    assert review is not None
    held = review.model_copy(update={"held_on": request.held_on, "finding": request.finding})
    reviews[held.id] = held
    await keep_plan(session, actor, now, case, parts.model_copy(update={"reviews": list(reviews.values())}))
    return case


async def write_assessment(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    problem_id: UUID,
    expected: ExpectedVersion,
    request: AssessmentIn,
) -> Case:
    """Write the assessment anew, with what the figures say beside what people say. Rule C7."""
    case = await _enter_to_write(session, actor, now, vault, problem_id, expected)
    plan = case.parts.plan
    measures = [await measure_objective(session, actor, now, plan, item) for item in request.measures]
    proposed = propose_together([measure.proposed for measure in measures])
    if flaws := rules.verdict_flaws(request.verdict, proposed, request.reason):
        raise Refused("The verdict is not what the figures suggest.", code="verdict-unreasoned", rule="C7", unmet=flaws)
    said = request.model_dump(exclude={"measures"})
    write(case, {"assessment": rules.Assessment(**said, measures=measures, proposed=proposed)})
    return case


async def measure_objective(
    session: AsyncSession, actor: Actor, now: datetime, plan: Plan | None, request: MeasureIn
) -> rules.Measure:
    """Evaluate counts for an objective of the plan, counting first if asked to. Rule C7."""
    objective = plan.objectives[request.objective] if plan and request.objective < len(plan.objectives) else None
    unmet = [] if objective else ["objective: the plan has none at this place"]
    if (request.counts is None) == (request.counting is None):
        unmet.append("counts: send either these, or counting")
    elif request.counts is not None:
        unmet += counts_flaws(request.counts)
    if unmet or objective is None:
        raise Refused("There is nothing to measure.", code="measure-flawed", rule="C7", unmet=unmet)
    counts = request.counts
    if request.counting is not None:
        counts = await count(session, actor, now, request.counting)
    assert counts is not None
    result = evaluate(counts)
    proposed = propose(result, **_aims(objective), today=now.date())
    return rules.Measure(
        objective=request.objective, counts=counts, counted=request.counting, result=result, proposed=proposed
    )


def _aims(objective: Objective) -> dict[str, Any]:
    aims = objective.model_dump(include={"baseline", "target", "due_on"})
    if unmet := [f"objective.{name}: write it in the plan first" for name, value in aims.items() if value is None]:
        raise Refused("The objective is not SMART.", code="measure-flawed", rule="C7", unmet=unmet)
    return aims


async def _enter_to_write(
    session: AsyncSession, actor: Actor, now: datetime, vault: KeyRing, problem_id: UUID, expected: ExpectedVersion
) -> Case:
    case = await case_by_id(session, actor, now, vault, problem_id, Action.WRITE, locked=True)
    expected.check(case.problem.version)
    case.problem.version += 1
    return case


async def keep_plan(session: AsyncSession, actor: Actor, now: datetime, case: Case, parts: rules.Parts) -> None:
    """Keep these parts with the reviews that the plan asks for, and what falls due as the plan says. Rule C6."""
    plan, file = parts.plan, case.entered.file
    if plan is None:
        return
    plan = known_tasks(plan, plan, [new_id() for _ in plan.tasks])
    reviews = scheduled_reviews(plan.reviews_on, parts.reviews, [new_id() for _ in plan.reviews_on])
    case.parts = parts.model_copy(update={"plan": plan, "reviews": reviews})
    closed = case.problem.phase is rules.Phase.CLOSED
    await keep_items(session, actor, now, file, items(plan, reviews, closed=closed))


def write(case: Case, parts: Mapping[str, Any]) -> None:
    """Put parts into the case, None empties one; raises `Conflict` for those that a step was taken on. Rule C4."""
    if frozen := rules.frozen_parts(case.problem.phase, list(parts)):
        raise Conflict(
            f"The case is in {case.problem.phase}: go back to an earlier phase to change {', '.join(frozen)}.",
            code="part-frozen",
            rule="C4",
        )
    written = rules.Parts(**{name: value for name, value in parts.items() if value is not None})
    case.parts = case.parts.model_copy(update={name: getattr(written, name) for name in parts})
