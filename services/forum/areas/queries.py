"""Reads of the register, which is public."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from beatbook.contracts.areas import Tier
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from beatbook.kit.scoping import lies_within
from services.forum.areas.rules import drawn
from services.forum.areas.schemas import AreaView
from services.forum.areas.tables import Area


def name_of(names: dict[str, str]) -> str:
    """The name shown when no language is asked for: English, else the first held."""
    return names.get("en") or next(iter(names.values()))


def view(area: Area, *, geometry: bool = False) -> AreaView:
    """An area's answer."""
    fields = area.model_dump(exclude={"source_code", "boundary"})
    return AreaView(**fields, name=name_of(area.names), boundary=area.boundary if geometry else None)


async def area_by_code(session: AsyncSession, code: str, *, locked: bool = False) -> Area:
    """One area; raises `NotFound`."""
    area = await session.get(Area, code, with_for_update=locked or None)
    if area is None:
        raise NotFound("area")
    return area


async def list_areas(
    session: AsyncSession,
    *,
    within: str | None,
    parent: str | None,
    tier: Tier | None,
    codes: Sequence[str] | None,
    after: str | None,
    limit: int,
) -> Sequence[Area]:
    """Areas in order of their codes."""
    statement: SelectOfScalar[Area] = select(Area).order_by(col(Area.code)).limit(limit)
    if within is not None:
        statement = statement.where(lies_within(col(Area.code), within))
    if parent is not None:
        statement = statement.where(col(Area.parent) == parent)
    if tier is not None:
        statement = statement.where(col(Area.tier) == tier)
    if codes is not None:
        statement = statement.where(col(Area.code).in_(codes))
    if after is not None:
        statement = statement.where(col(Area.code) > after)
    return (await session.exec(statement)).all()


async def open_children(session: AsyncSession, code: str) -> list[str]:
    """The codes of the open areas one tier below."""
    statement = select(Area.code).where(Area.parent == code, col(Area.valid_to).is_(None)).order_by(col(Area.code))
    return list((await session.exec(statement)).all())


async def codes_by_source(session: AsyncSession) -> dict[str, str]:
    """The codes of open areas by the code their source gave them; a source code used twice is left out."""
    rows = (await session.exec(select(Area.source_code, Area.code).where(col(Area.valid_to).is_(None)))).all()
    seen: dict[str, str | None] = {}
    for source_code, code in rows:
        seen[source_code] = None if source_code in seen else code
    return {source: code for source, code in seen.items() if code is not None}


async def feature_collection(session: AsyncSession, code: str) -> dict[str, Any]:
    """The open areas one tier below as GeoJSON, or the area itself when it has none; simplified as a map needs it."""
    area = await area_by_code(session, code)
    children = (
        await session.exec(
            select(Area).where(Area.parent == code, col(Area.valid_to).is_(None)).order_by(col(Area.code))
        )
    ).all()
    shown = [child for child in children if child.boundary] or ([area] if area.boundary else [])
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": item.code,
                "properties": {"code": item.code, "name": name_of(item.names), "population": item.population},
                "geometry": geometry,
            }
            for item, geometry in zip(shown, drawn([item.boundary for item in shown if item.boundary]), strict=True)
        ],
    }
