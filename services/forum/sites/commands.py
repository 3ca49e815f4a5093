"""Changes of sites."""

from datetime import datetime
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.contracts.forum import SiteChanged, SiteDesignated
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Forbidden, Refused
from beatbook.kit.events import emit
from beatbook.kit.web import ExpectedVersion
from services.forum.areas.queries import area_by_code
from services.forum.sites import queries, rules
from services.forum.sites.schemas import SiteCreate, SitePatch
from services.forum.sites.tables import Site


async def designate_site(session: AsyncSession, actor: Actor, now: datetime, code: str, request: SiteCreate) -> Site:
    """Make an area a pilot, control or expansion site. Rule A4."""
    await _designable(session, actor, code)
    site = Site(**request.model_dump(), area=code)
    await _refuse_overlap(session, site)
    session.add(site)
    await session.flush()
    event = SiteDesignated(
        site_id=site.id, area=code, role=site.role, starts_on=site.starts_on, ends_on=site.ends_on
    )  # fmt: skip
    await emit(session, event, subject=site.id, area=code, actor=actor, at=now)
    return site


async def change_site(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    code: str,
    site_id: UUID,
    expected: ExpectedVersion,
    request: SitePatch,
) -> Site:
    """Set or take away the day on which a site ends. Rule A4."""
    await _designable(session, actor, code)
    site = await queries.site_by_id(session, code, site_id, locked=True)
    expected.check(site.version)
    site.ends_on = request.ends_on
    await _refuse_overlap(session, site)
    site.version += 1
    event = SiteChanged(site_id=site.id, area=code, role=site.role, starts_on=site.starts_on, ends_on=site.ends_on)
    await emit(session, event, subject=site.id, area=code, actor=actor, at=now)
    return site


async def _designable(session: AsyncSession, actor: Actor, code: str) -> None:
    """Lock the area, so that two sites of it are decided one after the other."""
    area = await area_by_code(session, code, locked=True)
    if not rules.may_designate(actor, code):
        raise Forbidden("To choose sites you need a core group or admin grant for the area.")
    if area.valid_to is not None:
        raise Conflict(f"{code} was closed on {area.valid_to}; choose a successor.", rule="A3")


async def _refuse_overlap(session: AsyncSession, site: Site) -> None:
    others = await queries.spans(session, site.area, but=site.id)
    if unmet := rules.site_obstacles(site.starts_on, site.ends_on, others):
        raise Refused("The area can't be this site in these days.", code="site", rule="A4", unmet=unmet)
