"""What the clock reminds of about minutes: a meeting was held, and nothing was heard of it since. Rule F11."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Row, SelectBase, and_, cast, func, or_, select
from sqlmodel import col

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from services.forum.advisories.commands import settle_causes
from services.forum.advisories.rules import About, Caution, ClockCode
from services.forum.meetings.rules import MeetingState
from services.forum.meetings.tables import Meeting
from services.forum.minutes.rules import REMINDED_FOR_DAYS, SILENT_DAYS, MinutesState, outstanding_caution
from services.forum.minutes.tables import Minutes


async def remind_of_minutes(
    session: AsyncSession, actor: Actor, now: datetime, cleared_in: Sequence[UUID] | None = None
) -> bool:
    """Have silence after a meeting become an advisory, as `minutes_outstanding` says; true when there is more."""
    today = now.date()
    held_on = cast(func.timezone("UTC", col(Meeting.held_at)), Date)
    settled = or_(col(Minutes.published) > 0, and_(~col(Meeting.public), col(Minutes.state) == MinutesState.APPROVED))
    causes: SelectBase = (
        select(
            col(Meeting.forum_id), col(Meeting.area), col(Meeting.id).label("about_id"), col(Meeting.public),
            held_on.label("held_on"),
        )
        .join(Minutes, col(Minutes.meeting_id) == col(Meeting.id), isouter=True)
        .where(
            col(Meeting.state) == MeetingState.HELD,
            held_on < today - timedelta(days=SILENT_DAYS),
            held_on >= today - timedelta(days=REMINDED_FOR_DAYS),
            ~func.coalesce(settled, False),
        )
    )  # fmt: skip

    def caution(row: Row[Any]) -> Caution:
        return outstanding_caution(row.held_on, public=row.public)

    return await settle_causes(
        session, actor, now, about=About.MEETING, code=ClockCode.MINUTES, causes=causes, caution=caution,
        cleared_in=cleared_in,
    )  # fmt: skip
