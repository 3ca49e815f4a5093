"""Steps over HTTP: part of a diversion case, with its version."""

from uuid import UUID

from fastapi import Response

from beatbook.kit.web import IfMatch, router, set_etag
from services.cases.diversion.queries import AtDesk, Case, Desk, open_case
from services.cases.diversion.routes import PRIVATE
from services.cases.files.rules import Action
from services.cases.steps import commands, queries
from services.cases.steps.schemas import StepIn, StepsView

routes = router("/diversions/{case_id}/steps", tags=["diversion"])


async def _answer(desk: Desk, case: Case, response: Response) -> StepsView:
    set_etag(response, case.row.version)
    await desk.session.flush()
    return await queries.view(desk, case)


@routes.get("", dependencies=PRIVATE)
async def read_steps(case_id: UUID, desk: AtDesk, response: Response) -> StepsView:
    """The steps so far, and what each next one still needs."""
    return await _answer(desk, await open_case(desk, case_id, Action.READ), response)


@routes.post("", dependencies=PRIVATE)
async def take_step(
    case_id: UUID, request: StepIn, desk: AtDesk, expected: IfMatch, response: Response
) -> StepsView:  # fmt: skip
    """Take the case to another state; a refused step lists all that is unmet."""
    return await _answer(desk, await commands.take_step(desk, case_id, expected, request), response)
