"""The report of a case over HTTP: for whoever may read what is written in it, and noted like any reading. Rule C15."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Request, Response

from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Database, set_context
from beatbook.kit.web import router
from services.cases.case_reports.contents import Section, sections
from services.cases.case_reports.printing import CasePress, page
from services.cases.files.queries import Vault
from services.cases.files.rules import Action
from services.cases.problems import queries

routes = router("/problems", tags=["problems"])

PDF = "application/pdf"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Reading:
    """One actor's reading of cases for their reports.

    Its transaction ends before the type is set: no connection, and no audit chain, waits for a press.
    """

    def __init__(self, request: Request, actor: CurrentActor, now: Now, vault: Vault) -> None:
        self._database: Database = request.app.state.database
        self._press: CasePress = request.app.state.resources[CasePress]
        self._actor, self._now, self._vault = actor, now, vault

    async def page(self, problem_id: UUID) -> Response:
        """The report as HTML."""
        title, parts = await self._read(problem_id, "html")
        return Response(page(title, parts, self._now), media_type="text/html; charset=utf-8", headers=HEADERS)

    async def pdf(self, problem_id: UUID) -> Response:
        """The report as PDF."""
        title, parts = await self._read(problem_id, "pdf")
        name = {"Content-Disposition": f'inline; filename="case-{problem_id}.pdf"'}
        return Response(await self._press.pdf(title, parts, self._now), media_type=PDF, headers=HEADERS | name)

    async def _read(self, problem_id: UUID, form: str) -> tuple[str, list[Section]]:
        async with self._database.sessions.begin() as session:
            await set_context(session, self._actor, self._now)
            case = await queries.case_by_id(
                session, self._actor, self._now, self._vault, problem_id, Action.READ, detail={"report": form}
            )
            view, incidents = queries.view(case), await queries.count_incidents(session, problem_id)
        return view.title, sections(view, incidents)


Reads = Annotated[Reading, Depends()]


@routes.get("/{problem_id}/report", response_class=Response)
async def read_report(problem_id: UUID, reads: Reads, accept: Annotated[str, Header()] = "") -> Response:
    """The whole case to read: PDF where that is asked for and HTML is not, else one HTML file."""
    wants_pdf = PDF in accept and "text/html" not in accept
    return await (reads.pdf(problem_id) if wants_pdf else reads.page(problem_id))


@routes.get("/{problem_id}/report.html", response_class=Response)
async def read_report_page(problem_id: UUID, reads: Reads) -> Response:
    """The whole case as one HTML file that needs nothing else and prints well."""
    return await reads.page(problem_id)


@routes.get("/{problem_id}/report.pdf", response_class=Response)
async def read_report_pdf(problem_id: UUID, reads: Reads) -> Response:
    """The whole case as PDF."""
    return await reads.pdf(problem_id)
