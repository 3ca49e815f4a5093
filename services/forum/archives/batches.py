"""Rows in batches, in the order of their keys: what every file of an archive is written from."""

from typing import Any

from sqlalchemy import tuple_

from beatbook.kit.db import AsyncSession
from services.forum.exports.queries import BATCH, Rows


async def keyed(session: AsyncSession, statement: Any, *keys: Any) -> Rows:
    """The rows of a statement in batches by ascending keys; what was read is forgotten before the next batch."""
    after: tuple[Any, ...] | None = None
    while True:
        rest = statement if after is None else statement.where(tuple_(*keys) > tuple_(*after))
        batch = (await session.exec(rest.order_by(*keys).limit(BATCH))).all()
        if not batch:
            return
        after = tuple(getattr(batch[-1], key.key) for key in keys)
        yield [row.model_dump() for row in batch]
        session.expunge_all()
