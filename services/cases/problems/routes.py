"""Problem-solving cases over HTTP."""

from uuid import UUID

from fastapi import Response, status

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import AsyncSession, Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.cases.areas.queries import KnownPlaces
from services.cases.problems import commands, queries
from services.cases.problems.rules import Analysis, Assessment, Phase, Plan
from services.cases.problems.schemas import MoveIn, ProblemCreate, ProblemPatch, ProblemSummary, ProblemView
from services.cases.problems.tables import Problem

routes = router("/problems", tags=["problems"])


async def _answer(session: AsyncSession, problem: Problem, response: Response) -> ProblemView:
    set_etag(response, problem.version)
    return await queries.view(session, problem)


@routes.post("", status_code=status.HTTP_201_CREATED)
async def open_problem(
    request: ProblemCreate,
    session: Write,
    actor: CurrentActor,
    now: Now,
    places: KnownPlaces,
    response: Response,
) -> ProblemView:
    """Open a case; who opens it is in its team."""
    return await _answer(session, await commands.open_problem(session, actor, now, places, request), response)


@routes.get("")
async def list_problems(
    session: Read, actor: CurrentActor, page: PageParams, area: AreaCode | None = None, phase: Phase | None = None
) -> Page[ProblemSummary]:
    """The cases you have a part in or oversee, in the area and below it."""
    rows = await queries.list_problems(
        session, actor, area=area, phase=phase, after=page.after_id(), limit=page.limit + 1
    )
    return page.page(rows, ProblemSummary.model_validate, lambda row: row.id)


@routes.get("/{problem_id}")
async def read_problem(problem_id: UUID, session: Read, actor: CurrentActor, response: Response) -> ProblemView:
    """One case with its parts, its steps, and what the next step still needs."""
    return await _answer(session, await queries.problem_by_id(session, actor, problem_id), response)


@routes.patch("/{problem_id}")
async def change_problem(
    problem_id: UUID,
    request: ProblemPatch,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> ProblemView:
    """Change title, statement, consultations, team or supervisor; the category stays as it was opened."""
    changed = await commands.change_problem(session, actor, now, problem_id, expected, request)
    return await _answer(session, changed, response)


@routes.put("/{problem_id}/analysis")
async def write_analysis(
    problem_id: UUID, request: Analysis, session: Write, actor: CurrentActor, expected: IfMatch, response: Response
) -> ProblemView:
    """Write the triangle's three sides, causes, and who else holds data."""
    return await _answer(session, await commands.write_part(session, actor, problem_id, expected, request), response)


@routes.put("/{problem_id}/plan")
async def write_plan(
    problem_id: UUID, request: Plan, session: Write, actor: CurrentActor, expected: IfMatch, response: Response
) -> ProblemView:
    """Write the community safety plan, with its objectives and how each task stands."""
    return await _answer(session, await commands.write_part(session, actor, problem_id, expected, request), response)


@routes.put("/{problem_id}/assessment")
async def write_assessment(
    problem_id: UUID, request: Assessment, session: Write, actor: CurrentActor, expected: IfMatch, response: Response
) -> ProblemView:
    """Write what the response changed, and what to keep, change or stop."""
    return await _answer(session, await commands.write_part(session, actor, problem_id, expected, request), response)


@routes.post("/{problem_id}/move")
async def move_problem(
    problem_id: UUID,
    request: MoveIn,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> ProblemView:
    """Take a case to its next phase, or back to an earlier one; a refused step lists all that is missing."""
    moved = await commands.move_problem(session, actor, now, problem_id, expected, request)
    return await _answer(session, moved, response)
