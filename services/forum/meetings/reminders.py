"""What the clock reminds of about meetings: the agreed interval has passed without one. Rule F7."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Row, SelectBase, cast, func, literal, select
from sqlmodel import col

from beatbook.contracts.actor import Actor
from beatbook.kit.db import UTC_TIME, AsyncSession
from services.forum.advisories.commands import settle_causes
from services.forum.advisories.rules import About, Caution, ClockCode
from services.forum.forums.tables import Forum
from services.forum.meetings.rules import MeetingState, interval_caution
from services.forum.meetings.tables import Meeting


async def remind_of_intervals(
    session: AsyncSession, actor: Actor, now: datetime, cleared_in: Sequence[UUID] | None = None
) -> bool:
    """Have a forum carry an advisory from when its agreed interval has passed until it meets; true when there is more.

    A forum that never met is reminded from the day of its founding on. Days are those of the forum's time zone.
    """
    last_held = (
        select(func.max(col(Meeting.held_at)))
        .where(col(Meeting.forum_id) == Forum.id, col(Meeting.state) == MeetingState.HELD)
        .scalar_subquery()
    )
    last_day = _local_day(func.coalesce(last_held, col(Forum.created_at)))
    forum_id = col(Forum.id)
    causes: SelectBase = select(
        forum_id.label("forum_id"), col(Forum.area), forum_id.label("about_id"), col(Forum.interval_days),
        last_day.label("last_day"), last_held.is_not(None).label("met"),
    ).where(_local_day(literal(now, UTC_TIME)) - last_day > col(Forum.interval_days))  # fmt: skip

    def caution(row: Row[Any]) -> Caution:
        return interval_caution(row.interval_days, row.last_day, met=row.met)

    return await settle_causes(
        session, actor, now, about=About.FORUM, code=ClockCode.INTERVAL, causes=causes, caution=caution,
        cleared_in=cleared_in,
    )  # fmt: skip


def _local_day(moment: ColumnElement[datetime]) -> ColumnElement[date]:
    return cast(func.timezone(col(Forum.time_zone), moment), Date)
