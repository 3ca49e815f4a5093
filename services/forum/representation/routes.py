"""Representativeness over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read
from beatbook.kit.web import router
from services.forum.areas.schemas import Day
from services.forum.representation import queries
from services.forum.representation.schemas import RepresentationView

routes = router("/forums/{forum_id}/representation", tags=["representation"])


@routes.get("")
async def read_representation(
    forum_id: UUID,
    session: Read,
    actor: CurrentActor,
    now: Now,
    on: Annotated[Day | None, Query(description="As of this day; for those inside the forum only")] = None,
) -> RepresentationView:
    """Who sits in a forum and who comes to it, compared with who lives there."""
    return await queries.representation(session, actor, forum_id, on=on, today=now.date())
