"""Taking from an allowance, for features that answer people without a name, in their own transaction. Decision 0023."""

import hashlib
import hmac
import math
from datetime import datetime
from enum import StrEnum
from typing import Any

from fastapi import Request
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import select

from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Problem
from beatbook.kit.receipts import Allowance, network_of, spend
from beatbook.kit.settings import ServiceSettings


class TooOften(Problem):
    """More was asked for than is allowed at once."""

    status, code, title = 429, "too-often", "Too often; wait a little"

    def __init__(self, seconds: int, rule: str) -> None:
        super().__init__(
            f"This is asked for too often from here just now. Try again in {seconds} seconds.",
            rule=rule,
            headers={"Retry-After": str(seconds)},
        )


def network_hash(secret: bytes, address: str | None, now: datetime) -> str:
    """What is kept of a caller's network for some minutes: 12 hexadecimal digits under a key that changes each hour.

    Who reads the table alone can't tell a network from it; the digits are too few to be proof of one.
    """
    text = f"beatbook receipts {now:%Y-%m-%d %H} {network_of(address)}"
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()[:12]


def network_of_caller(request: Request, now: datetime) -> str:
    """The caller's network as it may be kept for some minutes."""
    settings: ServiceSettings = request.app.state.settings
    address = request.client.host if request.client else None
    return network_hash(settings.feed_secret.get_secret_value().encode(), address, now)


async def take(
    session: AsyncSession, table: type[Any], now: datetime, asking: StrEnum, whose: str, allowance: Allowance, rule: str
) -> None:
    """Take one from an allowance; raises `TooOften`, and takes nothing then. Works over any number of replicas.

    `table` has a row (`asking`, `whose`, `full_at`) for each allowance that is not full.
    """
    new = insert(table).values(asking=asking, whose=whose, full_at=now)
    await session.exec(new.on_conflict_do_nothing())
    statement = select(table).where(table.asking == asking, table.whose == whose).with_for_update()
    row = (await session.exec(statement.execution_options(populate_existing=True))).one()
    full_at, wait = spend(row.full_at, now, allowance)
    if wait:
        raise TooOften(max(1, math.ceil(wait.total_seconds())), rule)
    row.full_at = full_at
