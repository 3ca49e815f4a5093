"""Raising concerns, and what the forum changes of their words."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlmodel import func, select

from beatbook.contracts.actor import PUBLIC, Actor, Role
from beatbook.contracts.forum import ConcernPublished, ConcernRaised
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Forbidden, Refused
from beatbook.kit.events import emit
from beatbook.kit.receipts import CODE_BITS, receipt_code, receipt_hash
from beatbook.kit.web import ExpectedVersion
from services.forum.agenda.queries import entries_of
from services.forum.agenda.rules import EntryKind
from services.forum.areas.queries import area_by_code
from services.forum.concerns import queries, rules
from services.forum.concerns.schemas import AnonymousConcern, ConcernCreate, ConcernPatch, ConcernWords
from services.forum.concerns.tables import Concern, ConcernStep
from services.forum.forums.queries import forum_by_id
from services.forum.forums.tables import Forum
from services.forum.meetings.queries import meeting_by_id
from services.forum.members.queries import seats
from services.forum.receipts.commands import take
from services.forum.receipts.rules import Asking

WORDS = frozenset({"text", "wish", "place", "point"})


async def raise_concern(
    session: AsyncSession, actor: Actor, now: datetime, forum_id: UUID, words: ConcernWords, origin: rules.Origin
) -> Concern:
    """Bring a concern into a forum: for this feature's routes, and for consultations whose findings become concerns.

    The caller has checked that the actor may. Rules F14, F21.
    """
    forum = await forum_by_id(session, forum_id)
    concern = _concern(forum, now, words, origin)
    if obstacle := await _place_obstacle(session, forum.area, words):
        raise Refused("The concern's place is elsewhere.", code="wrong-place", rule="F14", unmet=[obstacle])
    await _keep(session, concern, actor, now)
    return concern


async def bring_concern(
    session: AsyncSession, actor: Actor, now: datetime, forum_id: UUID, request: ConcernCreate
) -> Concern:
    """Raise a concern at a meeting, or for a seat. Rule F14."""
    forum = await forum_by_id(session, forum_id)
    if not rules.may_raise(actor, forum.area):
        raise Forbidden(
            "To bring in a concern you need a seat in the forum, or a council, officer or admin grant there."
        )
    unmet: list[str] = []
    closed = False
    if request.meeting_id is not None:
        meeting = await meeting_by_id(session, actor, request.meeting_id)
        closed = not meeting.public
        if meeting.forum_id != forum_id:
            unmet.append("The meeting is not one of this forum.")
    elif request.member_id is not None and not await seats(session, forum_id, [request.member_id]):
        unmet.append("The seat is not one of this forum.")
    if obstacle := await _place_obstacle(session, forum.area, request):
        unmet.append(obstacle)
    if unmet:
        raise Refused("The concern can't be raised like this.", code="not-raisable", rule="F14", unmet=unmet)
    source = rules.Source.MEETING if request.meeting_id else rules.Source.MEMBER
    origin = rules.Origin(source, meeting_id=request.meeting_id, member_id=request.member_id, closed=closed)
    concern = _concern(forum, now, request, origin)
    await _keep(session, concern, actor, now)
    return concern


async def raise_anonymously(
    session: AsyncSession, actor: Actor, now: datetime, forum_id: UUID, network: str, request: AnonymousConcern
) -> tuple[Concern, Forum, str]:
    """Raise a concern without a name; the concern, its forum, and the code to follow it, which is kept nowhere.

    Raises `TooOften`. Nothing of the caller is written down: neither who, nor where from. Rule F14.
    """
    if any(grant.role is not Role.PUBLIC for grant in actor.grants):
        raise Refused(
            "Send this without your token, which says who you are; to raise it by name, name the meeting or the seat.",
            code="token-not-wanted",
            rule="F14",
        )
    forum = await forum_by_id(session, forum_id)
    if obstacle := await _place_obstacle(session, forum.area, request):
        raise Refused("The concern's place is elsewhere.", code="wrong-place", rule="F14", unmet=[obstacle])
    await take(session, now, Asking.RAISE_FROM, network)
    await take(session, now, Asking.RAISE_TO, str(forum.id))
    code = receipt_code(secrets.randbits(CODE_BITS))
    concern = _concern(forum, now, request, rules.Origin(rules.Source.ANONYMOUS))
    concern.receipt_sha256 = receipt_hash(code)
    await _keep(session, concern, PUBLIC, now)
    return concern, forum, code


async def edit_concern(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    concern_id: UUID,
    expected: ExpectedVersion,
    request: ConcernPatch,
) -> Concern:
    """Write the public summary, or take out of the words what names somebody: the old words are gone. Rule F14."""
    concern = await queries.managed_concern(session, actor, concern_id)
    expected.check(concern.version)
    given = request.model_fields_set
    changes = request.model_dump(include=given - {"point"})
    if request.point is not None and (obstacle := await _place_obstacle(session, concern.area, request)):
        raise Refused("The concern's place is elsewhere.", code="wrong-place", rule="F14", unmet=[obstacle])
    before = concern.published
    for name in ("category", "text", "published"):
        if changes.get(name, True) is None:
            del changes[name]
    for name, value in changes.items():
        setattr(concern, name, value)
    if "point" in given:
        concern.longitude = request.point.longitude if request.point else None
        concern.latitude = request.point.latitude if request.point else None
    if unmet := rules.publishing_obstacles(concern.published, concern.summary, concern.closed):
        raise Refused("The concern can't be published like this.", code="not-publishable", rule="F14", unmet=unmet)
    if given & WORDS:
        concern.redacted_at = now
        concern.words = rules.stems(concern.text, concern.wish)
    concern.version += 1
    if given & {"summary", "published", "category"}:
        await _amend_agendas(session, concern)
    if concern.published != before:
        published = ConcernPublished(
            concern_id=concern.id, forum_id=concern.forum_id, area=concern.area, published=concern.published
        )
        await emit(session, published, subject=concern.id, area=concern.area, actor=actor, at=now)
    return concern


async def _amend_agendas(session: AsyncSession, concern: Concern) -> None:
    """Have the agendas that a concern came to, held ones too, say of it what its summary says now, and to the same."""
    for source_id in (concern.id, rules.answer_source(concern.id)):
        for entry in await entries_of(session, EntryKind.CONCERN, source_id):
            what = entry.title.partition(":")[0]
            entry.title = rules.agenda_words(
                what, concern.category, concern.area, concern.summary, published=concern.published
            )
            entry.public = concern.published


def _concern(forum: Forum, now: datetime, words: ConcernWords, origin: rules.Origin) -> Concern:
    return Concern(
        area=forum.area,
        origin_forum_id=forum.id,
        forum_id=forum.id,
        with_area=forum.area,
        **words.model_dump(include=set(ConcernWords.model_fields) - {"point"}),
        longitude=words.point.longitude if words.point else None,
        latitude=words.point.latitude if words.point else None,
        words=rules.stems(words.text, words.wish),
        **vars(origin),
        state=rules.ConcernState.RAISED,
        raised_at=now,
        triage_by=rules.triage_due(now, forum.triage_days),
    )


async def _place_obstacle(session: AsyncSession, area: str, words: ConcernWords | ConcernPatch) -> str | None:
    """Why the point named can't be the place; None when it can, or there is none."""
    if words.point is None:
        return None
    boundary = (await area_by_code(session, area)).boundary
    return rules.place_obstacle(words.point.longitude, words.point.latitude, boundary)


async def _keep(session: AsyncSession, concern: Concern, actor: Actor, now: datetime) -> None:
    session.add(concern)
    await session.flush()
    await add_step(session, concern, now)
    raised = ConcernRaised(
        concern_id=concern.id,
        forum_id=concern.forum_id,
        area=concern.area,
        source=concern.source,
        category=concern.category,
        raised_at=now,
        triage_by=concern.triage_by,
    )
    await emit(session, raised, subject=concern.id, area=concern.area, actor=actor, at=now)


async def add_step(
    session: AsyncSession,
    concern: Concern,
    now: datetime,
    *,
    kind: rules.StepKind | None = None,
    words: str | None = None,
    organisation: str | None = None,
    alternative: str | None = None,
    to_forum_id: UUID | None = None,
) -> None:
    """Write down a step of a concern that this transaction made or holds the lock of."""
    statement = select(func.count()).where(ConcernStep.concern_id == concern.id)
    session.add(
        ConcernStep(
            concern_id=concern.id,
            number=(await session.exec(statement)).one() + 1,
            kind=kind or rules.StepKind(concern.state.value),
            state=concern.state,
            at=now,
            forum_id=concern.forum_id,
            to_forum_id=to_forum_id,
            words=words,
            organisation=organisation,
            alternative=alternative,
            case_bucket=concern.case_bucket,
        )
    )
