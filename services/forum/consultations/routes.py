"""Consultations over HTTP."""

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
from services.forum.areas.schemas import Day
from services.forum.concerns.schemas import ConcernWords
from services.forum.consultations import commands, queries
from services.forum.consultations.rules import PERIOD, ConsultationState
from services.forum.consultations.schemas import (
    ConsultationCreate,
    ConsultationPatch,
    ConsultationPublish,
    ConsultationView,
    FindingCreate,
    GapsView,
)
from services.forum.consultations.tables import Consultation

routes = router(tags=["consultations"])

_ID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
IDS = rf"^{_ID}(,{_ID})*$"

Forums = Annotated[
    str | None, Query(description="Of any of these forums, ids separated by commas", max_length=4000, pattern=IDS)
]


async def _answer(
    session: AsyncSession, actor: Actor, consultation: Consultation, response: Response
) -> ConsultationView:
    set_etag(response, consultation.version)
    return (await queries.views(session, actor, [consultation]))[0]


@routes.post("/forums/{forum_id}/consultations", status_code=201)
async def record_consultation(
    forum_id: UUID, request: ConsultationCreate, session: Write, actor: CurrentActor, now: Now, response: Response
) -> ConsultationView:
    """Record that people were asked outside a meeting."""
    row = await commands.record_consultation(session, actor, now, forum_id, request)
    return await _answer(session, actor, row, response)


@routes.get("/forums/{forum_id}/consultations/gaps")
async def read_gaps(
    forum_id: UUID,
    session: Read,
    actor: CurrentActor,
    now: Now,
    since: Annotated[Day | None, Query(description="From this day on; a year ago when left out")] = None,
) -> GapsView:
    """The groups that nobody asked, by the list of groups and the minority groups of the area."""
    return await queries.gaps(session, actor, forum_id, since or now.date() - PERIOD)


@routes.get("/consultations")
async def list_consultations(
    session: Read,
    actor: CurrentActor,
    page: PageParams,
    area: Annotated[AreaCode | None, Query(description="This area and everything below it")] = None,
    areas: Annotated[str | None, Query(description="Exactly these areas, separated by commas", max_length=8000)] = None,
    forum: UUID | None = None,
    forums: Forums = None,
    state: ConsultationState | None = None,
) -> Page[ConsultationView]:
    """Consultations, newest first: those without a public summary for those inside only."""
    rows = await queries.list_consultations(
        session,
        actor,
        within=area,
        areas=areas.split(",") if areas else None,
        forum_id=forum,
        forums=[UUID(forum_id) for forum_id in forums.split(",")] if forums else None,
        state=state,
        after=page.after_id(),
        limit=page.limit + 1,
    )
    views = {view.id: view for view in await queries.views(session, actor, rows)}
    return page.page(rows, lambda row: views[row.id], lambda row: row.id)


@routes.get("/consultations/{consultation_id}")
async def read_consultation(
    consultation_id: UUID, session: Read, actor: CurrentActor, response: Response
) -> ConsultationView:
    """One consultation."""
    return await _answer(session, actor, await queries.consultation_by_id(session, actor, consultation_id), response)


@routes.patch("/consultations/{consultation_id}")
async def change_consultation(
    consultation_id: UUID,
    request: ConsultationPatch,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> ConsultationView:
    """Mend what was recorded."""
    row = await commands.change_consultation(session, actor, now, consultation_id, expected, request)
    return await _answer(session, actor, row, response)


@routes.post("/consultations/{consultation_id}/findings", status_code=201)
async def add_finding(
    consultation_id: UUID, request: FindingCreate, session: Write, actor: CurrentActor, response: Response
) -> ConsultationView:
    """Add something that was found."""
    return await _answer(session, actor, await commands.add_finding(session, actor, consultation_id, request), response)


@routes.post("/consultations/{consultation_id}/findings/{number}/concern", status_code=201)
async def raise_finding(
    consultation_id: UUID,
    number: int,
    request: ConcernWords,
    session: Write,
    actor: CurrentActor,
    now: Now,
    response: Response,
) -> ConsultationView:
    """Have a finding become a concern of the forum."""
    row = await commands.raise_finding(session, actor, now, consultation_id, number, request)
    return await _answer(session, actor, row, response)


@routes.post("/consultations/{consultation_id}/publish")
async def publish_consultation(
    consultation_id: UUID,
    request: ConsultationPublish,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> ConsultationView:
    """Give the public a summary."""
    row = await commands.publish_consultation(session, actor, now, consultation_id, expected, request)
    return await _answer(session, actor, row, response)


@routes.post("/consultations/{consultation_id}/withdraw")
async def withdraw_summary(
    consultation_id: UUID, session: Write, actor: CurrentActor, now: Now, expected: IfMatch, response: Response
) -> ConsultationView:
    """Take the summary back from the public."""
    row = await commands.withdraw_summary(session, actor, now, consultation_id, expected)
    return await _answer(session, actor, row, response)
