"""Complaints about police over HTTP: anybody sends one and follows it; the oversight body deals with it."""

from uuid import UUID

from fastapi import Depends, Request, Response

from beatbook.contracts.areas import AreaCode, Tier, tier_of
from beatbook.kit.allowances import network_of_caller
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import AsyncSession, Read, Write
from beatbook.kit.errors import NotFound, Refused, answer
from beatbook.kit.idempotency import nameless
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.cases.complaints import commands, queries
from services.cases.complaints.rules import Asking, State
from services.cases.complaints.schemas import (
    ComplaintIn,
    ComplaintMove,
    ComplaintSummary,
    ComplaintView,
    FiguresView,
    FollowView,
    ReceiptIn,
    ReceiptView,
    Year,
)
from services.cases.complaints.tables import Complaint
from services.cases.files.queries import Entered, Vault
from services.cases.files.routes import private

routes = router("/complaints", tags=["complaints"])
figures = router("/complaint-figures", tags=["complaints"])
PRIVATE = [Depends(private)]


async def _answer(
    session: AsyncSession, made: tuple[Entered, Complaint], now: Now, response: Response
) -> ComplaintView:  # fmt: skip
    into, complaint = made
    set_etag(response, complaint.version)
    return await queries.view(session, into, complaint, now)


@routes.post("", status_code=201, dependencies=[*PRIVATE, Depends(nameless)])
async def complain(
    request: ComplaintIn, session: Write, actor: CurrentActor, now: Now, vault: Vault, http: Request
) -> ReceiptView:
    """Complain about police: no sign-in and no name is needed, and the police of the area do not see it.

    The code in the answer is shown once, and is the only way to follow the complaint.
    """
    complaint, code = await commands.complain(session, actor, now, vault, network_of_caller(http, now), request)
    return ReceiptView(
        receipt=code, area=complaint.area, acknowledge_by=complaint.acknowledge_by, decide_by=complaint.decide_by
    )


@routes.post("/follow", responses={200: {"model": FollowView}})
async def follow_complaint(receipt: ReceiptIn, session: Write, now: Now, vault: Vault, http: Request) -> Response:
    """Where a complaint stands, by its code, and what is answered: in the body, so that no address or log holds it.

    A code that is wrong and one that is none get the same answer.
    """
    await commands.spend(session, now, Asking.FOLLOW_FROM, network_of_caller(http, now))
    found = await queries.followed(session, now, vault, receipt.code)
    if found is None:  # answered, not raised: what the question took of the allowance has to stay
        told = answer(NotFound("complaint"))
    else:
        told = Response(found.model_dump_json(), media_type="application/json")
    told.headers["Cache-Control"] = "no-store"
    return told


@routes.get("")
async def list_complaints(
    session: Read, actor: CurrentActor, now: Now, page: PageParams, area: AreaCode | None = None,
    state: State | None = None, overdue: bool = False,
) -> Page[ComplaintSummary]:  # fmt: skip
    """The complaints that you oversee, in the area and below it; those overdue alone with `overdue=true`."""
    rows = await queries.list_complaints(
        session, actor, now, area=area, state=state, overdue=overdue, after=page.after_id(), limit=page.limit + 1
    )
    return page.page(rows, lambda row: queries.summary(row, now), lambda row: row.id)


@routes.get("/{case_id}", dependencies=PRIVATE)
async def read_complaint(
    case_id: UUID, session: Write, actor: CurrentActor, now: Now, vault: Vault, response: Response
) -> ComplaintView:
    """One complaint with its words and steps."""
    return await _answer(session, await queries.entered(session, actor, now, vault, case_id), now, response)


@routes.post("/{case_id}/move", dependencies=PRIVATE)
async def move_complaint(
    case_id: UUID, request: ComplaintMove, session: Write, actor: CurrentActor, now: Now, vault: Vault,
    expected: IfMatch, response: Response,
) -> ComplaintView:  # fmt: skip
    """Take a complaint a step on: acknowledge, review, decide, close. `answer` is what the receipt shows."""
    made = await commands.move(session, actor, now, vault, case_id, expected, request)
    return await _answer(session, made, now, response)


@figures.get("")
async def read_figures(session: Read, now: Now, country: AreaCode, year: Year) -> FiguresView:
    """How many complaints came in, by municipality and quarter that is over: for everyone, small counts withheld."""
    if tier_of(country) is not Tier.NATIONAL:
        raise Refused("Figures are by country: name its code.", code="invalid", rule="K8", unmet=["country"])
    return await queries.figures(session, country, year, now)
