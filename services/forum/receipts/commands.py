"""Taking from an allowance: called by the features that answer people without a name, in their own transaction."""

import hashlib
import hmac
import math
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Problem
from beatbook.kit.timers import WorkerContext
from services.forum.receipts.rules import ALLOWANCES, Asking, network_of, spend
from services.forum.receipts.tables import ReceiptAllowance


class TooOften(Problem):
    """More was asked for than is allowed at once."""

    status, code, title = 429, "too-often", "Too often; wait a little"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            f"This is asked for too often from here just now. Try again in {seconds} seconds.",
            rule="F14",
            headers={"Retry-After": str(seconds)},
        )


def network_hash(secret: bytes, address: str | None, now: datetime) -> str:
    """What is kept of a caller's network for some minutes: 12 hexadecimal digits under a key that changes each hour.

    Who reads the table alone can't tell a network from it; the digits are too few to be proof of one. Rule F14.
    """
    text = f"beatbook receipts {now:%Y-%m-%d %H} {network_of(address)}"
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()[:12]


async def take(session: AsyncSession, now: datetime, asking: Asking, whose: str) -> None:
    """Take one from an allowance; raises `TooOften`, and takes nothing then. Works over any number of replicas."""
    table = ReceiptAllowance
    new = insert(table).values(asking=asking, whose=whose, full_at=now)
    await session.exec(new.on_conflict_do_nothing())
    statement = select(table).where(table.asking == asking, table.whose == whose).with_for_update()
    row = (await session.exec(statement.execution_options(populate_existing=True))).one()
    full_at, wait = spend(row.full_at, now, ALLOWANCES[asking])
    if wait:
        raise TooOften(max(1, math.ceil(wait.total_seconds())))
    row.full_at = full_at


async def forget_networks(context: WorkerContext) -> None:
    """Forget allowances that are full again, and with them every trace of who asked. Rule F14."""
    async with context.database.sessions.begin() as session:
        await session.exec(delete(ReceiptAllowance).where(col(ReceiptAllowance.full_at) <= context.clock()))
