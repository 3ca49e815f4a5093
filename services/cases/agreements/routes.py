"""Agreements over HTTP: part of a diversion case, with its version."""

from uuid import UUID

from fastapi import Response, status

from beatbook.kit.web import IfMatch, router, set_etag
from services.cases.agreements import commands, queries
from services.cases.agreements.schemas import AgreementView, SessionIn, TermCreate, TermPatch, TermSettle, WarningIn
from services.cases.diversion.queries import AtDesk, Case, Desk, open_case
from services.cases.diversion.routes import PRIVATE
from services.cases.files.rules import Action

routes = router("/diversions/{case_id}/agreement", tags=["diversion"])


async def _answer(desk: Desk, case: Case, response: Response) -> AgreementView:
    set_etag(response, case.row.version)
    await desk.session.flush()
    return await queries.view(desk.session, case)


@routes.get("", dependencies=PRIVATE)
async def read_agreement(case_id: UUID, desk: AtDesk, response: Response) -> AgreementView:
    """What was agreed, term by term, with sessions and warnings."""
    return await _answer(desk, await open_case(desk, case_id, Action.READ), response)


@routes.post("/terms", status_code=status.HTTP_201_CREATED, dependencies=PRIVATE)
async def add_term(
    case_id: UUID, request: TermCreate, desk: AtDesk, expected: IfMatch, response: Response
) -> AgreementView:  # fmt: skip
    """Set a term; refused is what would be more than the programme's rules allow."""
    return await _answer(desk, await commands.add_term(desk, case_id, expected, request), response)


@routes.patch("/terms/{term_id}", dependencies=PRIVATE)
async def move_term(
    case_id: UUID, term_id: UUID, request: TermPatch, desk: AtDesk, expected: IfMatch, response: Response
) -> AgreementView:
    """Give an open term another day."""
    return await _answer(desk, await commands.move_term(desk, case_id, term_id, expected, request), response)


@routes.delete("/terms/{term_id}", dependencies=PRIVATE)
async def drop_term(
    case_id: UUID, term_id: UUID, desk: AtDesk, expected: IfMatch, response: Response
) -> AgreementView:  # fmt: skip
    """Take a term away again before anything is agreed."""
    return await _answer(desk, await commands.drop_term(desk, case_id, term_id, expected), response)


@routes.post("/terms/{term_id}/sessions", status_code=status.HTTP_201_CREATED, dependencies=PRIVATE)
async def attend(
    case_id: UUID, term_id: UUID, request: SessionIn, desk: AtDesk, expected: IfMatch, response: Response
) -> AgreementView:
    """Record a session that was held, attended or not."""
    return await _answer(desk, await commands.attend(desk, case_id, term_id, expected, request), response)


@routes.post("/terms/{term_id}/settle", dependencies=PRIVATE)
async def settle_term(
    case_id: UUID, term_id: UUID, request: TermSettle, desk: AtDesk, expected: IfMatch, response: Response
) -> AgreementView:
    """Say that a term is done, or need not be and why."""
    return await _answer(desk, await commands.settle_term(desk, case_id, term_id, expected, request), response)


@routes.post("/warnings", status_code=status.HTTP_201_CREATED, dependencies=PRIVATE)
async def warn(
    case_id: UUID, request: WarningIn, desk: AtDesk, expected: IfMatch, response: Response
) -> AgreementView:  # fmt: skip
    """Record a warning about a term: a breach is found only after one, when its deadline has passed."""
    return await _answer(desk, await commands.warn(desk, case_id, expected, request), response)
