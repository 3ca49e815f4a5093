"""Follow-ups over HTTP, and what they add up to."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read
from beatbook.kit.web import IfMatch, router, set_etag
from services.cases.diversion.queries import AtDesk, Case, Desk, open_case
from services.cases.diversion.routes import PRIVATE
from services.cases.files.rules import Action
from services.cases.followups import commands, queries
from services.cases.followups.rules import After
from services.cases.followups.schemas import Answer, FollowUpView, ReoffendingView

routes = router("/diversions/{case_id}/follow-ups", tags=["diversion"])
figures = router("/reoffending", tags=["diversion"])


async def _answer(desk: Desk, case: Case, response: Response) -> list[FollowUpView]:
    set_etag(response, case.row.version)
    return [FollowUpView.model_validate(row) for row in await queries.follow_ups_of(desk.session, case.id)]


@routes.get("", dependencies=PRIVATE)
async def read_follow_ups(case_id: UUID, desk: AtDesk, response: Response) -> list[FollowUpView]:
    """What is to be asked after the case's end, and whether it was answered; never what."""
    return await _answer(desk, await open_case(desk, case_id, Action.READ), response)


# PUT, for the hash of a POST's body is kept with its address, and of two possible bodies a hash hides neither
@routes.put("/{months}", dependencies=PRIVATE)
async def answer(
    case_id: UUID, months: After, request: Answer, desk: AtDesk, expected: IfMatch, response: Response
) -> list[FollowUpView]:
    """Say whether the person offended again: it is counted without them."""
    case = await commands.answer(desk, case_id, months, expected, reoffended=request.reoffended)
    return await _answer(desk, case, response)


@figures.get("")
async def read_reoffending(
    session: Read,
    actor: CurrentActor,
    now: Now,
    area: AreaCode,
    year: Annotated[int, Query(ge=2000, le=2200)],
    months: After,
) -> ReoffendingView:
    """Who offended again within six or twelve months, by programme and outcome, under disclosure control."""
    return await queries.reoffending(session, actor, now, country=area, year=year, months=months)
