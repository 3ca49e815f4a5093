"""What the clock reminds of about seats: a police chair past the agreed end of its transition. Rule F3."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, SelectBase, select
from sqlmodel import col

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from services.forum.advisories.commands import settle_causes
from services.forum.advisories.rules import About, Caution, ClockCode
from services.forum.forums.rules import police_chair_caution
from services.forum.forums.tables import Forum


async def remind_of_police_chairs(
    session: AsyncSession, actor: Actor, now: datetime, cleared_in: Sequence[UUID] | None = None
) -> bool:
    """Have a forum carry an advisory as long as the police chairs past the agreed day; true when there is more."""
    today = now.date()

    def caution(row: Row[Any]) -> Caution:
        return Caution(ClockCode.POLICE_CHAIR, police_chair_caution(row.police_chair_until, today) or "", "F3")

    forum_id = col(Forum.id)
    causes: SelectBase = select(
        forum_id.label("forum_id"), col(Forum.area), forum_id.label("about_id"), col(Forum.police_chair_until)
    ).where(col(Forum.police_chair_until) < today)
    return await settle_causes(
        session, actor, now, about=About.FORUM, code=ClockCode.POLICE_CHAIR, causes=causes, caution=caution,
        cleared_in=cleared_in,
    )  # fmt: skip
