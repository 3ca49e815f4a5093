"""Reads of trust levels, which are public as the register is."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select

from beatbook.contracts.areas import lineage
from beatbook.kit.db import AsyncSession
from services.forum.areas.queries import area_by_code
from services.forum.trust.rules import TrustLevel, standing_level
from services.forum.trust.tables import NotedTrust


async def list_trust(session: AsyncSession, code: str, *, after: UUID | None, limit: int) -> Sequence[NotedTrust]:
    """An area's own levels, newest record first; raises `NotFound`."""
    await area_by_code(session, code)
    statement = select(NotedTrust).where(NotedTrust.area == code)
    if after is not None:
        statement = statement.where(col(NotedTrust.id) < after)
    return (await session.exec(statement.order_by(col(NotedTrust.id).desc()).limit(limit))).all()


async def trust_level(session: AsyncSession, code: str) -> TrustLevel | None:
    """The level that stands for an area; None when nobody noted one. Rule F7."""
    newest = (
        select(NotedTrust)
        .where(col(NotedTrust.area).in_(lineage(code)))
        .ext(distinct_on(col(NotedTrust.area)))
        .order_by(col(NotedTrust.area), col(NotedTrust.measured_on).desc(), col(NotedTrust.id).desc())
    )
    return standing_level([(noted.area, noted.measured_on, noted.level) for noted in await session.exec(newest)])
