"""Hate crimes over HTTP."""

from uuid import UUID

from fastapi import Response, status

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import AsyncSession, Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.cases.hate_crimes import commands, queries
from services.cases.hate_crimes.rules import Classification, Motivation
from services.cases.hate_crimes.schemas import (
    ClassificationIn,
    HateCrimeSummary,
    HateCrimeView,
    IndicatorsIn,
    PerceptionIn,
)

routes = router(tags=["hate crimes"])


@routes.get("/hate-crimes")
async def list_hate_crimes(
    session: Read,
    actor: CurrentActor,
    page: PageParams,
    area: AreaCode | None = None,
    motivation: Motivation | None = None,
    classification: Classification | None = None,
) -> Page[HateCrimeSummary]:
    """Incidents in which bias is perceived or indicated, in the order in which the incidents were recorded."""
    rows = await queries.list_hate_crimes(
        session, actor, area=area, motivation=motivation, classification=classification, after=page.after_id(),
        limit=page.limit + 1,
    )  # fmt: skip
    return page.page(rows, lambda row: row, lambda row: row.incident_id)


@routes.get("/incidents/{incident_id}/hate-crime")
async def read_hate_crime(
    incident_id: UUID, session: Read, actor: CurrentActor, response: Response
) -> HateCrimeView:  # fmt: skip
    """What was noted of bias in an incident, and who noted it when."""
    return await _view(session, actor, incident_id, response)


@routes.post("/incidents/{incident_id}/hate-crime/perceptions", status_code=status.HTTP_201_CREATED)
async def note_perception(
    incident_id: UUID, request: PerceptionIn, session: Write, actor: CurrentActor, now: Now, response: Response
) -> HateCrimeView:
    """Note that somebody perceives bias; it stays, raises the priority and gives the supervisors a task."""
    await commands.note_perception(session, actor, now, incident_id, request)
    return await _view(session, actor, incident_id, response)


@routes.post("/incidents/{incident_id}/hate-crime/indicators", status_code=status.HTTP_201_CREATED)
async def note_indicators(
    incident_id: UUID, request: IndicatorsIn, session: Write, actor: CurrentActor, now: Now, response: Response
) -> HateCrimeView:
    """Note what was observed that points to bias; it flags the incident like a perception."""
    await commands.note_indicators(session, actor, now, incident_id, request)
    return await _view(session, actor, incident_id, response)


@routes.post("/incidents/{incident_id}/hate-crime/classifications", status_code=status.HTTP_201_CREATED)
async def classify(
    incident_id: UUID,
    request: ClassificationIn,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> HateCrimeView:
    """Note how the law sees the bias from now on."""
    await commands.classify(session, actor, now, incident_id, expected, request)
    return await _view(session, actor, incident_id, response)


async def _view(session: AsyncSession, actor: CurrentActor, incident_id: UUID, response: Response) -> HateCrimeView:
    view = await queries.hate_crime_view(session, actor, incident_id)
    set_etag(response, view.version)
    return view
