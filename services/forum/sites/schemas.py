"""Request and answer shapes of sites."""

from datetime import date
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.forum.areas.schemas import Day
from services.forum.sites.rules import SiteRole


class SiteCreate(StrictModel):
    """An area becomes a site."""

    role: SiteRole
    starts_on: Day
    ends_on: Day | None = None


class SitePatch(StrictModel):
    """When a site ends; null: no end is set."""

    ends_on: Day | None


class SiteView(View):
    """A site."""

    id: UUID
    area: AreaCode
    role: SiteRole
    starts_on: date
    ends_on: date | None
    version: int
