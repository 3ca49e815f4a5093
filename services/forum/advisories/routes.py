"""Stored advisories over HTTP."""

from uuid import UUID

from fastapi import Response

from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.forum.advisories import commands, queries
from services.forum.advisories.schemas import AdvisoryAcknowledge, AdvisoryFilter, StoredAdvisoryView

routes = router(tags=["advisories"])


@routes.get("/forums/{forum_id}/advisories")
async def list_advisories(
    forum_id: UUID, session: Read, actor: CurrentActor, page: PageParams, state: AdvisoryFilter | None = None
) -> Page[StoredAdvisoryView]:
    """A forum's advisories, newest first."""
    rows = await queries.list_advisories(
        session, actor, forum_id, state=state, after=page.after_id(), limit=page.limit + 1
    )
    return page.page(rows, StoredAdvisoryView.model_validate, lambda row: row.id)


@routes.get("/advisories/{advisory_id}")
async def read_advisory(
    advisory_id: UUID, session: Read, actor: CurrentActor, response: Response
) -> StoredAdvisoryView:  # fmt: skip
    """One advisory."""
    advisory = await queries.advisory_by_id(session, actor, advisory_id)
    set_etag(response, advisory.version)
    return StoredAdvisoryView.model_validate(advisory)


@routes.post("/advisories/{advisory_id}/acknowledge")
async def acknowledge_advisory(
    advisory_id: UUID,
    request: AdvisoryAcknowledge,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> StoredAdvisoryView:
    """Note what comes of an advisory; it stays open until its cause has gone."""
    advisory = await commands.acknowledge(session, actor, now, advisory_id, expected, request)
    set_etag(response, advisory.version)
    return StoredAdvisoryView.model_validate(advisory)
