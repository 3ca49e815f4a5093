"""Restorative meetings over HTTP: part of a diversion case, with its version."""

from uuid import UUID

from fastapi import Response

from beatbook.kit.web import IfMatch, router, set_etag
from services.cases.conferences import commands, queries
from services.cases.conferences.rules import Side
from services.cases.conferences.schemas import ConferencePlan, ConferenceView, Result, Screening, SheetView, Stop
from services.cases.diversion.queries import AtDesk, Case, Desk, open_case
from services.cases.diversion.routes import PRIVATE
from services.cases.files.rules import Action, Field

routes = router("/diversions/{case_id}/conference", tags=["diversion"])


async def _answer(desk: Desk, case: Case, response: Response) -> ConferenceView:
    set_etag(response, case.row.version)
    return await queries.view(desk.session, case, await queries.the_conference(desk.session, case.id))


@routes.get("", dependencies=PRIVATE)
async def read_conference(case_id: UUID, desk: AtDesk, response: Response) -> ConferenceView:
    """How the meeting stands, and what it still needs."""
    return await _answer(desk, await open_case(desk, case_id, Action.READ, field=Field.SUMMARY), response)


@routes.get("/sheets/{side}", dependencies=PRIVATE)
async def read_sheet(case_id: UUID, side: Side, desk: AtDesk) -> SheetView:
    """What may be handed to one side: nothing of the other is on it."""
    case = await open_case(desk, case_id, Action.READ, detail={"sheet": side})
    return await queries.sheet(desk.session, case, side)


@routes.put("", dependencies=PRIVATE)
async def plan(
    case_id: UUID, request: ConferencePlan, desk: AtDesk, expected: IfMatch, response: Response
) -> ConferenceView:  # fmt: skip
    """Plan the meeting, or plan it anew before it starts."""
    return await _answer(desk, await commands.plan(desk, case_id, expected, request), response)


@routes.put("/screening", dependencies=PRIVATE)
async def screen(
    case_id: UUID, request: Screening, desk: AtDesk, expected: IfMatch, response: Response
) -> ConferenceView:  # fmt: skip
    """Record the safety screen of both sides."""
    return await _answer(desk, await commands.screen(desk, case_id, expected, request), response)


@routes.post("/start", dependencies=PRIVATE)
async def start(case_id: UUID, desk: AtDesk, expected: IfMatch, response: Response) -> ConferenceView:
    """Start the meeting; a refusal lists all that it still needs."""
    return await _answer(desk, await commands.start(desk, case_id, expected), response)


@routes.post("/hold", dependencies=PRIVATE)
async def hold(case_id: UUID, request: Result, desk: AtDesk, expected: IfMatch, response: Response) -> ConferenceView:
    """Record that the meeting was held to its end."""
    return await _answer(desk, await commands.hold(desk, case_id, expected, request), response)


@routes.post("/stop", dependencies=PRIVATE)
async def stop(case_id: UUID, request: Stop, desk: AtDesk, response: Response) -> ConferenceView:
    """Stop the meeting at once: either side may, at any time; no version is asked for."""
    return await _answer(desk, await commands.stop(desk, case_id, request), response)
