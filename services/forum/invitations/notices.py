"""By the clock: what invited members have to be told becomes mails, once only in effect; addresses are forgotten."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import col, or_, select

from beatbook.kit.db import AsyncSession
from beatbook.kit.timers import WorkerContext
from services.forum.invitations.rules import (
    CANCELLED,
    KEPT_AFTER_TERM,
    MailState,
    Notice,
    told_of,
    wanted_notice,
)
from services.forum.invitations.tables import Invitation, Mail, MailAddress
from services.forum.meetings.rules import MeetingState
from services.forum.meetings.tables import Meeting
from services.forum.members.tables import Member
from services.forum.settings import ForumSettings

A_TURN = 500
LONGEST_MEETING = timedelta(days=1)


async def queue_notices(context: WorkerContext) -> None:
    """Queue a mail for each member who has an address and does not know yet; nothing while no server is set."""
    if not may_send(context):
        return
    while await _queue_some(context):
        pass


async def forget_addresses(context: WorkerContext) -> None:
    """Forget the mail addresses of members whose term is over, and leave meetings that are over alone."""
    now = context.clock()
    async with context.database.sessions.begin() as session:
        gone = select(Member.id).where(col(Member.term_end) < (now - KEPT_AFTER_TERM).date())
        forgotten = (
            update(MailAddress)
            .where(col(MailAddress.member_id).in_(gone), col(MailAddress.email).is_not(None))
            .values(email=None, language=None, version=col(MailAddress.version) + 1)
        )
        await session.exec(forgotten)
        over = select(Meeting.id).where(
            or_(col(Meeting.state) == MeetingState.HELD, Meeting.starts_at < now - 2 * LONGEST_MEETING)
        )
        closed = update(Invitation).where(col(Invitation.open), col(Invitation.meeting_id).in_(over))
        await session.exec(closed.values(open=False))


def may_send(context: WorkerContext) -> bool:
    """Whether a mail server is set."""
    settings = context.settings
    return isinstance(settings, ForumSettings) and settings.sends_mail


async def _queue_some(context: WorkerContext) -> bool:
    """Queue what a turn's invitations need; whether there may be more."""
    now = context.clock()
    async with context.database.sessions.begin() as session:
        statement = (
            select(Invitation, Meeting)
            .where(
                Invitation.meeting_id == Meeting.id,
                col(Invitation.open),
                or_(col(Invitation.told_version).is_(None), col(Invitation.told_version) < Meeting.version),
                Invitation.member_id == MailAddress.member_id,
                col(MailAddress.email).is_not(None),
            )
            .order_by(col(Invitation.meeting_id), col(Invitation.member_id))
            .limit(A_TURN)
            .with_for_update(of=Invitation, skip_locked=True)
        )
        found = (await session.exec(statement)).all()
        for invitation, meeting in found:
            _settle(session, now, invitation, meeting)
        return len(found) == A_TURN


def _settle(session: AsyncSession, now: datetime, invitation: Invitation, meeting: Meeting) -> None:
    details = told_of(meeting.starts_at, meeting.duration_minutes, meeting.place)
    notice = wanted_notice(meeting.state, details, invitation.told, over=meeting.ends_at <= now)
    invitation.told_version = meeting.version
    if notice is None:
        return
    invitation.told = CANCELLED if notice is Notice.CANCELLATION else details
    session.add(
        Mail(
            meeting_id=meeting.id,
            member_id=invitation.member_id,
            meeting_version=meeting.version,
            notice=notice,
            state=MailState.QUEUED,
            queued_at=now,
            due_at=now,
        )
    )
