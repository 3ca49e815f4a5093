"""Incident intake over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, status

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import router, set_etag
from services.cases.areas.queries import KnownPlaces
from services.cases.incidents import commands, queries
from services.cases.incidents.schemas import BatchIn, BatchReport, ImportId, ImportView, IncidentCreate, IncidentView

routes = router("/incidents", tags=["incidents"])
bulk = router("/incidents", tags=["incidents"], bulk=True)

Month = Annotated[str | None, Query(pattern=r"^[1-9][0-9]{3}-(0[1-9]|1[0-2])$", description="YYYY-MM")]


@routes.post(
    "", status_code=status.HTTP_201_CREATED, responses={200: {"description": "It was recorded before: as it is."}}
)
async def record_incident(
    request: IncidentCreate, session: Write, actor: CurrentActor, now: Now, places: KnownPlaces, response: Response
) -> IncidentView:
    """Record one report; one that was recorded before is answered as it is, unless it said something else then."""
    incident, is_new = await commands.record_incident(session, actor, now, places, request)
    if not is_new:
        response.status_code = status.HTTP_200_OK
    set_etag(response, 1)
    return IncidentView.model_validate(incident)


@bulk.post("/batches")
async def record_batch(
    request: BatchIn, session: Write, actor: CurrentActor, now: Now, places: KnownPlaces
) -> BatchReport:  # fmt: skip
    """Record up to 5,000 rows of an import; the report names each row refused and why."""
    return await commands.record_batch(session, actor, now, places, request)


@routes.get("/imports/{import_id}")
async def read_import(import_id: ImportId, session: Read, actor: CurrentActor) -> ImportView:
    """The batches of an import that need not be sent again."""
    batches = await queries.complete_batches(session, actor, import_id)
    return ImportView(import_id=import_id, batches=list(batches))


@routes.get("")
async def list_incidents(
    session: Read, actor: CurrentActor, page: PageParams, area: AreaCode | None = None, month: Month = None
) -> Page[IncidentView]:
    """Incidents you may see, in the area and below it, in the order in which they were recorded."""
    first = date.fromisoformat(f"{month}-01") if month else None
    rows = await queries.list_incidents(
        session, actor, area=area, month=first, after=page.after_id(), limit=page.limit + 1
    )
    return page.page(rows, IncidentView.model_validate, lambda row: row.id)


@routes.get("/{incident_id}")
async def read_incident(incident_id: UUID, session: Read, actor: CurrentActor, response: Response) -> IncidentView:
    """One incident."""
    incident = await queries.incident_by_id(session, actor, incident_id)
    set_etag(response, 1)
    return IncidentView.model_validate(incident)
