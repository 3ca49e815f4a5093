"""Changes of trust levels."""

from datetime import datetime

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Forbidden, Refused
from services.forum.areas.queries import area_by_code
from services.forum.forums.rules import may_manage
from services.forum.trust.schemas import TrustCreate
from services.forum.trust.tables import NotedTrust


async def note_trust(
    session: AsyncSession, actor: Actor, now: datetime, code: str, request: TrustCreate
) -> NotedTrust:  # fmt: skip
    """Note an area's trust level; earlier ones stay. Rule F7."""
    area = await area_by_code(session, code)
    if not may_manage(actor, area.code):
        raise Forbidden("To note a trust level you need a council or admin grant for the area.")
    if request.measured_on > now.date():
        raise Refused("measured_on lies in the future: a level is noted once it was measured.", rule="F7")
    noted = NotedTrust(**request.model_dump(), area=area.code, recorded_at=now)
    session.add(noted)
    return noted
