"""Diversion cases over HTTP."""

from uuid import UUID

from fastapi import Depends, Response, status

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.cases.areas.queries import KnownPlaces
from services.cases.diversion import commands, queries, rules
from services.cases.diversion.queries import AtDesk, Case, Desk
from services.cases.diversion.rules import Facts, State
from services.cases.diversion.schemas import (
    AssessmentIn,
    ConsentIn,
    DiversionCreate,
    DiversionPatch,
    DiversionSummary,
    DiversionView,
    EligibilityIn,
    EligibilityView,
)
from services.cases.files.routes import private
from services.cases.files.rules import Action
from services.cases.people.rules import age_on
from services.cases.programmes.queries import rules_of

routes = router("/diversions", tags=["diversion"])
PRIVATE = [Depends(private)]


async def _answer(desk: Desk, case: Case, response: Response) -> DiversionView:
    set_etag(response, case.row.version)
    return await queries.view(desk, case)


@routes.post("", status_code=status.HTTP_201_CREATED, dependencies=PRIVATE)
async def open_diversion(
    request: DiversionCreate, desk: AtDesk, places: KnownPlaces, response: Response
) -> DiversionView:  # fmt: skip
    """Open a case; who opens it is in its team. Domestic and gender-based violence is refused, with another way."""
    return await _answer(desk, await commands.open_diversion(desk, places, request), response)


@routes.get("")
async def list_diversions(
    session: Read,
    actor: CurrentActor,
    now: Now,
    page: PageParams,
    area: AreaCode | None = None,
    state: State | None = None,
) -> Page[DiversionSummary]:
    """The cases you have a part in or oversee, in the area and below it: codes and dates."""
    rows = await queries.list_diversions(
        session, actor, now, area=area, state=state, after=page.after_id(), limit=page.limit + 1
    )
    return page.page(rows, queries.summary, lambda row: row.id)


@routes.post("/eligibility", dependencies=PRIVATE)
async def ask_eligibility(request: EligibilityIn, session: Read, now: Now) -> EligibilityView:
    """Whether a programme is open to somebody, with everything that stands in the way; nothing is kept."""
    programme = await rules_of(session, request.programme_id)
    facts = Facts(
        age=None if request.born_on is None else age_on(request.born_on, request.act_on),
        consents=frozenset(request.consents),
        **request.model_dump(exclude={"programme_id", "act_on", "born_on", "consents"}),
    )
    return queries.eligibility(rules.obstacles(programme, facts, now.date()))


@routes.get("/{case_id}", dependencies=PRIVATE)
async def read_diversion(case_id: UUID, desk: AtDesk, response: Response) -> DiversionView:
    """One case, with how eligibility stands today."""
    return await _answer(desk, await queries.open_case(desk, case_id, Action.READ), response)


@routes.patch("/{case_id}", dependencies=PRIVATE)
async def change_diversion(
    case_id: UUID, request: DiversionPatch, desk: AtDesk, expected: IfMatch, response: Response
) -> DiversionView:
    """Change the text or the link to a referral, or note violence that has become known."""
    return await _answer(desk, await commands.change_diversion(desk, case_id, expected, request), response)


@routes.put("/{case_id}/assessment", dependencies=PRIVATE)
async def assess(
    case_id: UUID, request: AssessmentIn, desk: AtDesk, expected: IfMatch, response: Response
) -> DiversionView:
    """Write down what was found; from then on the case keeps to that version of the programme's rules."""
    return await _answer(desk, await commands.assess(desk, case_id, expected, request), response)


@routes.post("/{case_id}/consents", status_code=status.HTTP_201_CREATED, dependencies=PRIVATE)
async def give_consent(
    case_id: UUID, request: ConsentIn, desk: AtDesk, expected: IfMatch, response: Response
) -> DiversionView:
    """Record who consents, in what capacity, to what, when."""
    return await _answer(desk, await commands.give_consent(desk, case_id, expected, request), response)


@routes.post("/{case_id}/consents/{consent_id}/withdraw", dependencies=PRIVATE)
async def withdraw_consent(case_id: UUID, consent_id: UUID, desk: AtDesk, response: Response) -> DiversionView:
    """Record that a consent is withdrawn: at any time, and without a version to match."""
    return await _answer(desk, await commands.withdraw_consent(desk, case_id, consent_id), response)
