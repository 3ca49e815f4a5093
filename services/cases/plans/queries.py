"""Reads of what falls due of plans: dates and codes, of the cases that the actor has a part in."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.scoping import lies_within
from services.cases.files.queries import visible_to
from services.cases.files.rules import Kind
from services.cases.files.tables import CaseFile
from services.cases.plans.rules import ItemState, last_begun
from services.cases.plans.schemas import ItemFilter, ItemView
from services.cases.plans.tables import PlanItem


async def list_items(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    *,
    area: str | None,
    state: ItemFilter | None,
    after: UUID | None,
    limit: int,
) -> list[ItemView]:
    """Tasks and reviews, in the order in which they were first written."""
    statement = select(PlanItem, col(CaseFile.area)).join(CaseFile, col(CaseFile.id) == col(PlanItem.case_id))
    statement = visible_to(statement, actor, now, Kind.PROBLEM).order_by(col(PlanItem.id)).limit(limit)
    if area is not None:
        statement = statement.where(lies_within(col(CaseFile.area), area))
    if state is ItemFilter.ENDED:
        statement = statement.where(PlanItem.state != ItemState.OPEN)
    elif state is not None:
        statement = statement.where(PlanItem.state == ItemState.OPEN)
    if state is ItemFilter.OVERDUE:
        statement = statement.where(PlanItem.due_on < last_begun(now))
    if after is not None:
        statement = statement.where(col(PlanItem.id) > after)
    rows = (await session.exec(statement)).all()
    return [
        ItemView.model_validate(item.model_dump() | {"problem_id": item.case_id, "area": where}) for item, where in rows
    ]
