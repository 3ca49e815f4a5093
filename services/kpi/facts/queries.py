"""Reads of the facts: rollups only, never single happenings. ARCHITECTURE 11."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import func
from sqlmodel import col, select

from beatbook.kit.db import AsyncSession
from services.kpi.facts.rules import Measure
from services.kpi.facts.tables import FactCell

Counts = dict[tuple[str, str, date], int]
"""Counts by measure, area and month; what is not in it is zero."""


async def monthly_counts(
    session: AsyncSession,
    measures: Collection[Measure],
    areas: Collection[str],
    first: date,
    last: date,
    *,
    today: date,
    category: str | None = None,
) -> Counts:
    """Counts of the months `first` to `last`, as they stand today.

    `category` limits them to one ICCS category and what it divides into.
    """
    cell = (col(FactCell.measure), col(FactCell.area), col(FactCell.month))
    statement = (
        select(*cell, func.sum(FactCell.count))
        .where(
            cell[0].in_(measures),
            cell[1].in_(areas),
            cell[2].between(first, last),
            col(FactCell.counts_from) <= today,
        )
        .group_by(*cell)
    )
    if category is not None:
        statement = statement.where(col(FactCell.category).startswith(category, autoescape=True))
    rows = await session.exec(statement)
    return {(measure, area, month): int(count) for measure, area, month, count in rows}
