"""Stored advisories over HTTP."""

from uuid import UUID

from beatbook.kit.auth import CurrentActor
from beatbook.kit.db import Read
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import router
from services.forum.advisories import queries
from services.forum.advisories.schemas import AdvisoryFilter, StoredAdvisoryView

routes = router("/forums/{forum_id}/advisories", tags=["advisories"])


@routes.get("")
async def list_advisories(
    forum_id: UUID, session: Read, actor: CurrentActor, page: PageParams, state: AdvisoryFilter | None = None
) -> Page[StoredAdvisoryView]:
    """A forum's advisories, newest first."""
    rows = await queries.list_advisories(
        session, actor, forum_id, state=state, after=page.after_id(), limit=page.limit + 1
    )
    return page.page(rows, StoredAdvisoryView.model_validate, lambda row: row.id)
