"""Changes of consultations."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, delete, select

from beatbook.contracts.actor import Actor
from beatbook.contracts.forum import ConsultationPublished, ConsultationRecorded, ConsultationWithdrawn
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, NotFound, Refused
from beatbook.kit.events import emit
from beatbook.kit.timers import WorkerContext
from beatbook.kit.web import ExpectedVersion
from services.forum.advisories.commands import settle
from services.forum.advisories.rules import About
from services.forum.advisories.tables import Advisory
from services.forum.agenda.commands import amend_entry, queue
from services.forum.agenda.rules import EntryKind
from services.forum.base import CLOCK
from services.forum.concerns.commands import raise_concern
from services.forum.concerns.rules import Origin, Source
from services.forum.concerns.schemas import ConcernWords
from services.forum.consultations import queries, rules
from services.forum.consultations.schemas import (
    AskedIn,
    ConsultationCreate,
    ConsultationPatch,
    ConsultationPublish,
    FindingCreate,
)
from services.forum.consultations.tables import Consultation, ConsultedGroup, Finding
from services.forum.forums.queries import forum_by_id, forum_ids_after, managed_forum
from services.forum.forums.tables import Forum

FORUMS_A_TURN = 500
MOST_FINDINGS = 50


async def record_consultation(
    session: AsyncSession, actor: Actor, now: datetime, forum_id: UUID, request: ConsultationCreate
) -> Consultation:
    """Record that people were asked outside a meeting; it comes onto the forum's next agenda. Rule F21."""
    forum = await managed_forum(session, actor, forum_id)
    asked = await _checked(session, forum.area, request.asked, request.held_on, now.date())
    row = Consultation(
        **request.model_dump(exclude={"asked", "findings"}),
        forum_id=forum_id,
        area=forum.area,
        state=rules.ConsultationState.RECORDED,
        recorded_at=now,
    )
    session.add(row)
    await session.flush()
    _keep_asked(session, row.id, asked)
    session.add_all(
        Finding(consultation_id=row.id, number=number, text=text)
        for number, text in enumerate(request.findings, start=1)
    )
    await queue(
        session,
        now,
        forum_id=forum_id,
        kind=EntryKind.CONSULTATION,
        source_id=row.id,
        title=_title(row),
        public=False,
    )
    event = ConsultationRecorded(
        consultation_id=row.id,
        forum_id=forum_id,
        area=row.area,
        how=row.how,
        held_on=row.held_on,
        groups=[entry.group for entry in asked if entry.group],
        minority_groups=sum(entry.minority_group is not None for entry in asked),
        people=sum(entry.people for entry in asked),
    )
    await emit(session, event, subject=row.id, area=row.area, actor=actor, at=now)
    await session.flush()
    await _remind(session, actor, now, forum)
    return row


async def change_consultation(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    consultation_id: UUID,
    expected: ExpectedVersion,
    request: ConsultationPatch,
) -> Consultation:
    """Mend what was recorded, until a summary is public. Rule F21."""
    row = await _unpublished(session, actor, consultation_id, expected)
    for name, value in request.model_dump(exclude_unset=True, exclude={"asked"}).items():
        if value is not None or name == "place":
            setattr(row, name, value)
    forum = await managed_forum(session, actor, row.forum_id)
    asked = await _checked(session, row.area, request.asked or [], row.held_on, now.date())
    if request.asked is not None:
        await session.exec(delete(ConsultedGroup).where(col(ConsultedGroup.consultation_id) == consultation_id))
        _keep_asked(session, consultation_id, asked)
    row.version += 1
    await amend_entry(session, forum_id=row.forum_id, kind=EntryKind.CONSULTATION, source_id=row.id, title=_title(row))
    await session.flush()
    await _remind(session, actor, now, forum)
    return row


async def add_finding(
    session: AsyncSession, actor: Actor, consultation_id: UUID, request: FindingCreate
) -> Consultation:
    """Add something that was found. Rule F21."""
    row = await queries.managed_consultation(session, actor, consultation_id)
    found = (await queries.findings_of(session, [consultation_id]))[consultation_id]
    if len(found) >= MOST_FINDINGS:
        raise Conflict(f"A consultation has at most {MOST_FINDINGS} findings; record another one.", rule="F21")
    session.add(Finding(consultation_id=consultation_id, number=len(found) + 1, text=request.text))
    row.version += 1
    await session.flush()
    return row


async def raise_finding(
    session: AsyncSession, actor: Actor, now: datetime, consultation_id: UUID, number: int, words: ConcernWords
) -> Consultation:
    """Have a finding become a concern of the forum, once. Rules F14, F21."""
    row = await queries.managed_consultation(session, actor, consultation_id)
    finding = await session.get(Finding, (consultation_id, number))
    if finding is None:
        raise NotFound("finding")
    if finding.concern_id is not None:
        raise Conflict("This finding has become a concern already; follow that one.", rule="F21")
    origin = Origin(Source.CONSULTATION, source_id=consultation_id)
    concern = await raise_concern(session, actor, now, row.forum_id, words, origin)
    finding.concern_id = concern.id
    row.version += 1
    await session.flush()
    return row


async def publish_consultation(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    consultation_id: UUID,
    expected: ExpectedVersion,
    request: ConsultationPublish,
) -> Consultation:
    """Give the public a summary from which no small group can be told. Rules F21, K8."""
    row = await _unpublished(session, actor, consultation_id, expected)
    asked = (await queries.asked_of(session, [consultation_id]))[consultation_id]
    if obstacle := rules.publishing_obstacle(asked, unnamed=request.small_groups_unnamed):
        raise Refused("The summary can't be public yet.", code="small-groups", rule="F21", unmet=[obstacle])
    row.state, row.summary, row.published_at = rules.ConsultationState.PUBLISHED, request.summary, now
    row.version += 1
    event = ConsultationPublished(
        consultation_id=row.id, forum_id=row.forum_id, area=row.area, how=row.how, published_at=now
    )
    await emit(session, event, subject=row.id, area=row.area, actor=actor, at=now)
    return row


async def withdraw_summary(
    session: AsyncSession, actor: Actor, now: datetime, consultation_id: UUID, expected: ExpectedVersion
) -> Consultation:
    """Take the summary back from the public: the consultation is as before. Rule F21."""
    row = await queries.managed_consultation(session, actor, consultation_id)
    expected.check(row.version)
    if row.state is not rules.ConsultationState.PUBLISHED:
        raise Conflict("There is no public summary to take back.", rule="F21")
    row.state, row.published_at = rules.ConsultationState.RECORDED, None
    row.version += 1
    event = ConsultationWithdrawn(consultation_id=row.id, forum_id=row.forum_id, area=row.area)
    await emit(session, event, subject=row.id, area=row.area, actor=actor, at=now)
    return row


async def remind_all(context: WorkerContext) -> None:
    """Remind each forum of the groups that nobody asked for a year; only where that differs is anything written.

    Rule F21.
    """
    now, after = context.clock(), None
    while True:
        async with context.database.sessions.begin() as session:
            ids = await forum_ids_after(session, after, FORUMS_A_TURN)
            forums = (await session.exec(select(Forum).where(col(Forum.id).in_(ids)))).all()
            wanted = await queries.gap_cautions(session, forums, now.date())
            open_ones = select(Advisory.about_id, Advisory.text).where(
                col(Advisory.about_id).in_(ids), Advisory.code == rules.NOT_ASKED, col(Advisory.cleared_at).is_(None)
            )
            told = dict((await session.exec(open_ones)).all())
        for forum in forums:
            if told.get(forum.id) != next((caution.text for caution in wanted[forum.id]), None):
                async with context.database.sessions.begin() as session:
                    await _remind(session, CLOCK, now, await forum_by_id(session, forum.id, locked=True))
        if len(ids) < FORUMS_A_TURN:
            return
        after = ids[-1]


async def _remind(session: AsyncSession, actor: Actor, now: datetime, forum: Forum) -> None:
    """Settle what a forum, locked, is reminded of."""
    await settle(
        session,
        actor,
        now,
        forum_id=forum.id,
        area=forum.area,
        about=About.FORUM,
        about_id=forum.id,
        cautions=(await queries.gap_cautions(session, [forum], now.date()))[forum.id],
        codes={rules.NOT_ASKED},
    )


async def _unpublished(
    session: AsyncSession, actor: Actor, consultation_id: UUID, expected: ExpectedVersion
) -> Consultation:
    row = await queries.managed_consultation(session, actor, consultation_id)
    expected.check(row.version)
    if row.state is rules.ConsultationState.PUBLISHED:
        raise Conflict("A summary is public, so this does not change: take the summary back first.", rule="F21")
    return row


async def _checked(
    session: AsyncSession, area: str, asked: Sequence[AskedIn], held_on: date, today: date
) -> list[rules.Asked]:
    found = [rules.Asked(**entry.model_dump()) for entry in asked]
    unmet = rules.asked_obstacles(found, await queries.minority_groups(session, area))
    if held_on > today:
        unmet.append("held_on lies in the future: record a consultation when it has taken place.")
    if unmet:
        raise Refused("The consultation can't be recorded like this.", code="not-recordable", rule="F21", unmet=unmet)
    return found


def _keep_asked(session: AsyncSession, consultation_id: UUID, asked: Sequence[rules.Asked]) -> None:
    session.add_all(
        ConsultedGroup(consultation_id=consultation_id, number=number, **vars(entry))
        for number, entry in enumerate(asked, start=1)
    )


def _title(row: Consultation) -> str:
    return f"Consultation outside meetings: {row.topic}"
