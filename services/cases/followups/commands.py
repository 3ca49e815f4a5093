"""Asking whether somebody offended again, and counting the answer without them. Rule C10, decision 0036."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import DiversionMoved
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, NotFound, Refused
from beatbook.kit.events import Fact
from beatbook.kit.web import ExpectedVersion
from services.cases.diversion.queries import Case, Desk, open_case, programme_of
from services.cases.diversion.rules import State
from services.cases.files.queries import as_clock
from services.cases.files.rules import Action
from services.cases.files.tables import CaseFile
from services.cases.followups import rules
from services.cases.followups.tables import FollowUp, ReoffendingCount
from services.cases.tasks.commands import give
from services.cases.tasks.rules import TaskKind

ASKED_A_TURN = 200
TASK_DAYS = timedelta(days=30)


async def plan_follow_ups(session: AsyncSession, actor: Actor, now: datetime, facts: Sequence[Fact]) -> None:  # noqa: ARG001 - a reaction
    """Note when it will be asked, for cases that have just ended. Rule C10."""
    for fact in facts:
        if not isinstance(fact.event, DiversionMoved):
            continue
        file = await session.get_one(CaseFile, fact.event.diversion_id)
        days = rules.due_days(State(fact.event.target), now.date(), file.keep_until)
        session.add_all(FollowUp(case_id=file.id, months=months, due_on=day) for months, day in days.items())
    await session.flush()


async def answer(desk: Desk, case_id: UUID, months: int, expected: ExpectedVersion, *, reoffended: bool) -> Case:
    """Count an answer; the case keeps that it was answered, and nothing keeps what. Rule C10."""
    case = await open_case(desk, case_id, Action.WRITE, detail={"does": "follow_up"})
    expected.check(case.row.version)
    follow_up = await desk.session.get(FollowUp, (case.id, months))
    if follow_up is None:
        raise NotFound("follow-up")
    if follow_up.is_answered:
        raise Conflict("This was answered: it is counted, and cannot be found again.", code="answered", rule="C10")
    if follow_up.due_on > desk.today:
        raise Refused(f"This is asked from {follow_up.due_on.isoformat()} on.", code="too-early", rule="C10")
    programme = await programme_of(desk.session, case)
    assert programme is not None
    assert case.row.outcome is not None
    assert case.row.ended_on is not None
    key = {
        "area": rules.counted_in(case.area),
        "programme": programme.code,
        "rules_version": programme.version,
        "outcome": case.row.outcome.value,
        "quarter": rules.quarter_of(case.row.ended_on),
        "months": months,
    }
    made = insert(ReoffendingCount).values(**key, yes=int(reoffended), no=int(not reoffended))
    counted = {name: col(getattr(ReoffendingCount, name)) + made.excluded[name] for name in ("yes", "no")}
    await desk.session.exec(made.on_conflict_do_update(index_elements=[*key], set_=counted))
    follow_up.is_answered = follow_up.is_asked = True
    case.row.version += 1
    return case


async def ask_due(session: AsyncSession, actor: Actor, now: datetime) -> bool:
    """Give the supervisors of the area the task to ask, once for each follow-up whose day has come. Rule C10.

    True when there is more.
    """
    await as_clock(session)
    statement = (
        select(FollowUp, CaseFile)
        .join(CaseFile, col(CaseFile.id) == col(FollowUp.case_id))
        .where(
            col(FollowUp.due_on) <= now.date(),
            ~col(FollowUp.is_asked),
            ~col(FollowUp.is_answered),
            col(CaseFile.expunged_at).is_(None),
        )
        .order_by(col(FollowUp.case_id))
        .limit(ASKED_A_TURN)
        .with_for_update(of=FollowUp, skip_locked=True)
    )
    due = (await session.exec(statement)).all()
    for follow_up, file in due:
        follow_up.is_asked = True
        await give(
            session, actor, now, area=file.area, kind=TaskKind.ASK_REOFFENDING, about="diversion", about_id=file.id,
            due_at=now + TASK_DAYS, again=True,
        )  # fmt: skip
    return len(due) >= ASKED_A_TURN
