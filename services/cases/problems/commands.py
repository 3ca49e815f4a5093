"""Opening, writing and moving cases."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import ProblemMoved, ProblemOpened
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Forbidden, Refused
from beatbook.kit.events import emit
from beatbook.kit.ids import new_id
from beatbook.kit.web import ExpectedVersion
from services.cases.areas.queries import Places
from services.cases.problems import queries, rules
from services.cases.problems.schemas import MoveIn, ProblemCreate, ProblemPatch
from services.cases.problems.tables import Problem, ProblemMove


async def open_problem(
    session: AsyncSession, actor: Actor, now: datetime, places: Places, request: ProblemCreate
) -> Problem:  # fmt: skip
    """Open a case, in scanning. Rule C4."""
    if not rules.may_open_problem(actor, request.area):
        raise Forbidden(f"To open a case in {request.area} you need an officer, supervisor or admin grant there.")
    if not (await places.under(session, request.area, now.date())).holds(request.area):
        raise Refused(f"{request.area} is no open area of the register.", code="unknown_area", rule="C4")
    _check_consultations(request.consultations, now)
    parts = rules.Parts(statement=request.statement, consultations=request.consultations)
    problem = Problem(
        id=new_id(),
        area=request.area,
        title=request.title,
        category=request.category,
        phase=rules.Phase.SCANNING,
        supervisor=request.supervisor,
        team=sorted({*request.team, actor.subject}),
        parts=parts.model_dump(mode="json"),
        opened_at=now,
        opened_by=actor.subject,
    )
    session.add(problem)
    event = ProblemOpened(problem_id=problem.id, area=problem.area, category=problem.category, opened_at=now)
    await emit(session, event, subject=problem.id, area=problem.area, actor=actor, at=now)
    return problem


async def change_problem(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    problem_id: UUID,
    expected: ExpectedVersion,
    request: ProblemPatch,
) -> Problem:
    """Change title, problem statement, consultations, team or supervisor. Rules C4, C14."""
    problem = await queries.problem_by_id(session, actor, problem_id, locked=True)
    sent = {name: getattr(request, name) for name in request.model_fields_set}
    if sent.keys() & {"team", "supervisor"} and not rules.may_assign(actor, problem.area, problem.supervisor):
        raise Forbidden("Team and supervisor are set by the case's supervisor.", rule="C14")
    expected.check(problem.version)
    if sent.pop("category", problem.category) != problem.category:
        raise Conflict(
            "A case keeps the category it was opened with, by which others know it. Leave category out; if it is "
            "wrong, open another case under the right one.",
            code="category-fixed",
            rule="C4",
        )
    _check_consultations(request.consultations or [], now)
    _write(problem, {name: sent.pop(name) for name in ("statement", "consultations") if name in sent})
    for name, value in sent.items():
        if value is None and name in {"title", "team"}:
            raise Refused(f"A case cannot be without {name}: leave the field out, or send a value.", code="invalid")
        setattr(problem, name, value)
    problem.version += 1
    return problem


async def write_part(
    session: AsyncSession,
    actor: Actor,
    problem_id: UUID,
    expected: ExpectedVersion,
    part: rules.Analysis | rules.Plan | rules.Assessment,
) -> Problem:
    """Write the analysis, plan or assessment anew. Rules C5, C6, C7."""
    problem = await queries.problem_by_id(session, actor, problem_id, locked=True)
    expected.check(problem.version)
    if isinstance(part, rules.Plan) and (flaws := rules.plan_flaws(part, problem.opened_at.date())):
        raise Refused("Objectives must be SMART, a dropped task needs its reason, and dates lie within 20 years.",
                      code="plan-flawed", rule="C6", unmet=flaws)  # fmt: skip
    _write(problem, {type(part).__name__.lower(): part})
    problem.version += 1
    return problem


def _check_consultations(consultations: Sequence[rules.Consultation], now: datetime) -> None:
    if flaws := rules.consultation_flaws(consultations, now):
        raise Refused("A consultation is a talk that was held.", code="consultations-flawed", rule="C4", unmet=flaws)


def _write(problem: Problem, parts: Mapping[str, Any]) -> None:
    """Put parts into the case, None empties one; raises `Conflict` for those that a step was taken on."""
    if frozen := rules.frozen_parts(problem.phase, list(parts)):
        raise Conflict(
            f"The case is in {problem.phase}: go back to an earlier phase to change {', '.join(frozen)}.",
            code="part-frozen",
            rule="C4",
        )
    written = rules.Parts(**{name: value for name, value in parts.items() if value is not None})
    problem.parts = problem.parts | written.model_dump(mode="json", include=set(parts))


async def move_problem(
    session: AsyncSession, actor: Actor, now: datetime, problem_id: UUID, expected: ExpectedVersion, request: MoveIn
) -> Problem:
    """Take the case to its next phase, or back to an earlier one with a reason. Rule C4."""
    problem = await queries.problem_by_id(session, actor, problem_id, locked=True)
    expected.check(problem.version)
    origin, parts = problem.phase, rules.Parts.model_validate(problem.parts)
    _check_move(origin, request, parts)
    problem.phase = request.to
    problem.version += 1
    move = ProblemMove(
        id=new_id(),
        problem_id=problem.id,
        area=problem.area,
        origin=origin,
        target=request.to,
        reason=request.reason,
        moved_at=now,
        moved_by=actor.subject,
    )
    session.add(move)
    closed = request.to is rules.Phase.CLOSED
    event = ProblemMoved(
        problem_id=problem.id,
        area=problem.area,
        origin=origin.value,
        target=request.to.value,
        moved_at=now,
        verdict=parts.assessment.verdict.value if closed and parts.assessment else None,
    )
    await emit(session, event, subject=problem.id, area=problem.area, actor=actor, at=now)
    return problem


def _check_move(origin: rules.Phase, request: MoveIn, parts: rules.Parts) -> None:
    """Raise `Refused` with all that is unmet, or `Conflict` for a phase that is neither next nor earlier. Rule C4."""
    if rules.is_back(origin, request.to):
        if request.reason is None:
            raise Refused("Going back needs a reason.", code="guards-unmet", rule="C4", unmet=["reason: say why"])
        return
    if not rules.is_next(origin, request.to):
        raise Conflict(f"From {origin} a case goes to the next phase or back to an earlier one.", rule="C4")
    if unmet := rules.unmet_guards(request.to, parts):
        raise Refused(f"The case is not ready for {request.to}.", code="guards-unmet", rule="C4", unmet=unmet)
