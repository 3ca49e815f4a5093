"""Keeping what falls due of a plan as the plan says. Rule C6."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import select

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import PlanItemEnded, PlanItemSet
from beatbook.kit.db import AsyncSession
from beatbook.kit.events import emit
from services.cases.files.tables import CaseFile
from services.cases.plans.rules import Item, ItemState
from services.cases.plans.tables import PlanItem
from services.cases.tasks.commands import close_about
from services.cases.tasks.rules import Outcome, TaskKind

OUTCOMES = {ItemState.DONE: Outcome.DONE, ItemState.HELD: Outcome.DONE}
"""How a supervisor's task about an item ends with it; in all other ways it is not needed any more."""


async def keep_items(
    session: AsyncSession, actor: Actor, now: datetime, file: CaseFile, wanted: Sequence[Item]
) -> None:
    """Have a case's items be these; what is not among them lapses. Tells of what is set anew and of what ended.

    A reminder ends with its cause: when the item ended, or has another day.
    """
    there = {row.id: row for row in (await session.exec(select(PlanItem).where(PlanItem.case_id == file.id))).all()}
    named = {item.id for item in wanted}
    for item in wanted:
        await _keep(session, actor, now, file, there.get(item.id), item)
    for row in there.values():
        if row.id not in named:
            item = Item.model_validate(row.model_dump(include=set(Item.model_fields)) | {"state": ItemState.LAPSED})
            await _keep(session, actor, now, file, row, item)


async def _keep(
    session: AsyncSession, actor: Actor, now: datetime, file: CaseFile, row: PlanItem | None, item: Item
) -> None:
    if row is None:
        row = PlanItem(**item.model_dump(), case_id=file.id)
        session.add(row)
        is_set, has_ended, is_settled = True, item.state is not ItemState.OPEN, False
    else:
        dated = (row.due_on, row.agency) != (item.due_on, item.agency)
        is_set = dated or (item.state is ItemState.OPEN and row.state is not ItemState.OPEN)
        has_ended = item.state is not ItemState.OPEN and item.state is not row.state
        is_settled = row.reminded_at is not None and (has_ended or row.due_on != item.due_on)
        if row.due_on != item.due_on or row.state is not item.state:
            row.reminded_at = None
        row.due_on, row.agency, row.state = item.due_on, item.agency, item.state
    if is_settled:
        outcome = OUTCOMES.get(item.state, Outcome.NOT_NEEDED)
        await close_about(session, actor, now, TaskKind.REVIEW_PLAN, item.id, outcome)
    told = {"item_id": item.id, "problem_id": file.id, "area": file.area, "kind": item.kind.value}
    if is_set:
        event = PlanItemSet(**told, due_on=item.due_on, agency=item.agency)
        await emit(session, event, subject=item.id, area=file.area, actor=actor, at=now)
    if has_ended:
        ended = PlanItemEnded(**told, outcome=item.state.value)
        await emit(session, ended, subject=item.id, area=file.area, actor=actor, at=now)
