"""Reads of the audit log. Rule C15."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from beatbook.kit.db import AsyncSession
from services.cases.audit.tables import AuditEntry


async def trail(session: AsyncSession, chain: UUID, *, after: int, limit: int) -> Sequence[AuditEntry]:
    """A chain's entries from the first on."""
    statement = select(AuditEntry).where(AuditEntry.chain == chain, col(AuditEntry.number) > after)
    return (await session.exec(statement.order_by(col(AuditEntry.number)).limit(limit))).all()
