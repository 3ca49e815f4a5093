"""Reads of the concerns that cases stand for, for who entered the case."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from beatbook.kit.db import AsyncSession
from services.cases.files.queries import Entered
from services.cases.links.tables import CaseConcern


async def link_of(session: AsyncSession, entered: Entered, concern_id: UUID) -> CaseConcern | None:
    """The link of a case that was entered to a concern, as it is in the database now; None when there is none."""
    statement = select(CaseConcern).where(
        CaseConcern.concern_id == concern_id, CaseConcern.case_id == entered.file.id
    )  # fmt: skip
    return (await session.exec(statement.execution_options(populate_existing=True))).first()


async def links_of(session: AsyncSession, entered: Entered, *, after: UUID | None, limit: int) -> Sequence[CaseConcern]:
    """The concerns that a case stands for, by their ids."""
    statement = select(CaseConcern).where(CaseConcern.case_id == entered.file.id)
    if after is not None:
        statement = statement.where(col(CaseConcern.concern_id) > after)
    return (await session.exec(statement.order_by(col(CaseConcern.concern_id)).limit(limit))).all()
