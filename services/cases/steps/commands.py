"""Taking a diversion case from state to state. Rules C8, C9, C10."""

from typing import Any
from uuid import UUID

from dateutil.relativedelta import relativedelta

from beatbook.contracts.cases import DiversionMoved
from beatbook.kit.errors import Conflict, Refused
from beatbook.kit.events import emit
from beatbook.kit.ids import new_id
from beatbook.kit.web import ExpectedVersion
from services.cases.conferences.commands import end_with_case
from services.cases.diversion.queries import Case, Desk, open_case, programme_of
from services.cases.diversion.rules import ENDED, REFERRAL_WAY, State
from services.cases.files.commands import close
from services.cases.programmes.rules import ProgrammeRules
from services.cases.steps import queries, rules
from services.cases.steps.schemas import StepIn
from services.cases.steps.tables import DiversionStep


async def take_step(desk: Desk, case_id: UUID, expected: ExpectedVersion, request: StepIn) -> Case:
    """Take a case to another state; refused with everything that is unmet. Rule C10."""
    case = await open_case(desk, case_id, rules.action_for(request.to))
    expected.check(case.row.version)
    origin = case.row.state
    if not rules.may_step(origin, request.to):
        possible = ", ".join(rules.TRANSITIONS[origin]) or "nowhere: it has ended"
        raise Conflict(f"From {origin} a case goes to: {possible}.", code="no-such-step", rule="C10")
    now = await queries.situation(desk, case, request.reason)
    if found := rules.unmet(request.to, now):
        way: dict[str, Any] = {"referral_way": [*REFERRAL_WAY]} if rules.is_violence(now.obstacles) else {}
        raise Refused(f"The case is not ready to be {request.to}.", code="guards-unmet", rule="C10", unmet=found, **way)
    step = DiversionStep(
        id=new_id(),
        case_id=case.id,
        origin=origin,
        target=request.to,
        reason=request.reason,
        moved_at=desk.now,
        moved_by=desk.actor.subject,
    )
    step.sealed_text = case.seal(request.text, queries.place_of_step(step))
    desk.session.add(step)
    await _move(desk, case, request.to, await programme_of(desk.session, case))
    await _tell(desk, case, step, now.programme)
    return case


async def _move(desk: Desk, case: Case, target: State, programme: ProgrammeRules | None) -> None:
    row = case.row
    row.state = target
    row.version += 1
    if target is State.UNDER_WAY:
        row.started_on = desk.today
    if target in ENDED and row.outcome is None:
        # a breach that is then returned stays a breach in the figures, and is kept as long as one
        row.outcome, row.ended_on = target, desk.today
        months: int | None = getattr(programme.record_months, target) if programme else None
        close(case.entered, desk.now, target, months=months)
        if months is not None:
            case.entered.file.keep_until = desk.today + relativedelta(months=months)
        await end_with_case(desk, case)


async def _tell(desk: Desk, case: Case, step: DiversionStep, programme: ProgrammeRules | None) -> None:
    event = DiversionMoved(
        diversion_id=case.id,
        area=case.area,
        origin=step.origin,
        target=step.target,
        programme=programme.code if programme else None,
        rules_version=programme.version if programme else None,
        kind=programme.kind if programme else None,
        reason=step.reason,
        moved_at=desk.now,
    )
    await emit(desk.session, event, subject=case.id, area=case.area, actor=desk.actor, at=desk.now)
