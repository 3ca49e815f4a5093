"""Changes of correction notices."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.contracts.areas import covers
from beatbook.contracts.forum import CorrectionPublished, CorrectionWithdrawn
from beatbook.kit.crypto import canonical_json, sha256_hex
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Refused
from beatbook.kit.events import emit
from beatbook.kit.web import ExpectedVersion
from services.forum.advisories.commands import settle
from services.forum.advisories.rules import About, Caution
from services.forum.areas.queries import area_by_code
from services.forum.concerns.queries import concern_by_id
from services.forum.corrections import queries, rules
from services.forum.corrections.schemas import (
    CorrectionCreate,
    CorrectionPatch,
    CorrectionRevise,
    CorrectionWithdraw,
)
from services.forum.corrections.tables import Correction, CorrectionVersion
from services.forum.decisions.queries import decision_by_id
from services.forum.forums.queries import managed_forum
from services.forum.meetings.queries import meeting_by_id
from services.forum.minutes.queries import minutes_by_id


async def draft_correction(
    session: AsyncSession, actor: Actor, now: datetime, forum_id: UUID, request: CorrectionCreate
) -> Correction:
    """Draft a notice of a forum about a rumour, or about what is said of a thing in its area. Rule F16."""
    forum = await managed_forum(session, actor, forum_id)
    obstacle = rules.subject_obstacle(
        request.about, has_id=request.about_id is not None, has_area=request.about_area is not None
    )
    if obstacle:
        raise Refused(obstacle, code="wrong-subject", rule="F16")
    correction = Correction(
        **request.model_dump(mode="json", include={"texts", "sources"}),
        about=request.about,
        about_id=request.about_id,
        about_area=request.about_area,
        forum_id=forum_id,
        area=forum.area,
        state=rules.CorrectionState.DRAFT,
        advisories=[],
        drafted_at=now,
    )
    subject_area, _ = await _subject(session, actor, correction)
    if not covers(forum.area, subject_area):
        raise Refused("A forum corrects what is said of its own area.", code="wrong-subject", rule="F16")
    session.add(correction)
    await session.flush()
    return correction


async def change_correction(
    session: AsyncSession, actor: Actor, correction_id: UUID, expected: ExpectedVersion, request: CorrectionPatch
) -> Correction:
    """Change a draft. Rule F16."""
    correction = await _stepped(session, actor, correction_id, expected, "changed")
    for name, value in request.model_dump(mode="json", exclude_none=True).items():
        setattr(correction, name, value)
    return correction


async def publish_correction(
    session: AsyncSession, actor: Actor, now: datetime, correction_id: UUID, expected: ExpectedVersion
) -> Correction:
    """Publish a draft: its first version, which never changes. Rule F16."""
    correction = await _stepped(session, actor, correction_id, expected, "published")
    correction.first_published_at = now
    await _publish_version(session, actor, now, correction, reason=None)
    return correction


async def revise_correction(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    correction_id: UUID,
    expected: ExpectedVersion,
    request: CorrectionRevise,
) -> Correction:
    """Publish a revision: a new version that names the one before; the old one stays. Rule F16."""
    correction = await _stepped(session, actor, correction_id, expected, "revised")
    for name, value in request.model_dump(mode="json", include={"texts", "sources"}).items():
        setattr(correction, name, value)
    await _publish_version(session, actor, now, correction, reason=request.reason)
    return correction


async def withdraw_correction(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    correction_id: UUID,
    expected: ExpectedVersion,
    request: CorrectionWithdraw,
) -> Correction:
    """Take a notice back, with the reason; nobody outside hears of a draft that never was public. Rule F16."""
    correction = await _stepped(session, actor, correction_id, expected, "withdrawn")
    correction.state, correction.withdrawn_at = rules.CorrectionState.WITHDRAWN, now
    correction.withdrawn_reason = request.reason
    if correction.published:
        event = CorrectionWithdrawn(
            correction_id=correction.id,
            forum_id=correction.forum_id,
            area=correction.area,
            number=correction.published,
            withdrawn_at=now,
        )
        await emit(session, event, subject=correction.id, area=correction.area, actor=actor, at=now)
        await _settle(session, actor, now, correction, [])
    return correction


async def _stepped(
    session: AsyncSession, actor: Actor, correction_id: UUID, expected: ExpectedVersion, step: str
) -> Correction:
    correction = await queries.managed_correction(session, actor, correction_id)
    expected.check(correction.version)
    if obstacle := rules.step_obstacle(correction.state, step):
        raise Conflict(obstacle, rule="F16")
    correction.version += 1
    return correction


async def _subject(session: AsyncSession, actor: Actor, correction: Correction) -> tuple[str, bool]:
    """The area of what a notice is about, and whether it is public; raises `NotFound`."""
    match correction.about, correction.about_id:
        case rules.Subject.MEETING, UUID() as meeting_id:
            meeting = await meeting_by_id(session, actor, meeting_id)
            return meeting.area, meeting.public
        case rules.Subject.MINUTES, UUID() as minutes_id:
            minutes = await minutes_by_id(session, actor, minutes_id)
            return minutes.area, minutes.published > 0
        case rules.Subject.DECISION, UUID() as decision_id:
            decision = await decision_by_id(session, actor, decision_id)
            return decision.area, decision.public
        case rules.Subject.CONCERN, UUID() as concern_id:
            concern = await concern_by_id(session, actor, concern_id)
            return concern.area, concern.published
        case _:
            area = await area_by_code(session, correction.about_area or correction.area)
            return area.code, True


async def _publish_version(
    session: AsyncSession, actor: Actor, now: datetime, correction: Correction, *, reason: str | None
) -> None:
    _, public = await _subject(session, actor, correction)
    if unmet := rules.publishing_obstacles(len(correction.sources), subject_public=public):
        raise Refused("The notice can't be published yet.", code="not-publishable", rule="F16", unmet=unmet)
    previous = (await queries.newest_versions(session, [correction])).get(correction.id)
    number, revises = correction.published + 1, correction.published or None
    content = {
        "correction_id": str(correction.id),
        "forum_id": str(correction.forum_id),
        "area": correction.area,
        "number": number,
        "revises": revises,
        "reason": reason,
        "previous_sha256": previous.sha256 if previous else None,
        "published_at": now.isoformat(),
        "about": correction.about.value,
        "about_id": str(correction.about_id) if correction.about_id else None,
        "about_area": correction.about_area,
        "texts": correction.texts,
        "sources": correction.sources,
    }
    digest = sha256_hex(canonical_json(content))
    session.add(
        CorrectionVersion(
            correction_id=correction.id,
            number=number,
            revises=revises,
            reason=reason,
            content=content,
            sha256=digest,
            published_at=now,
        )
    )
    correction.state = rules.CorrectionState.PUBLISHED
    correction.published, correction.published_at = number, now
    event = CorrectionPublished(
        correction_id=correction.id,
        forum_id=correction.forum_id,
        area=correction.area,
        number=number,
        revises=revises,
        about=correction.about,
        about_id=correction.about_id,
        about_area=correction.about_area,
        languages=sorted(correction.texts),
        sha256=digest,
        published_at=now,
    )
    await emit(session, event, subject=correction.id, area=correction.area, actor=actor, at=now)
    area = await area_by_code(session, correction.area)
    await _settle(session, actor, now, correction, rules.language_cautions(area.languages, correction.texts))


async def _settle(
    session: AsyncSession, actor: Actor, now: datetime, correction: Correction, cautions: Sequence[Caution]
) -> None:
    correction.advisories = [vars(caution) for caution in cautions]
    await settle(
        session,
        actor,
        now,
        forum_id=correction.forum_id,
        area=correction.area,
        about=About.CORRECTION,
        about_id=correction.id,
        cautions=cautions,
    )
