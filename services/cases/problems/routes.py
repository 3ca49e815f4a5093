"""Problem-solving cases over HTTP."""

from uuid import UUID

from fastapi import Depends, Response, status

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.cases.areas.queries import KnownPlaces
from services.cases.files.queries import Vault
from services.cases.files.routes import private
from services.cases.files.rules import Action
from services.cases.plans.rules import Plan
from services.cases.problems import commands, queries, writing
from services.cases.problems.rules import Analysis, Measure, Phase
from services.cases.problems.schemas import (
    AssessmentIn,
    IncidentsIn,
    LinkView,
    MeasureIn,
    MoveIn,
    ProblemCreate,
    ProblemPatch,
    ProblemSummary,
    ProblemView,
    ReviewIn,
)

routes = router("/problems", tags=["problems"])
routes.dependencies.append(Depends(private))


def _answer(case: queries.Case, response: Response) -> ProblemView:
    set_etag(response, case.problem.version)
    return queries.view(case)


@routes.post("", status_code=status.HTTP_201_CREATED)
async def open_problem(
    request: ProblemCreate,
    session: Write,
    actor: CurrentActor,
    now: Now,
    vault: Vault,
    places: KnownPlaces,
    response: Response,
) -> ProblemView:
    """Open a case; who opens it is in its team."""
    return _answer(await commands.open_problem(session, actor, now, vault, places, request), response)


@routes.get("")
async def list_problems(
    session: Write,
    actor: CurrentActor,
    now: Now,
    vault: Vault,
    page: PageParams,
    area: AreaCode | None = None,
    phase: Phase | None = None,
) -> Page[ProblemSummary]:
    """The cases you have a part in or oversee, in the area and below it."""
    rows = await queries.list_problems(
        session, actor, now, vault, area=area, phase=phase, after=page.after_id(), limit=page.limit + 1
    )
    return page.page(rows, lambda row: row, lambda row: row.id)


@routes.get("/{problem_id}")
async def read_problem(
    problem_id: UUID, session: Write, actor: CurrentActor, now: Now, vault: Vault, response: Response
) -> ProblemView:
    """One case with its parts, its steps, and what the next step still needs."""
    return _answer(await queries.case_by_id(session, actor, now, vault, problem_id, Action.READ), response)


@routes.patch("/{problem_id}")
async def change_problem(
    problem_id: UUID,
    request: ProblemPatch,
    session: Write,
    actor: CurrentActor,
    now: Now,
    vault: Vault,
    expected: IfMatch,
    response: Response,
) -> ProblemView:
    """Change title, statement, consultations, team or supervisor; the category stays as it was opened."""
    changed = await commands.change_problem(session, actor, now, vault, problem_id, expected, request)
    return _answer(changed, response)


@routes.put("/{problem_id}/analysis")
async def write_analysis(
    problem_id: UUID,
    request: Analysis,
    session: Write,
    actor: CurrentActor,
    now: Now,
    vault: Vault,
    expected: IfMatch,
    response: Response,
) -> ProblemView:
    """Write the triangle's three sides, causes, and who else holds data."""
    return _answer(await writing.write_analysis(session, actor, now, vault, problem_id, expected, request), response)


@routes.put("/{problem_id}/plan")
async def write_plan(
    problem_id: UUID,
    request: Plan,
    session: Write,
    actor: CurrentActor,
    now: Now,
    vault: Vault,
    expected: IfMatch,
    response: Response,
) -> ProblemView:
    """Write the community safety plan, with its objectives and how each task stands."""
    return _answer(await writing.write_plan(session, actor, now, vault, problem_id, expected, request), response)


@routes.put("/{problem_id}/assessment")
async def write_assessment(
    problem_id: UUID,
    request: AssessmentIn,
    session: Write,
    actor: CurrentActor,
    now: Now,
    vault: Vault,
    expected: IfMatch,
    response: Response,
) -> ProblemView:
    """Write what the response changed, and what to keep, change or stop."""
    return _answer(await writing.write_assessment(session, actor, now, vault, problem_id, expected, request), response)


@routes.post("/{problem_id}/measures")
async def measure(
    problem_id: UUID, request: MeasureIn, session: Write, actor: CurrentActor, now: Now, vault: Vault
) -> Measure:
    """Work out what an assessment would say of an objective, and keep nothing."""
    case = await queries.case_by_id(session, actor, now, vault, problem_id, Action.READ)
    return await writing.measure_objective(session, actor, now, case.parts.plan, request)


@routes.post("/{problem_id}/reviews")
async def hold_review(
    problem_id: UUID,
    request: ReviewIn,
    session: Write,
    actor: CurrentActor,
    now: Now,
    vault: Vault,
    expected: IfMatch,
    response: Response,
) -> ProblemView:
    """Write what a review of the plan found, on the day it was held."""
    return _answer(await writing.hold_review(session, actor, now, vault, problem_id, expected, request), response)


@routes.post("/{problem_id}/move")
async def move_problem(
    problem_id: UUID,
    request: MoveIn,
    session: Write,
    actor: CurrentActor,
    now: Now,
    vault: Vault,
    expected: IfMatch,
    response: Response,
) -> ProblemView:
    """Take a case to its next phase, or back to an earlier one; a refused step lists all that is missing."""
    moved = await commands.move_problem(session, actor, now, vault, problem_id, expected, request)
    return _answer(moved, response)


@routes.get("/{problem_id}/incidents")
async def list_incidents(
    problem_id: UUID, session: Write, actor: CurrentActor, now: Now, vault: Vault, page: PageParams
) -> Page[LinkView]:
    """The incidents a case is about."""
    await queries.case_by_id(session, actor, now, vault, problem_id, Action.READ)
    rows = await queries.list_incidents(session, problem_id, after=page.after_id(), limit=page.limit + 1)
    return page.page(rows, LinkView.model_validate, lambda row: row.incident_id)


@routes.post("/{problem_id}/incidents")
async def link_incidents(
    problem_id: UUID,
    request: IncidentsIn,
    session: Write,
    actor: CurrentActor,
    now: Now,
    vault: Vault,
    expected: IfMatch,
    response: Response,
) -> ProblemView:
    """Say which incidents a case is about, besides those it has."""
    linked = await commands.link_incidents(session, actor, now, vault, problem_id, expected, request.incident_ids)
    return _answer(linked, response)


@routes.delete("/{problem_id}/incidents/{incident_id}")
async def unlink_incident(
    problem_id: UUID,
    incident_id: UUID,
    session: Write,
    actor: CurrentActor,
    now: Now,
    vault: Vault,
    expected: IfMatch,
    response: Response,
) -> ProblemView:
    """Take an incident out of a case that it is not about after all."""
    case = await commands.unlink_incident(session, actor, now, vault, problem_id, expected, incident_id)
    return _answer(case, response)
