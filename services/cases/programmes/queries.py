"""Reads of programmes: they are law, so everyone may read them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select

from beatbook.contracts.areas import lineage
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from services.cases.programmes.rules import ProgrammeRules
from services.cases.programmes.tables import Programme


async def programme_by_id(session: AsyncSession, programme_id: UUID) -> Programme:
    """One version; raises `NotFound`."""
    found = await session.get(Programme, programme_id)
    if found is None:
        raise NotFound("programme")
    return found


async def rules_of(session: AsyncSession, programme_id: UUID) -> ProgrammeRules:
    """What a version says."""
    return ProgrammeRules.model_validate((await programme_by_id(session, programme_id)).rules)


async def in_force(session: AsyncSession, area: str, code: str, day: date) -> Programme:
    """The newest version of a programme in an area's country that is in force on a day; raises `NotFound`."""
    statement = select(Programme).where(
        Programme.area == lineage(area)[0],
        Programme.code == code,
        Programme.valid_from <= day,
        or_(col(Programme.valid_to).is_(None), col(Programme.valid_to) > day),
    )
    found = (await session.exec(statement.order_by(col(Programme.version).desc()).limit(1))).first()
    if found is None:
        raise NotFound("programme in force")
    return found


async def newest(session: AsyncSession, area: str, code: str) -> Programme | None:
    """The version of a programme with the highest number."""
    statement = select(Programme).where(Programme.area == area, Programme.code == code)
    return (await session.exec(statement.order_by(col(Programme.version).desc()).limit(1))).first()


async def list_programmes(
    session: AsyncSession, *, area: str, code: str | None, after: UUID | None, limit: int
) -> Sequence[Programme]:
    """The versions loaded for an area's country, in the order in which they were loaded."""
    statement = select(Programme).where(Programme.area == lineage(area)[0]).order_by(col(Programme.id)).limit(limit)
    if code is not None:
        statement = statement.where(Programme.code == code)
    if after is not None:
        statement = statement.where(col(Programme.id) > after)
    return (await session.exec(statement)).all()
