"""Tension monitoring over HTTP."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.errors import Refused
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.cases.tension import commands, queries
from services.cases.tension.rules import parse_week, week_of
from services.cases.tension.schemas import BelowView, ReadingIn, ReadingPatch, ReadingView, TensionView, Week

routes = router(tags=["tension"])
MOST_WEEKS = 106
USUAL_WEEKS = 12


@routes.get("/tension")
async def read_tension(
    session: Read,
    actor: CurrentActor,
    now: Now,
    area: AreaCode,
    first: Week | None = None,
    last: Annotated[Week | None, Query(description="This week, unless said")] = None,
) -> TensionView:
    """An area's level week by week, with the trend; a week without a level is missing, not calm."""
    end = parse_week(last) if last else week_of(now.date())
    start = parse_week(first) if first else end - timedelta(weeks=USUAL_WEEKS - 1)
    if not 0 <= (end - start).days // 7 < MOST_WEEKS:
        raise Refused(f"Ask for 1 to {MOST_WEEKS} weeks, the first one first.", code="invalid", unmet=["first", "last"])
    return await queries.tension(session, actor, area, start, end)


@routes.get("/tension/below")
async def read_below(session: Read, actor: CurrentActor, area: AreaCode, week: Week) -> BelowView:
    """The highest and the median level of the areas below one in a week; none of them by itself."""
    return await queries.below(session, actor, area, parse_week(week))


@routes.post("/tension-readings", status_code=201)
async def record_reading(
    request: ReadingIn, session: Write, actor: CurrentActor, now: Now, response: Response
) -> ReadingView:
    """Record how tense an area is, as somebody experienced it, as was evidenced, or as could come; no names."""
    reading = await commands.record(session, actor, now, request)
    set_etag(response, reading.version)
    return ReadingView.model_validate(reading)


@routes.get("/tension-readings")
async def list_readings(
    session: Read, actor: CurrentActor, page: PageParams, area: AreaCode | None = None, week: Week | None = None
) -> Page[ReadingView]:
    """The readings of areas where you record them, those that count no more too."""
    rows = await queries.list_readings(
        session, actor, area=area, week=parse_week(week) if week else None, after=page.after_id(), limit=page.limit + 1
    )
    return page.page(rows, ReadingView.model_validate, lambda row: row.id)


@routes.get("/tension-readings/{reading_id}")
async def read_reading(reading_id: UUID, session: Read, actor: CurrentActor, response: Response) -> ReadingView:
    """One reading."""
    reading = await queries.reading_by_id(session, actor, reading_id)
    set_etag(response, reading.version)
    return ReadingView.model_validate(reading)


@routes.post("/tension-readings/{reading_id}/correct")
async def correct_reading(
    reading_id: UUID, request: ReadingPatch, session: Write, actor: CurrentActor, now: Now, expected: IfMatch,
    response: Response,
) -> ReadingView:  # fmt: skip
    """Put another reading in its place; the answer is that one."""
    reading = await commands.correct(session, actor, now, reading_id, expected, request)
    set_etag(response, reading.version)
    return ReadingView.model_validate(reading)


@routes.post("/tension-readings/{reading_id}/withdraw")
async def withdraw_reading(
    reading_id: UUID, session: Write, actor: CurrentActor, now: Now, expected: IfMatch, response: Response
) -> ReadingView:
    """Take a reading back: it stays, and counts no more."""
    reading = await commands.correct(session, actor, now, reading_id, expected, None)
    set_etag(response, reading.version)
    return ReadingView.model_validate(reading)
