"""What a year's report is made of, each thing through the door of its own feature; and the reports adopted."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, func, select

from beatbook.contracts.actor import PUBLIC, Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from services.forum.advisories.tables import Advisory
from services.forum.concerns import queries as concerns
from services.forum.concerns.tables import Concern
from services.forum.consultations import queries as consultations
from services.forum.consultations.tables import Consultation
from services.forum.corrections.rules import CorrectionState
from services.forum.corrections.tables import Correction
from services.forum.decisions import queries as decisions
from services.forum.decisions.rules import ASKS_FOR_SOMETHING
from services.forum.decisions.tables import Decision
from services.forum.forums.queries import forum_by_id
from services.forum.forums.rules import may_see_inside
from services.forum.forums.tables import Forum
from services.forum.initiatives import queries as initiatives
from services.forum.initiatives.tables import Initiative
from services.forum.meetings import queries as meetings
from services.forum.meetings.tables import Meeting
from services.forum.minutes.tables import Minutes
from services.forum.reports.rules import DecisionFact, MeetingFact, Year, bounds
from services.forum.reports.tables import YearlyReport
from services.forum.signals.tables import WarningSignal
from services.forum.trainings.tables import Training

Cursor = tuple[int, int]


async def inside_forum(session: AsyncSession, actor: Actor, forum_id: UUID) -> Forum:
    """The forum, when the actor is inside; raises `NotFound`."""
    forum = await forum_by_id(session, forum_id)
    if not may_see_inside(actor, forum.area):
        raise NotFound("report")
    return forum


async def year_of(session: AsyncSession, actor: Actor, forum: Forum, year: int) -> Year:
    """A forum's year as far as the actor may know of it."""
    start, end = bounds(year, forum.time_zone)
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    inside = actor is not PUBLIC
    return Year(
        meetings=await _meetings(session, actor, forum.id, start, end),
        decisions=[
            DecisionFact(
                row.text, row.owner, row.due_on, row.state.value, row.on_time, row.kind in ASKS_FOR_SOMETHING
            )
            for row in (await session.exec(
                decisions.visible_to(select(Decision), actor)
                .where(Decision.forum_id == forum.id, Decision.decided_on >= first, Decision.decided_on < after)
                .order_by(col(Decision.due_on), col(Decision.id))
            )).all()
        ],
        concerns=[
            (row.state.value, row.on_time if inside else None)
            for row in (await session.exec(
                concerns.visible_to(select(Concern), actor)
                .where(Concern.origin_forum_id == forum.id, Concern.raised_at >= start, Concern.raised_at < end)
            )).all()
        ],
        initiatives=[
            row.state.value
            for row in (await session.exec(
                initiatives.visible_to(select(Initiative), actor)
                .where(Initiative.forum_id == forum.id, Initiative.proposed_at < end)
            )).all()
            if (row.ended_on is None or row.ended_on >= first) and (row.started_on is None or row.started_on < after)
        ],
        consultations=len((await session.exec(
            consultations.visible_to(select(Consultation), actor)
            .where(Consultation.forum_id == forum.id, Consultation.held_on >= first, Consultation.held_on < after)
        )).all()),
        corrections=(await session.exec(
            select(func.count()).select_from(Correction).where(
                Correction.forum_id == forum.id, Correction.state == CorrectionState.PUBLISHED,
                col(Correction.first_published_at) >= start, col(Correction.first_published_at) < end,
            )
        )).one(),
        signals=await _codes(session, forum.id, WarningSignal, start, end) if inside else (),
        advisories=await _codes(session, forum.id, Advisory, start, end) if inside else (),
        trainings=[
            str(state)
            for state in (await session.exec(
                select(Training.state)
                .where(Training.forum_id == forum.id, Training.starts_on >= first, Training.starts_on < after)
            )).all()
        ] if inside else (),
        inside=inside,
    )  # fmt: skip


async def _meetings(
    session: AsyncSession, actor: Actor, forum_id: UUID, start: datetime, end: datetime
) -> list[MeetingFact]:  # fmt: skip
    statement = meetings.visible_to(select(Meeting), actor).where(
        Meeting.forum_id == forum_id, Meeting.starts_at >= start, Meeting.starts_at < end
    )
    found = (await session.exec(statement)).all()
    published = set(
        (
            await session.exec(
                select(Minutes.meeting_id).where(
                    col(Minutes.meeting_id).in_([row.id for row in found]), Minutes.published > 0
                )
            )
        ).all()
    )
    return [
        MeetingFact(row.state.value, row.starts_at, row.members_present, row.public_present, row.id in published)
        for row in found
    ]


async def _codes(
    session: AsyncSession, forum_id: UUID, table: type[WarningSignal] | type[Advisory], start: datetime, end: datetime
) -> list[str]:
    statement = select(table.code).where(
        table.forum_id == forum_id, table.raised_at >= start, table.raised_at < end
    )  # fmt: skip
    return [str(code) for code in (await session.exec(statement)).all()]


async def newest_report(session: AsyncSession, forum_id: UUID, year: int) -> YearlyReport | None:
    """The newest adopted version of a year's report."""
    statement = (
        select(YearlyReport)
        .where(YearlyReport.forum_id == forum_id, YearlyReport.year == year)
        .order_by(col(YearlyReport.number).desc())
        .limit(1)
    )
    return (await session.exec(statement)).first()


async def adopted_report(session: AsyncSession, forum_id: UUID, year: int) -> YearlyReport:
    """The newest adopted version of a year's report; raises `NotFound`."""
    report = await newest_report(session, forum_id, year)
    if report is None:
        raise NotFound("report")
    return report


async def list_reports(
    session: AsyncSession, forum_id: UUID, *, after: Cursor | None, limit: int
) -> Sequence[YearlyReport]:  # fmt: skip
    """Every adopted version of a forum's reports, by year."""
    await forum_by_id(session, forum_id)
    order = (col(YearlyReport.year), col(YearlyReport.number))
    statement = select(YearlyReport).where(YearlyReport.forum_id == forum_id).order_by(*order).limit(limit)
    if after is not None:
        statement = statement.where(tuple_(*order) > tuple_(*after))
    return (await session.exec(statement)).all()
