"""Reads of the replica."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select

from beatbook.contracts.areas import Tier
from beatbook.kit.db import AsyncSession
from beatbook.kit.scoping import lies_within
from services.kpi.areas.rules import Base, population_bases
from services.kpi.areas.tables import Area


async def known_codes(session: AsyncSession, codes: Collection[str]) -> set[str]:
    """Those of `codes` that the register has, open or closed."""
    return set((await session.exec(select(Area.code).where(col(Area.code).in_(codes)))).all())


async def areas_below(session: AsyncSession, within: str, tier: Tier | None, first: date) -> Sequence[Area]:
    """The areas of a tier within an area (one tier below when none is named), valid on `first` or later, by code."""
    chosen: ColumnElement[bool] = col(Area.parent) == within
    if tier is not None:
        inside = lies_within(col(Area.code), within)
        chosen = inside & (col(Area.tier) == tier)
    valid = or_(col(Area.valid_to).is_(None), col(Area.valid_to) > first)
    return (await session.exec(select(Area).where(chosen, valid).order_by(col(Area.code)))).all()


async def bases(session: AsyncSession, codes: Collection[str]) -> dict[str, Base]:
    """The population base of each area, reading further down only below areas without a population. Rule K3."""
    statement = select(Area.code, Area.population)
    rows = (await session.exec(statement.where(col(Area.code).in_(codes)))).all()
    populations: dict[str, int | None] = {}
    while rows:
        populations |= dict(rows)
        lacking = [code for code, population in rows if population is None]
        rows = (await session.exec(statement.where(col(Area.parent).in_(lacking), col(Area.valid_to).is_(None)))).all()
    return population_bases(list(codes), populations)
