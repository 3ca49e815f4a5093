"""Reads of cases, each through the door `visible_to`."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import and_, any_, literal, or_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from beatbook.kit.scoping import lies_within
from services.cases.problems import rules
from services.cases.problems.schemas import MoveView, ProblemSummary, ProblemView
from services.cases.problems.tables import Problem, ProblemMove

T = TypeVar("T")


def visible_to(statement: SelectOfScalar[T], actor: Actor) -> SelectOfScalar[T]:
    """Leave only the cases that `rules.may_see_problem` lets the actor see. Rule C14."""
    has_part = or_(
        col(Problem.supervisor) == actor.subject, literal(actor.subject) == any_(col(Problem.team))
    )  # fmt: skip
    return statement.where(
        or_(
            lies_within(col(Problem.area), *actor.areas_as(rules.OVERSEERS)),
            and_(lies_within(col(Problem.area), *actor.areas_as(rules.WORKERS)), has_part),
        )
    )


async def problem_by_id(session: AsyncSession, actor: Actor, problem_id: UUID, *, locked: bool = False) -> Problem:
    """One case; raises `NotFound`, also for one that the actor has no part in."""
    statement = visible_to(select(Problem).where(Problem.id == problem_id), actor)
    if locked:
        statement = statement.with_for_update()
    problem = (await session.exec(statement)).first()
    if problem is None:
        raise NotFound("problem")
    return problem


async def list_problems(
    session: AsyncSession,
    actor: Actor,
    *,
    area: str | None,
    phase: rules.Phase | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Problem]:
    """Cases in the order in which they were opened."""
    statement = visible_to(select(Problem), actor).order_by(col(Problem.id)).limit(limit)
    if area is not None:
        statement = statement.where(lies_within(col(Problem.area), area))
    if phase is not None:
        statement = statement.where(Problem.phase == phase)
    if after is not None:
        statement = statement.where(col(Problem.id) > after)
    return (await session.exec(statement)).all()


async def view(session: AsyncSession, problem: Problem) -> ProblemView:
    """A case's whole answer."""
    statement = select(ProblemMove).where(ProblemMove.problem_id == problem.id).order_by(col(ProblemMove.id))
    moves = (await session.exec(statement)).all()
    parts = rules.Parts.model_validate(problem.parts)
    following = next((phase for phase in rules.PHASES if rules.is_next(problem.phase, phase)), None)
    return ProblemView(
        **ProblemSummary.model_validate(problem).model_dump(),
        **dict(parts),
        moves=[MoveView.model_validate(move) for move in moves],
        unmet=rules.unmet_guards(following, parts) if following else [],
    )
