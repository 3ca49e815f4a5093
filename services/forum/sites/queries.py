"""Reads of sites, which are public."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import col, or_, select

from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from beatbook.kit.scoping import lies_within
from services.forum.sites.rules import SiteRole
from services.forum.sites.tables import Site


async def site_by_id(session: AsyncSession, area: str, site_id: UUID, *, locked: bool = False) -> Site:
    """One site of an area; raises `NotFound`."""
    site = await session.get(Site, site_id, with_for_update=locked or None)
    if site is None or site.area != area:
        raise NotFound("site")
    return site


async def list_sites(
    session: AsyncSession,
    *,
    area: str | None = None,
    within: str | None = None,
    role: SiteRole | None = None,
    on: date | None = None,
    after: UUID | None,
    limit: int,
) -> Sequence[Site]:
    """Sites in the order they were designated: of one area, or of a subtree; of a role; as of a day."""
    statement = select(Site).order_by(col(Site.id)).limit(limit)
    if area is not None:
        statement = statement.where(Site.area == area)
    if within is not None:
        statement = statement.where(lies_within(col(Site.area), within))
    if role is not None:
        statement = statement.where(col(Site.role) == role)
    if on is not None:
        statement = statement.where(Site.starts_on <= on, or_(col(Site.ends_on).is_(None), col(Site.ends_on) >= on))
    if after is not None:
        statement = statement.where(col(Site.id) > after)
    return (await session.exec(statement)).all()


async def spans(session: AsyncSession, area: str, *, but: UUID | None) -> list[tuple[SiteRole, date, date | None]]:
    """What the area is when, leaving one site out."""
    rows = (await session.exec(select(Site).where(Site.area == area).order_by(col(Site.starts_on)))).all()
    return [(site.role, site.starts_on, site.ends_on) for site in rows if site.id != but]
