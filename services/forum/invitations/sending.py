"""Sending mails: claimed by rows, sent with no transaction open, then marked.

A sender that dies between sending and marking sends again after its claim: at least once at the mail server, with the
same Message-ID, by which servers and readers know it again.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import aiosmtplib
from sqlmodel import col, select

from beatbook.kit.db import AsyncSession
from beatbook.kit.timers import WorkerContext
from services.forum.forums.tables import Forum
from services.forum.invitations.letters import Letter, mail_of
from services.forum.invitations.notices import may_send
from services.forum.invitations.rules import CLAIM, MOST_ATTEMPTS, MailState, Notice, pause_after
from services.forum.invitations.tables import Mail, MailAddress
from services.forum.invitations.words import words_for
from services.forum.meetings.rules import MeetingState
from services.forum.meetings.tables import Meeting
from services.forum.settings import ForumSettings

log = logging.getLogger(__name__)

AT_ONCE = 20
POLL_SECONDS = 2.0
TIMEOUT = 20.0
PERMANENT = range(500, 600)


class Outgoing(Protocol):
    """What carries a mail away; raises what `aiosmtplib` raises."""

    async def send(self, letter: Letter) -> None:
        """Hand a mail to the server."""


class Postbox:
    """The mail server of the settings; a connection for each mail, as few as they are."""

    def __init__(self, settings: ForumSettings) -> None:
        self._settings = settings

    async def send(self, letter: Letter) -> None:
        """Hand a mail to the server."""
        told = self._settings
        server = aiosmtplib.SMTP(
            hostname=told.smtp_host,
            port=told.smtp_port,
            use_tls=told.smtp_security == "tls",
            start_tls=told.smtp_security == "starttls",
            username=told.smtp_user or None,
            password=told.smtp_password.get_secret_value() if told.smtp_password and told.smtp_user else None,
            timeout=TIMEOUT,
        )
        async with server:
            await server.send_message(mail_of(letter), sender=letter.sender, recipients=[letter.recipient])


async def send_mails(context: WorkerContext) -> None:
    """Send what is due, for ever; ends at once only when no mail server is set, and then waits to be ended."""
    if not may_send(context):
        await asyncio.Event().wait()
    assert isinstance(context.settings, ForumSettings)
    postbox = Postbox(context.settings)
    while True:
        if not await send_due(context, postbox):
            await asyncio.sleep(POLL_SECONDS)


async def send_due(context: WorkerContext, postbox: Outgoing) -> int:
    """Claim mails that are due, send and mark each; how many were claimed."""
    claimed = await _claim(context)
    for mail_id in claimed:
        await _deliver(context, postbox, mail_id)
    return len(claimed)


async def _claim(context: WorkerContext) -> Sequence[UUID]:
    now = context.clock()
    async with context.database.sessions.begin() as session:
        statement = (
            select(Mail)
            .where(Mail.state == MailState.QUEUED, Mail.due_at <= now)
            .order_by(col(Mail.due_at))
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        mails = (await session.exec(statement)).all()
        for mail in mails:
            mail.attempts += 1
            mail.due_at = now + CLAIM
        return [mail.id for mail in mails]


async def _deliver(context: WorkerContext, postbox: Outgoing, mail_id: UUID) -> None:
    async with context.database.sessions() as session:
        letter = await _letter(session, context, mail_id)
    if letter is None:
        await _mark(context, mail_id, MailState.OVERTAKEN)
        return
    try:
        await postbox.send(letter)
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        code = _code(error)
        log.warning("mail %s was not sent: %s", mail_id, code or type(error).__name__)  # the error's text has addresses
        await _mark(context, mail_id, None, failure=str(code or type(error).__name__), permanent=code in PERMANENT)
        return
    await _mark(context, mail_id, MailState.SENT)


def _code(error: Exception) -> int | None:
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return max((refused.code for refused in error.recipients), default=None)
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return None  # ours to mend, and then it goes on
    return error.code if isinstance(error, aiosmtplib.SMTPResponseException) else None


async def _letter(session: AsyncSession, context: WorkerContext, mail_id: UUID) -> Letter | None:
    """The letter as it has to be now; None when what it says is not true any more, or nobody is to get it."""
    statement = select(Mail, Meeting, Forum, MailAddress).where(
        Mail.id == mail_id,
        Mail.meeting_id == Meeting.id,
        Meeting.forum_id == Forum.id,
        Mail.member_id == MailAddress.member_id,
        col(MailAddress.email).is_not(None),
    )
    found = (await session.exec(statement)).first()
    if found is None:
        return None
    mail, meeting, forum, address = found
    is_off = meeting.state in {MeetingState.POSTPONED, MeetingState.CANCELLED}
    holds = is_off if mail.notice is Notice.CANCELLATION else meeting.state is MeetingState.INVITED
    if not holds or meeting.ends_at <= context.clock() or address.email is None:
        return None
    settings = context.settings
    assert isinstance(settings, ForumSettings)
    return Letter(
        mail_id=mail.id,
        notice=mail.notice,
        sender=settings.mail_sender,
        recipient=address.email,
        words=words_for([address.language, *forum.languages]),
        written_at=mail.queued_at,
        meeting_id=meeting.id,
        sequence=meeting.version - 1,
        forum=forum.name,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        time_zone=forum.time_zone,
        place=meeting.place,
        topics=tuple(topic["title"] for topic in meeting.topics),
        public=meeting.public,
    )


async def _mark(
    context: WorkerContext,
    mail_id: UUID,
    state: MailState | None,
    *,
    failure: str | None = None,
    permanent: bool = False,
) -> None:
    """Note what became of a mail; without a state it failed, and is tried again unless that is in vain."""
    now: datetime = context.clock()
    async with context.database.sessions.begin() as session:
        mail = await session.get(Mail, mail_id, with_for_update=True)
        assert mail is not None
        if state is None and permanent:
            state = MailState.REFUSED
        elif state is None and mail.attempts >= MOST_ATTEMPTS:
            state = MailState.GIVEN_UP
        if state is None:
            mail.due_at = now + pause_after(mail.attempts)
        else:
            mail.state, mail.ended_at = state, now
        mail.failure = failure
