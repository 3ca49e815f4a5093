"""Yearly reports over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Path
from fastapi.responses import PlainTextResponse

from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.errors import Invalid
from beatbook.kit.paging import Page, PageParams, PageRequest
from beatbook.kit.web import router
from services.forum.reports import commands, queries, rules
from services.forum.reports.schemas import ReportAdopt, ReportDraft, ReportView

routes = router("/forums/{forum_id}/reports", tags=["reports"])

YearInPath = Annotated[int, Path(ge=1900, le=2199)]


@routes.get("")
async def list_reports(forum_id: UUID, session: Read, page: PageParams) -> Page[ReportView]:
    """Every adopted version of a forum's yearly reports, by year."""
    rows = await queries.list_reports(session, forum_id, after=_cursor(page), limit=page.limit + 1)
    return page.page(rows, ReportView.model_validate, lambda row: f"{row.year} {row.number}")


@routes.get("/{year}")
async def read_report(forum_id: UUID, year: YearInPath, session: Read) -> ReportView:
    """A year's report as it was last adopted."""
    return ReportView.model_validate(await queries.adopted_report(session, forum_id, year))


@routes.get("/{year}/document", response_class=PlainTextResponse)
async def read_document(forum_id: UUID, year: YearInPath, session: Read) -> PlainTextResponse:
    """A year's report as a document in Markdown."""
    report = await queries.adopted_report(session, forum_id, year)
    return PlainTextResponse(rules.markdown(report.content), media_type="text/markdown; charset=utf-8")


@routes.get("/{year}/draft")
async def read_draft(forum_id: UUID, year: YearInPath, session: Read, actor: CurrentActor, now: Now) -> ReportDraft:
    """What the year's report would say now, with what is closed: for those inside."""
    forum = await queries.inside_forum(session, actor, forum_id)
    figures = rules.figures(await queries.year_of(session, actor, forum, year), now.date())
    return ReportDraft(
        forum_id=forum_id, year=year, as_of=now, figures=figures, sentences=rules.sentences(figures, year)
    )


@routes.post("/{year}", status_code=201)
async def adopt_report(
    forum_id: UUID, year: YearInPath, request: ReportAdopt, session: Write, actor: CurrentActor, now: Now
) -> ReportView:
    """Adopt a year's report: it is frozen, and public without what is closed."""
    return ReportView.model_validate(await commands.adopt_report(session, actor, now, forum_id, year, request))


def _cursor(page: PageRequest) -> queries.Cursor | None:
    text = page.after_text()
    if text is None:
        return None
    year, _, number = text.partition(" ")
    if not (year.isascii() and year.isdigit() and number.isascii() and number.isdigit()) or len(text) > 12:
        raise Invalid("The 'after' cursor is not one that this list gave out.")
    return int(year), int(number)
