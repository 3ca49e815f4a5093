"""Triage and escalation over HTTP."""

from uuid import UUID

from fastapi import Response

from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Write
from beatbook.kit.web import IfMatch, router, set_etag
from services.forum.concerns.queries import view
from services.forum.concerns.schemas import ConcernView
from services.forum.triage import cases, commands
from services.forum.triage.schemas import CaseProgress, Escalation, Triage

routes = router(tags=["concerns"])


@routes.post("/concerns/{concern_id}/triage")
async def triage_concern(
    concern_id: UUID,
    request: Triage,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> ConcernView:
    """Say what the forum does about a concern."""
    concern = await commands.triage(session, actor, now, concern_id, expected, request)
    set_etag(response, concern.version)
    return view(concern, actor, now)


@routes.post("/concerns/{concern_id}/escalate")
async def escalate_concern(
    concern_id: UUID,
    request: Escalation,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> ConcernView:
    """Move a concern to the forum one tier up."""
    concern = await commands.escalate(session, actor, now, concern_id, expected, request)
    set_etag(response, concern.version)
    return view(concern, actor, now)


@routes.post("/concerns/{concern_id}/case-progress")
async def note_case(
    concern_id: UUID,
    request: CaseProgress,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> ConcernView:
    """Note how far the case is that a concern was opened as, where the case does not tell it by itself."""
    concern = await cases.note_case(session, actor, now, concern_id, expected, request)
    set_etag(response, concern.version)
    return view(concern, actor, now)
