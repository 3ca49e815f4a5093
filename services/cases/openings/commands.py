"""Breaking the glass, ending it early, and looking into it afterwards. Rule C14."""

from datetime import datetime
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import OpeningEnded, OpeningForced, OpeningReviewed
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Forbidden, Gone, NotFound
from beatbook.kit.events import emit
from beatbook.kit.ids import new_id
from beatbook.kit.sealing import KeyRing
from beatbook.kit.web import ExpectedVersion
from services.cases.audit.commands import note
from services.cases.files.queries import EXPUNGED, behind_the_wall, file_and_key, open_key
from services.cases.files.rules import Finding, Part, may_break_glass, part_of
from services.cases.files.tables import CaseOpening
from services.cases.openings import queries, rules
from services.cases.openings.schemas import ReviewIn
from services.cases.tasks.commands import close_about, give
from services.cases.tasks.rules import Outcome, TaskKind


async def break_glass(
    session: AsyncSession, actor: Actor, now: datetime, vault: KeyRing, case_id: UUID, reason: str
) -> CaseOpening:
    """Open a case for an hour to who has a role for its area and no part in it; supervisors and oversight are told.

    Raises `NotFound` for who has no such role, as for a case that is not there. Rule C14.
    """
    async with behind_the_wall(session):
        file, wrapped = await file_and_key(session, case_id)
    if file is None:
        raise NotFound("case")
    part = part_of(actor, file)
    if part in {Part.SUPERVISOR, Part.TEAM}:
        raise Conflict("You have a part in this case: read it as it is.", code="part-held", rule="C14")
    if not may_break_glass(actor, file.kind, file.area):
        if part is not None:
            raise Forbidden("Your part in this case does not allow this.", rule="C14")
        raise NotFound("case")
    if (key := open_key(vault, wrapped, case_id)) is None:
        raise Gone(EXPUNGED, rule="C16")
    opening_id = new_id()
    opening = CaseOpening(
        id=opening_id,
        case_id=case_id,
        kind=file.kind,
        area=file.area,
        supervisor=file.supervisor,
        subject=actor.subject,
        sealed_reason=key.seal(reason, f"{queries.REASON}.{opening_id}"),
        opened_at=now,
        expires_at=now + rules.OPEN_FOR,
    )
    session.add(opening)
    await session.flush()
    detail = {"opening": str(opening.id)}
    await note(session, actor, now, "break_glass", case_id=case_id, kind=file.kind, detail=detail)
    await give(
        session, actor, now, area=file.area, kind=TaskKind.REVIEW_OPENING, about="opening", about_id=opening.id,
        due_at=now + rules.REVIEW_WITHIN, is_urgent=True,
    )  # fmt: skip
    event = OpeningForced(
        opening_id=opening.id, case_id=case_id, kind=file.kind, area=file.area, expires_at=opening.expires_at
    )
    await emit(session, event, subject=opening.id, area=file.area, actor=actor, at=now)
    return opening


async def end(
    session: AsyncSession, actor: Actor, now: datetime, opening_id: UUID, expected: ExpectedVersion
) -> CaseOpening:
    """Close a case to them before the hour is over: by a witness, or by who opened it and is done. Rule C14."""
    opening = await queries.opening_by_id(session, actor, opening_id, locked=True)
    expected.check(opening.version)
    if not rules.is_running(opening, now):
        raise Conflict("The case is not open by this any more.", code="over", rule="C14")
    opening.version += 1
    await _end(session, actor, now, opening)
    return opening


async def review(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    opening_id: UUID,
    expected: ExpectedVersion,
    request: ReviewIn,
) -> CaseOpening:
    """Record whether an opening was justified, once; one that was not ends at once. Rule C14."""
    opening = await queries.opening_by_id(session, actor, opening_id, locked=True)
    if not rules.may_review(actor, opening):
        raise Forbidden("Somebody else reviews what you opened.", rule="C14")
    expected.check(opening.version)
    if opening.finding is not None:
        raise Conflict("This opening was reviewed.", code="reviewed", rule="C14")
    key = await queries.key_of(session, vault, opening)
    opening.finding, opening.reviewed_at, opening.reviewed_by = request.finding, now, actor.subject
    opening.sealed_note = key.seal(request.note, f"{queries.NOTE}.{opening.id}") if key else None
    opening.version += 1
    if request.finding is Finding.NOT_JUSTIFIED and rules.is_running(opening, now):
        await _end(session, actor, now, opening)
    detail = {"opening": str(opening.id), "finding": request.finding}
    await note(session, actor, now, "review_opening", case_id=opening.case_id, kind=opening.kind, detail=detail)
    await close_about(session, actor, now, TaskKind.REVIEW_OPENING, opening.id, Outcome.DONE)
    event = OpeningReviewed(
        opening_id=opening.id, case_id=opening.case_id, area=opening.area, finding=request.finding.value
    )
    await emit(session, event, subject=opening.id, area=opening.area, actor=actor, at=now)
    return opening


async def _end(session: AsyncSession, actor: Actor, now: datetime, opening: CaseOpening) -> None:
    opening.expires_at = now
    detail = {"opening": str(opening.id)}
    await note(session, actor, now, "end_opening", case_id=opening.case_id, kind=opening.kind, detail=detail)
    event = OpeningEnded(opening_id=opening.id, case_id=opening.case_id, area=opening.area)
    await emit(session, event, subject=opening.id, area=opening.area, actor=actor, at=now)
