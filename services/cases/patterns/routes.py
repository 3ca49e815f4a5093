"""Patterns over HTTP."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from beatbook.contracts.actor import Actor
from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import AsyncSession, Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.cases.areas.queries import KnownPlaces
from services.cases.files.queries import Vault
from services.cases.patterns import commands, queries
from services.cases.patterns.rules import State
from services.cases.patterns.schemas import (
    AcceptIn,
    DismissIn,
    MergeIn,
    ProposalSummary,
    ProposalView,
    RankBy,
    RepeatPlaces,
)
from services.cases.patterns.tables import Proposal

routes = router("/patterns", tags=["patterns"])


async def _answer(
    session: AsyncSession, actor: Actor, now: datetime, proposal: Proposal, response: Response
) -> ProposalView:
    set_etag(response, proposal.version)
    return await queries.view(session, actor, now, proposal)


@routes.get("")
async def list_proposals(
    session: Read, actor: CurrentActor, page: PageParams, area: AreaCode | None = None, state: State | None = None
) -> Page[ProposalSummary]:
    """Patterns proposed as problems in areas where you are officer or supervisor, the newest first."""
    rows = await queries.list_proposals(
        session, actor, area=area, state=state, after=page.after_id(), limit=page.limit + 1
    )
    return page.page(rows, ProposalSummary.model_validate, lambda row: row.id)


@routes.get("/repeat-places")
async def list_repeat_places(
    session: Read,
    actor: CurrentActor,
    area: AreaCode | None = None,
    category: Annotated[str | None, Query(pattern=r"^[0-9]{2,6}$", description="An ICCS code and all below it")] = None,
    local_category: Annotated[str | None, Query(max_length=200, description="As the source named it")] = None,
    start: Annotated[date | None, Query(alias="from", description="The first day")] = None,
    until: Annotated[date | None, Query(description="The day after the last")] = None,
    by: Annotated[RankBy, Query(description="Count all at a place together, or by category")] = RankBy.PLACE,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> RepeatPlaces:
    """The places with most incidents, as far as they were counted: some seconds behind their recording."""
    items = await queries.repeat_places(
        session, actor, area=area, category=category, local_category=local_category, start=start, until=until, by=by,
        limit=limit,
    )  # fmt: skip
    return RepeatPlaces(items=items)


@routes.get("/{proposal_id}")
async def read_proposal(
    proposal_id: UUID, session: Read, actor: CurrentActor, now: Now, response: Response
) -> ProposalView:
    """One proposal with its incidents, its places and its test."""
    return await _answer(session, actor, now, await queries.proposal_by_id(session, actor, proposal_id), response)


@routes.post("/{proposal_id}/accept")
async def accept_proposal(
    proposal_id: UUID,
    request: AcceptIn,
    session: Write,
    actor: CurrentActor,
    now: Now,
    vault: Vault,
    places: KnownPlaces,
    expected: IfMatch,
    response: Response,
) -> ProposalView:
    """Open a problem-solving case from a proposal; who does is in its team."""
    accepted = await commands.accept(session, actor, now, vault, places, proposal_id, expected, request)
    return await _answer(session, actor, now, accepted, response)


@routes.post("/{proposal_id}/merge")
async def merge_proposal(
    proposal_id: UUID,
    request: MergeIn,
    session: Write,
    actor: CurrentActor,
    now: Now,
    vault: Vault,
    expected: IfMatch,
    response: Response,
) -> ProposalView:
    """Have a proposal join a case that you have a part in."""
    merged = await commands.merge(session, actor, now, vault, proposal_id, expected, request)
    return await _answer(session, actor, now, merged, response)


@routes.post("/{proposal_id}/dismiss")
async def dismiss_proposal(
    proposal_id: UUID,
    request: DismissIn,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> ProposalView:
    """Dismiss a proposal for a reason; it comes back only with new incidents."""
    dismissed = await commands.dismiss(session, actor, now, proposal_id, expected, request)
    return await _answer(session, actor, now, dismissed, response)
