"""Reads of the replica of the area register."""

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from beatbook.kit.errors import NotFound
from beatbook.kit.scoping import lies_within
from services.handover.areas.tables import Area


async def area_by_code(session: AsyncSession, code: str) -> Area:
    """One area; raises `NotFound` for a code that the register has not published (yet)."""
    area = await session.get(Area, code)
    if area is None:
        raise NotFound("area")
    return area


async def count_below(session: AsyncSession, code: str) -> int:
    """How many open areas lie below an area."""
    statement = select(func.count()).where(
        lies_within(col(Area.code), code), col(Area.code) != code, col(Area.closed_on).is_(None)
    )
    return (await session.exec(statement)).one()
