"""Incident intake over HTTP."""

import csv
import re
from collections.abc import AsyncIterator
from datetime import date
from io import StringIO
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response, status
from fastapi.responses import StreamingResponse
from pydantic import Field
from starlette.requests import ClientDisconnect

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Parts, Read, Write
from beatbook.kit.errors import Invalid, Unsupported
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import router, set_etag
from services.cases.areas.queries import KnownPlaces
from services.cases.files.schemas import Moment
from services.cases.incidents import commands, imports, queries
from services.cases.incidents.rules import hours_of
from services.cases.incidents.schemas import (
    BATCH_ROWS,
    BatchIn,
    BatchReport,
    ImportId,
    ImportRefusalView,
    ImportReport,
    ImportView,
    IncidentCreate,
    IncidentFilter,
    IncidentView,
    Sending,
)
from services.cases.reports.rules import FIELDS
from services.cases.reports.streams import Format, RowReader, Unreadable

routes = router("/incidents", tags=["incidents"])
bulk = router("/incidents", tags=["incidents"], bulk=True)
streams = router("/incidents", tags=["incidents"], streams=True)

MEDIA = {
    "text/csv": Format.CSV,
    "application/jsonl": Format.JSON_LINES,
    "application/x-ndjson": Format.JSON_LINES,
    "application/gzip": None,
}
HOURS = r"^([0-9]|1[0-9]|2[0-3])(-([0-9]|1[0-9]|2[0-3]))?$"
Weekday = Annotated[int, Field(ge=0, le=6)]
REFUSAL_COLUMNS = ("batch", "row", "line", "external_id", "reason", "detail")

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


@streams.put(
    "/imports/{import_id}",
    openapi_extra={"requestBody": {"required": True, "content": {media: {} for media in MEDIA}}},
)
async def import_incidents(
    import_id: ImportId,
    sending: Annotated[Sending, Query()],
    request: Request,
    transactions: Parts,
    actor: CurrentActor,
    now: Now,
    places: KnownPlaces,
) -> ImportReport:
    """Record the rows of a CSV or JSON lines file of any size as it is sent, plain or gzip.

    Sent again after a break it goes on where it stopped; sent twice, or with other files that hold the same reports,
    each report counts once. The fields are those of a batch's rows; CSV begins with a header that names them.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    packing = request.headers.get("content-encoding", "identity").strip().lower()
    if media not in MEDIA or packing not in ("identity", "gzip"):
        raise Unsupported(f"Send {', '.join(MEDIA)}; Content-Encoding may be gzip.")
    reader = RowReader(MEDIA[media], FIELDS, packed="gzip" in (packing, media.rpartition("/")[2]))
    return await imports.import_stream(
        transactions, actor, now, places, import_id, sending, reader, _chunks(request)
    )  # fmt: skip


@routes.get("/imports/{import_id}")
async def read_import(
    import_id: ImportId, session: Read, actor: CurrentActor, root: AreaCode | None = None
) -> ImportView:
    """The batches of an import that need not be sent again."""
    batches = await queries.complete_batches(session, actor, import_id, root)
    return ImportView(import_id=import_id, batches=list(batches))


@routes.get("/imports/{import_id}/refusals")
async def list_refusals(
    import_id: ImportId, root: AreaCode, session: Read, actor: CurrentActor, page: PageParams
) -> Page[ImportRefusalView]:
    """The rows of an import that were not taken, each with its reason, in the order of the file."""
    rows = await queries.list_refusals(
        session, actor, import_id, root, after=_place(page.after_text()), limit=page.limit + 1
    )
    return page.page(rows, ImportRefusalView.model_validate, lambda item: f"{item.batch} {item.row}")


@routes.get("/imports/{import_id}/refusals.csv", response_class=StreamingResponse, responses={200: {
    "content": {"text/csv": {}}, "description": "A line for each row that was not taken"}})  # fmt: skip
async def download_refusals(
    import_id: ImportId, root: AreaCode, transactions: Parts, actor: CurrentActor
) -> StreamingResponse:
    """The rows of an import that were not taken as CSV, a line each: batch, row, line, external_id, reason, detail."""

    async def pages() -> AsyncIterator[str]:
        after: tuple[int, int] | None = None
        yield ",".join(REFUSAL_COLUMNS) + "\r\n"
        while True:
            async with transactions() as session:
                rows = await queries.list_refusals(session, actor, import_id, root, after=after, limit=BATCH_ROWS)
            if not rows:
                return
            text = StringIO()
            csv.writer(text).writerows([getattr(item, name) for name in REFUSAL_COLUMNS] for item in rows)
            yield text.getvalue()
            after = rows[-1].batch, rows[-1].row

    headers = {"Content-Disposition": 'attachment; filename="refused.csv"', "Cache-Control": "no-store"}
    return StreamingResponse(pages(), media_type="text/csv; charset=utf-8", headers=headers)


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    try:
        async for chunk in request.stream():
            yield chunk
    except ClientDisconnect as error:
        raise Unreadable("The body was broken off. Send it again: what was taken stays.") from error


def _place(cursor: str | None) -> tuple[int, int] | None:
    """Batch and row of a cursor; raises `Invalid` for one that no page gave out."""
    if cursor is None:
        return None
    if not (match := re.fullmatch(r"([0-9]{1,9}) ([0-9]{1,9})", cursor, re.ASCII)):
        raise Invalid("The 'after' cursor is not one that a page gave out: take 'next' of the page before.")
    return int(match[1]), int(match[2])


async def _filter(
    area: AreaCode | None = None,
    category: Annotated[
        str | None, Query(pattern=r"^[0-9]{2,6}$", description="An ICCS code, or how it begins")
    ] = None,
    month: Month = None,
    since: Moment | None = None,
    until: Moment | None = None,
    weekday: Annotated[list[Weekday], Query(description="Monday 0 to Sunday 6; repeat for several")] = [],  # noqa: B006 - FastAPI makes it anew
    hours: Annotated[str | None, Query(pattern=HOURS, description="An hour or a band by local time: 22-4")] = None,
    place: Annotated[str | None, Query(max_length=200)] = None,
    urgent: bool | None = None,
) -> IncidentFilter:
    return IncidentFilter(
        area=area,
        category=category,
        month=date.fromisoformat(f"{month}-01") if month else None,
        since=since,
        until=until,
        weekdays=weekday,
        hours=hours_of(hours) if hours else (),
        place=place,
        is_urgent=urgent,
    )


@routes.get("")
async def list_incidents(
    session: Read, actor: CurrentActor, page: PageParams, wanted: Annotated[IncidentFilter, Depends(_filter)]
) -> Page[IncidentView]:
    """Incidents you may see, in the area and below it, in the order in which they were recorded."""
    rows = await queries.list_incidents(session, actor, wanted, after=page.after_id(), limit=page.limit + 1)
    return page.page(rows, IncidentView.model_validate, lambda row: row.id)


@routes.get("/{incident_id}")
async def read_incident(incident_id: UUID, session: Read, actor: CurrentActor, response: Response) -> IncidentView:
    """One incident."""
    incident = await queries.incident_by_id(session, actor, incident_id)
    set_etag(response, 1)
    return IncidentView.model_validate(incident)
