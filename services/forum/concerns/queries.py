"""Reads of concerns: whole from inside, summaries for the public, steps for who holds the receipt. Rules F14, F15."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Forbidden, NotFound
from beatbook.kit.receipts import receipt_hash
from beatbook.kit.scoping import lies_within
from services.forum.concerns.rules import (
    WAITING,
    Category,
    ConcernState,
    is_overdue,
)
from services.forum.concerns.schemas import ConcernFilter, ConcernInside, ConcernView, FollowView, StepView
from services.forum.concerns.tables import Concern, ConcernStep
from services.forum.forums.rules import INSIDERS, may_manage, may_see_inside
from services.forum.forums.tables import Forum

MOST_STEPS = 100
"""Steps that one concern can have."""


def visible_to(statement: SelectOfScalar[Concern], actor: Actor) -> SelectOfScalar[Concern]:
    """The one scoping door: concerns with a published summary, and all raised in areas where the actor is inside.

    A forum above lies at an area that holds the one where a concern was raised, so it sees what was escalated to it.
    """
    inside = lies_within(col(Concern.area), *actor.areas_as(INSIDERS))
    return statement.where(or_(col(Concern.published), inside))


def view(concern: Concern, actor: Actor, now: datetime) -> ConcernView:
    """A concern's answer: what the actor may see of it."""
    inside = may_see_inside(actor, concern.area)
    return ConcernView(
        **concern.model_dump(include={"id", "forum_id", "area", "category", "state", "case_bucket", "version"}),
        summary=concern.summary if inside or concern.published else None,
        overdue=is_overdue(concern.state, concern.triage_by, now),
        raised_on=concern.raised_at.date(),
        ended_on=concern.ended_at.date() if concern.ended_at else None,
        inside=ConcernInside.model_validate(concern) if inside else None,
    )


async def concern_by_id(session: AsyncSession, actor: Actor, concern_id: UUID, *, locked: bool = False) -> Concern:
    """One concern the actor may know of; raises `NotFound`."""
    concern = await session.get(Concern, concern_id, with_for_update=locked or None)
    if concern is None or not (concern.published or may_see_inside(actor, concern.area)):
        raise NotFound("concern")
    return concern


async def managed_concern(session: AsyncSession, actor: Actor, concern_id: UUID) -> Concern:
    """A concern, locked, that a forum whose records the actor keeps has now; raises `NotFound` or `Forbidden`."""
    concern = await concern_by_id(session, actor, concern_id, locked=True)
    if not may_manage(actor, concern.with_area):
        raise Forbidden("To deal with a concern you need a council or admin grant for the forum that has it now.")
    return concern


async def inside_concern(session: AsyncSession, actor: Actor, concern_id: UUID) -> Concern:
    """A concern whose words and trail the actor may read; raises `NotFound`."""
    concern = await concern_by_id(session, actor, concern_id)
    if not may_see_inside(actor, concern.area):
        raise NotFound("concern")
    return concern


def filtered(
    statement: SelectOfScalar[Concern],
    *,
    within: str | None,
    forum_id: UUID | None,
    category: Category | None,
    state: ConcernFilter | None,
    now: datetime,
) -> SelectOfScalar[Concern]:
    """Only concerns of an area and below, a forum (that has or had it first), a category, a state."""
    if within is not None:
        statement = statement.where(lies_within(col(Concern.area), within))
    if forum_id is not None:
        statement = statement.where((Concern.forum_id == forum_id) | (Concern.origin_forum_id == forum_id))
    if category is not None:
        statement = statement.where(Concern.category == category)
    if state in {ConcernFilter.WAITING, ConcernFilter.OVERDUE}:
        statement = statement.where(col(Concern.state).in_(sorted(WAITING)))
    elif state is not None:
        statement = statement.where(Concern.state == ConcernState(state.value))
    if state is ConcernFilter.OVERDUE:
        statement = statement.where(Concern.triage_by < now)
    return statement


async def list_concerns(
    session: AsyncSession,
    actor: Actor,
    *,
    within: str | None,
    forum_id: UUID | None,
    category: Category | None,
    state: ConcernFilter | None,
    now: datetime,
    after: UUID | None,
    limit: int,
) -> Sequence[Concern]:
    """Concerns the actor may know of, newest first."""
    statement = filtered(
        visible_to(select(Concern), actor), within=within, forum_id=forum_id, category=category, state=state, now=now
    )
    if after is not None:
        statement = statement.where(col(Concern.id) < after)
    return (await session.exec(statement.order_by(col(Concern.id).desc()).limit(limit))).all()


async def steps(session: AsyncSession, concern_id: UUID) -> list[StepView]:
    """Each step of a concern, oldest first, with the forums' names."""
    of, to = aliased(Forum), aliased(Forum)
    statement = (
        select(ConcernStep, of.name, to.name)
        .join(of, col(ConcernStep.forum_id) == of.id)
        .outerjoin(to, col(ConcernStep.to_forum_id) == to.id)
        .where(ConcernStep.concern_id == concern_id)
        .order_by(col(ConcernStep.number))
        .limit(MOST_STEPS)
    )
    return [
        StepView(**step.model_dump(exclude={"concern_id"}), forum=name, to_forum=above)
        for step, name, above in (await session.exec(statement)).all()
    ]


async def followed(session: AsyncSession, typed: str) -> FollowView | None:
    """What the holder of a receipt sees; None for a code that is wrong or malformed, by the same one question."""
    statement = (
        select(Concern, Forum.name)
        .join(Forum, col(Concern.forum_id) == Forum.id)
        .where(Concern.receipt_sha256 == receipt_hash(typed))
    )
    found = (await session.exec(statement)).first()
    if found is None:
        return None
    concern, name = found
    return FollowView(
        **concern.model_dump(include={"area", "category", "state", "case_bucket", "triage_by"}),
        forum=name,
        raised_on=concern.raised_at.date(),
        summary=concern.summary if concern.published else None,
        steps=await steps(session, concern.id),
    )
