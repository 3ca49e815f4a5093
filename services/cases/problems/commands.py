"""Opening, writing and moving cases."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy
from sqlalchemy import Uuid, func, literal
from sqlalchemy.dialects.postgresql import ARRAY, insert

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import ProblemMoved, ProblemOpened
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Forbidden, NotFound, Refused
from beatbook.kit.events import emit
from beatbook.kit.ids import new_id
from beatbook.kit.sealing import KeyRing
from beatbook.kit.web import ExpectedVersion
from services.cases.areas.queries import Places
from services.cases.files.commands import Opening, assign, close, open_file, reopen
from services.cases.files.rules import Action, Field, Kind
from services.cases.plans.commands import keep_items
from services.cases.plans.rules import items
from services.cases.problems import rules
from services.cases.problems.queries import PARTS, TITLE, Case, case_by_id, place_of_reason, seen_incidents
from services.cases.problems.schemas import MoveIn, ProblemCreate, ProblemPatch
from services.cases.problems.tables import Problem, ProblemIncident, ProblemMove
from services.cases.problems.writing import write


async def open_problem(
    session: AsyncSession, actor: Actor, now: datetime, vault: KeyRing, places: Places, request: ProblemCreate
) -> Case:
    """Open a case, in scanning, with the incidents it is about. Rules C4, C14."""
    opening = Opening(Kind.PROBLEM, request.area, supervisor=request.supervisor, team=request.team)
    entered = await open_file(session, actor, now, vault, opening)
    if not (await places.under(session, request.area, now.date())).holds(request.area):
        raise Refused(f"{request.area} is no open area of the register.", code="unknown_area", rule="C4")
    _check_consultations(request.consultations, now)
    parts = rules.Parts(statement=request.statement, consultations=request.consultations)
    problem = Problem(
        id=entered.file.id,
        category=request.category,
        phase=rules.Phase.SCANNING,
        sealed_title=entered.key.seal(request.title, TITLE),
        sealed_parts=entered.key.seal(parts.model_dump(mode="json"), PARTS),
        figures=rules.figures(parts),
    )
    session.add(problem)
    await session.flush()
    case = Case(entered, problem, [])
    await _link(session, actor, now, case, request.incident_ids)
    event = ProblemOpened(problem_id=problem.id, area=request.area, category=problem.category, opened_at=now)
    await emit(session, event, subject=problem.id, area=request.area, actor=actor, at=now)
    return case


async def change_problem(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    problem_id: UUID,
    expected: ExpectedVersion,
    request: ProblemPatch,
) -> Case:
    """Change title, problem statement, consultations, team or supervisor. Rules C4, C14."""
    case = await case_by_id(session, actor, now, vault, problem_id, Action.WRITE, locked=True)
    problem = case.problem
    sent = {name: getattr(request, name) for name in request.model_fields_set}
    assigned = sent.keys() & {"team", "supervisor"}
    if assigned and not case.entered.may(Action.LEAD, Field.TEXT):
        raise Forbidden("Team and supervisor are set by the case's supervisor.", rule="C14")
    expected.check(problem.version)
    if sent.pop("category", problem.category) != problem.category:
        raise Conflict(
            "A case keeps the category it was opened with, by which others know it. Leave category out; if it is "
            "wrong, open another case under the right one.",
            code="category-fixed",
            rule="C4",
        )
    if lacking := [name for name in ("title", "team") if name in sent and sent[name] is None]:
        raise Refused(
            f"A case cannot be without {' and '.join(lacking)}: leave the field out, or send a value.", code="invalid"
        )
    _check_consultations(request.consultations or [], now)
    write(case, {name: sent[name] for name in ("statement", "consultations") if name in sent})
    if "title" in sent:
        problem.sealed_title = case.key.seal(sent["title"], TITLE)
    problem.version += 1
    if assigned:
        assign(case.entered, team=sent.get("team"))
        if "supervisor" in sent:
            case.entered.file.supervisor = sent["supervisor"]
    return case


async def link_incidents(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    problem_id: UUID,
    expected: ExpectedVersion,
    incident_ids: Sequence[UUID],
) -> Case:
    """Say which incidents the case is about, besides those it has. Rules C3, C4."""
    case = await case_by_id(session, actor, now, vault, problem_id, Action.WRITE, locked=True)
    expected.check(case.problem.version)
    await _link(session, actor, now, case, incident_ids)
    case.problem.version += 1
    return case


async def unlink_incident(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    problem_id: UUID,
    expected: ExpectedVersion,
    incident_id: UUID,
) -> Case:
    """Take an incident out of a case that it is not about after all. Rule C4."""
    case = await case_by_id(session, actor, now, vault, problem_id, Action.WRITE, locked=True)
    expected.check(case.problem.version)
    linked = await session.get(ProblemIncident, (problem_id, incident_id))
    if linked is None:
        raise NotFound("incident")
    await session.delete(linked)
    case.problem.version += 1
    return case


async def _link(
    session: AsyncSession, actor: Actor, now: datetime, case: Case, incident_ids: Sequence[UUID]
) -> None:  # fmt: skip
    if not incident_ids:
        return
    seen = await seen_incidents(session, actor, incident_ids)
    unmet = [
        f"incident_ids.{number}: no incident with this id that you may see"
        for number, incident_id in enumerate(incident_ids)
        if incident_id not in seen
    ]
    if unmet:
        raise Refused("A case is about incidents that were recorded.", code="unknown-incidents", rule="C4", unmet=unmet)
    links = sqlalchemy.select(
        literal(case.problem.id), func.unnest(literal(sorted(seen), ARRAY(Uuid))), literal(now), literal(actor.subject)
    )
    names = ["problem_id", "incident_id", "linked_at", "linked_by"]
    await session.exec(insert(ProblemIncident).from_select(names, links).on_conflict_do_nothing())


def _check_consultations(consultations: Sequence[rules.Consultation], now: datetime) -> None:
    if flaws := rules.consultation_flaws(consultations, now):
        raise Refused("A consultation is a talk that was held.", code="consultations-flawed", rule="C4", unmet=flaws)


async def move_problem(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    problem_id: UUID,
    expected: ExpectedVersion,
    request: MoveIn,
) -> Case:
    """Take the case to its next phase, or back to an earlier one with a reason. Rule C4."""
    case = await case_by_id(session, actor, now, vault, problem_id, Action.WRITE, locked=True)
    problem, file = case.problem, case.entered.file
    expected.check(problem.version)
    origin, parts = problem.phase, case.parts
    _check_move(origin, request, parts)
    closed = request.to is rules.Phase.CLOSED
    problem.phase = request.to
    problem.version += 1
    if closed:
        close(case.entered, now, parts.assessment.verdict if parts.assessment else None)
    else:
        reopen(case.entered)
    await keep_items(session, actor, now, file, items(parts.plan, parts.reviews, closed=closed))
    move_id = new_id()
    reason = request.reason
    move = ProblemMove(
        id=move_id,
        problem_id=problem.id,
        origin=origin,
        target=request.to,
        sealed_reason=case.key.seal(reason, place_of_reason(move_id)) if reason else None,
        moved_at=now,
        moved_by=actor.subject,
    )
    session.add(move)
    case.moves.append(move)
    event = ProblemMoved(
        problem_id=problem.id,
        area=file.area,
        origin=origin.value,
        target=request.to.value,
        moved_at=now,
        verdict=parts.assessment.verdict.value if closed and parts.assessment else None,
    )
    await emit(session, event, subject=problem.id, area=file.area, actor=actor, at=now)
    return case


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
