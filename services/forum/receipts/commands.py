"""Taking from an allowance: called by the features that answer people without a name, in their own transaction."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col

from beatbook.kit import allowances
from beatbook.kit.db import AsyncSession
from beatbook.kit.timers import WorkerContext
from services.forum.receipts.rules import ALLOWANCES, Asking
from services.forum.receipts.tables import ReceiptAllowance


async def take(session: AsyncSession, now: datetime, asking: Asking, whose: str) -> None:
    """Take one from an allowance; raises `TooOften`, and takes nothing then. Rule F14."""
    await allowances.take(session, ReceiptAllowance, now, asking, whose, ALLOWANCES[asking], "F14")


async def forget_networks(context: WorkerContext) -> None:
    """Forget allowances that are full again, and with them every trace of who asked. Rule F14."""
    async with context.database.sessions.begin() as session:
        await session.exec(delete(ReceiptAllowance).where(col(ReceiptAllowance.full_at) <= context.clock()))
