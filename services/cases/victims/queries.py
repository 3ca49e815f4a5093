"""Reads of victims' cases and of what was promised, each through the doors of case files. Rules C14, C20."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, tuple_
from sqlmodel import col, select

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Invalid, NotFound
from beatbook.kit.scoping import lies_within
from beatbook.kit.sealing import KeyRing
from services.cases.files.queries import Entered, enter, visible_to
from services.cases.files.rules import Action, Kind
from services.cases.files.tables import CaseFile
from services.cases.incidents.tables import Incident
from services.cases.victims.rules import Need, promise_state
from services.cases.victims.schemas import AssessmentView, PromiseView, SupportView, VictimSummary, VictimView
from services.cases.victims.tables import Victim, VictimAssessment, VictimPromise, VictimSupport

WORDS = "victim_assessments.words"


async def entered(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    case_id: UUID,
    action: Action = Action.READ,
    *,
    locked: bool = False,
) -> tuple[Entered, Victim]:
    """Let the actor into a victim's case; raises as `files.queries.enter` does."""
    into = await enter(session, actor, now, vault, case_id, action, Kind.VICTIM, locked=locked)
    return into, (await session.exec(select(Victim).where(Victim.id == case_id))).one()


async def list_victims(
    session: AsyncSession, actor: Actor, now: datetime, *, area: str | None, incident_id: UUID | None,
    after: UUID | None, limit: int,
) -> Sequence[Victim]:  # fmt: skip
    """Victims' cases in the order in which they were opened."""
    joined = select(Victim).join(CaseFile, col(CaseFile.id) == col(Victim.id))
    statement = visible_to(joined, actor, now, Kind.VICTIM).order_by(col(Victim.id)).limit(limit)
    if area is not None:
        statement = statement.where(lies_within(col(Victim.area), area))
    if incident_id is not None:
        statement = statement.where(Victim.incident_id == incident_id)
    if after is not None:
        statement = statement.where(col(Victim.id) > after)
    return (await session.exec(statement)).all()


async def promise_of(session: AsyncSession, case_id: UUID, promise_id: UUID) -> VictimPromise:
    """A promise of the case entered, locked; raises `NotFound`."""
    statement = select(VictimPromise).where(VictimPromise.id == promise_id, VictimPromise.case_id == case_id)
    found = (await session.exec(statement.with_for_update())).first()
    if found is None:
        raise NotFound("promise")
    return found


async def open_promises(session: AsyncSession, case_id: UUID) -> Sequence[VictimPromise]:
    """What a victim still waits for, locked in the order in which the clock does."""
    statement = select(VictimPromise).where(
        VictimPromise.case_id == case_id, col(VictimPromise.kept_at).is_(None), col(VictimPromise.stopped_at).is_(None)
    )
    return (await session.exec(statement.order_by(col(VictimPromise.id)).with_for_update())).all()


async def promises_due(
    session: AsyncSession, actor: Actor, now: datetime, *, area: str | None, due_before: date | None,
    after: str | None, limit: int,
) -> Sequence[VictimPromise]:  # fmt: skip
    """What victims still wait for, in cases that the actor has a part in: the most urgent first."""
    joined = select(VictimPromise).join(CaseFile, col(CaseFile.id) == col(VictimPromise.case_id))
    statement = visible_to(joined, actor, now, Kind.VICTIM).where(
        col(VictimPromise.kept_at).is_(None), col(VictimPromise.stopped_at).is_(None)
    )
    if area is not None:
        statement = statement.where(lies_within(col(VictimPromise.area), area))
    if due_before is not None:
        statement = statement.where(col(VictimPromise.due_on) < due_before)
    order = (col(VictimPromise.due_on), col(VictimPromise.id))
    if after is not None:
        statement = statement.where(tuple_(*order) > tuple_(*_cursor(after)))
    return (await session.exec(statement.order_by(*order).limit(limit))).all()


def _cursor(text: str) -> tuple[date, UUID]:
    day, _, promise_id = text.partition(" ")
    try:
        return date.fromisoformat(day), UUID(promise_id)
    except ValueError as error:
        raise Invalid("The 'after' cursor is not one that a page gave out: take 'next' of the page before.") from error


def promise_view(row: VictimPromise, now: datetime) -> PromiseView:
    """A promise's answer."""
    kept, stopped = row.kept_at, row.stopped_at
    state = promise_state(row.due_on, kept.date() if kept else None, stopped.date() if stopped else None, now.date())
    return PromiseView(**row.model_dump(include=set(PromiseView.model_fields)), state=state)


async def count_assessments(session: AsyncSession, case_id: UUID) -> int:
    """How often a victim's needs were assessed."""
    statement = select(func.count()).where(VictimAssessment.case_id == case_id)
    return (await session.exec(statement)).one()


async def view(session: AsyncSession, into: Entered, victim: Victim, now: datetime) -> VictimView:
    """A victim's case whole."""
    assessed = select(VictimAssessment).where(VictimAssessment.case_id == victim.id)
    assessments = (await session.exec(assessed.order_by(col(VictimAssessment.number)))).all()
    arranged = select(VictimSupport).where(VictimSupport.case_id == victim.id).order_by(col(VictimSupport.id))
    supports = (await session.exec(arranged)).all()
    promised = select(VictimPromise).where(VictimPromise.case_id == victim.id)
    promises = (await session.exec(promised.order_by(col(VictimPromise.due_on), col(VictimPromise.id)))).all()
    flagged = select(Incident.repeat_victim).where(Incident.id == victim.incident_id)
    helped = {row.need for row in supports}
    newest = assessments[-1].needs if assessments else []
    return VictimView(
        **VictimSummary.model_validate(victim).model_dump(),
        repeat_victim=(await session.exec(flagged)).first() if victim.incident_id else None,
        assessments=[
            AssessmentView(
                **row.model_dump(exclude={"case_id", "sealed_words"}),
                words=into.key.read(row.sealed_words, f"{WORDS}.{row.number}") if row.sealed_words else None,
            )
            for row in assessments
        ],
        supports=[SupportView.model_validate(row) for row in supports],
        unmet=[need for need in map(Need, newest) if need not in helped],
        promises=[promise_view(row, now) for row in promises],
    )
