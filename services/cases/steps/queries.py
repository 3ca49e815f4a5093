"""Reads of steps, of a case that was entered."""

from sqlmodel import col, select

from services.cases.agreements.queries import terms_of, warned_of
from services.cases.conferences.queries import conference_of
from services.cases.conferences.rules import counts_as_tried
from services.cases.diversion.queries import Case, Desk, obstacles_of, programme_of
from services.cases.diversion.rules import referral_way
from services.cases.steps import rules
from services.cases.steps.rules import Situation, StepReason
from services.cases.steps.schemas import StepsView, StepView
from services.cases.steps.tables import DiversionStep


async def situation(desk: Desk, case: Case, reason: StepReason | None = None) -> Situation:
    """What a step of a case is decided on."""
    session = desk.session
    programme = await programme_of(session, case)
    meeting = await conference_of(session, case.id)
    return Situation(
        today=desk.today,
        programme=programme,
        obstacles=[] if programme is None else await obstacles_of(session, case, programme, desk.today),
        terms=await terms_of(session, case.id),
        warnings=await warned_of(session, case.id),
        started_on=case.row.started_on,
        meeting_tried=meeting is not None and counts_as_tried(meeting.state, meeting.stopped_by),
        reason=reason,
    )


def place_of_step(step: DiversionStep) -> str:
    """Where a step's text is sealed for."""
    return f"diversion_steps.text.{step.id}"


async def view(desk: Desk, case: Case) -> StepsView:
    """Where a case stands, and where it can go."""
    statement = select(DiversionStep).where(DiversionStep.case_id == case.id).order_by(col(DiversionStep.id))
    steps = (await desk.session.exec(statement)).all()
    now = await situation(desk, case)
    return StepsView(
        state=case.row.state,
        steps=[
            StepView.model_validate(
                step.model_dump(exclude={"sealed_text"}) | {"text": case.read(step.sealed_text, place_of_step(step))}
            )
            for step in steps
        ],
        next={target: rules.unmet(target, now) for target in rules.TRANSITIONS[case.row.state]},
        referral_way=[*referral_way(now.obstacles)],
    )
