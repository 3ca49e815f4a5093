"""Changes of assignments. Rule H1."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from beatbook.contracts.actor import Actor
from beatbook.contracts.handover import AdvisorAssigned
from beatbook.kit.errors import Conflict, Forbidden, NotFound, Refused
from beatbook.kit.events import emit
from beatbook.kit.web import ExpectedVersion
from services.handover.areas.queries import area_by_code
from services.handover.assignments import queries, rules
from services.handover.assignments.schemas import AssignmentCreate, AssignmentPatch
from services.handover.assignments.tables import Assignment


async def assign_advisor(session: AsyncSession, actor: Actor, now: datetime, request: AssignmentCreate) -> Assignment:
    """Assign an advisor to an open area. Rule H1."""
    if not rules.may_see(actor, request.area):
        raise NotFound("area")
    _check_may_assign(actor, request.area)
    area = await area_by_code(session, request.area)
    if area.closed_on is not None:
        raise Conflict(f"{area.code} was closed on {area.closed_on}; assign to a successor.", rule="A3")
    assignment = Assignment(**request.model_dump(), created_at=now)
    await _check(session, assignment)
    session.add(assignment)
    await session.flush()
    event = AdvisorAssigned(
        assignment_id=assignment.id,
        area=assignment.area,
        starts_on=assignment.starts_on,
        ends_on=assignment.ends_on,
    )
    await emit(session, event, subject=assignment.id, area=assignment.area, actor=actor, at=now)
    return assignment


async def change_assignment(
    session: AsyncSession, actor: Actor, assignment_id: UUID, expected: ExpectedVersion, request: AssignmentPatch
) -> Assignment:
    """Change an assignment's mandate, last day or successor. Rule H1."""
    assignment = await queries.assignment_by_id(session, assignment_id, actor, locked=True)
    _check_may_assign(actor, assignment.area)
    expected.check(assignment.version)
    for name, value in request.model_dump(exclude_unset=True).items():
        if value is not None or name == "successor_id":
            setattr(assignment, name, value)
    await _check(session, assignment)
    assignment.version += 1
    return assignment


def _check_may_assign(actor: Actor, area: str) -> None:
    if not rules.may_assign(actor, area):
        raise Forbidden("To make or change an assignment you need an advisor or admin grant for its area.")


async def _check(session: AsyncSession, assignment: Assignment) -> None:
    """Refuse dates and a successor that don't fit, all at once."""
    unmet = rules.dates_faults(assignment.starts_on, assignment.ends_on)
    if assignment.successor_id is not None:
        with session.no_autoflush:
            successor = await session.get(Assignment, assignment.successor_id)
        unmet += _successor_faults(assignment.id, assignment.area, assignment.starts_on, successor)
    if unmet:
        raise Refused("The assignment does not hold together.", code="assignment-refused", rule="H1", unmet=unmet)


def _successor_faults(own: UUID, area: str, starts_on: date, successor: Assignment | None) -> list[str]:
    if successor is None or successor.area != area or successor.id == own:
        return ["successor_id: name another assignment of the same area"]
    if successor.starts_on <= starts_on:
        return ["successor_id: a successor begins after the one who leaves"]
    return []
