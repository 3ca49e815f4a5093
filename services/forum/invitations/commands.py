"""Inviting, noting replies, and keeping mail addresses."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from beatbook.contracts.actor import Actor
from beatbook.contracts.forum import MeetingInvited
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Refused
from beatbook.kit.events import emit
from beatbook.kit.web import ExpectedVersion
from services.forum.forums.queries import forum_by_id, managed_forum
from services.forum.invitations import queries
from services.forum.invitations.schemas import AddressPut, InvitationCreate, InvitationPatch, InvitedView
from services.forum.invitations.tables import Invitation, MailAddress
from services.forum.meetings.queries import managed_meeting
from services.forum.meetings.rules import MeetingState
from services.forum.members.queries import list_members, member_by_id, seats

MOST_INVITED = 500


async def invite(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    meeting_id: UUID,
    expected: ExpectedVersion,
    request: InvitationCreate,
) -> InvitedView:
    """Invite members to a planned meeting; again, those who came since. Mails follow by themselves. Rule F7."""
    meeting = await managed_meeting(session, actor, meeting_id)
    expected.check(meeting.version)
    if meeting.state not in {MeetingState.PLANNED, MeetingState.INVITED}:
        raise Conflict(
            f"The meeting is {meeting.state.value}; people are invited to one that is planned: give it a date first.",
            rule="F7",
        )
    unmet = []
    if meeting.starts_at <= now:
        unmet.append("The meeting's start lies in the past: give it a date to come.")
    wanted = await _wanted(session, actor, meeting.forum_id, meeting.starts_at, request)
    if request.member_ids is not None and len(wanted) < len(set(request.member_ids)):
        unmet.append("Somebody named has no seat in this forum: give them one first.")
    if not wanted:
        unmet.append("Nobody has a seat in this forum on the day of the meeting.")
    if len(wanted) > MOST_INVITED:
        unmet.append(f"A meeting has at most {MOST_INVITED} invitations: name whom to invite.")
    if unmet:
        raise Refused("Nobody can be invited yet.", code="not-invitable", rule="F7", unmet=unmet)
    known = select(Invitation.member_id).where(Invitation.meeting_id == meeting_id)
    there = set((await session.exec(known)).all())
    added = [member_id for member_id in wanted if member_id not in there]
    if added or meeting.state is MeetingState.PLANNED:
        session.add_all(Invitation(meeting_id=meeting_id, member_id=each, invited_at=now) for each in added)
        meeting.state = MeetingState.INVITED
        meeting.version += 1
        event = MeetingInvited(
            meeting_id=meeting.id, forum_id=meeting.forum_id, area=meeting.area, member_ids=wanted, added=len(added)
        )
        await emit(session, event, subject=meeting.id, area=meeting.area, actor=actor, at=now)
    await session.flush()
    invited = await queries.invited_count(session, meeting_id)
    return InvitedView(
        meeting_id=meeting_id, state=meeting.state, invited=invited, added=len(added), version=meeting.version
    )


async def _wanted(
    session: AsyncSession, actor: Actor, forum_id: UUID, starts_at: datetime, request: InvitationCreate
) -> list[UUID]:
    if request.member_ids is not None:
        return sorted(await seats(session, forum_id, request.member_ids))
    forum = await forum_by_id(session, forum_id)
    day = starts_at.astimezone(ZoneInfo(forum.time_zone)).date()
    return [
        member.id for member in await list_members(session, actor, forum_id, on=day, after=None, limit=MOST_INVITED + 1)
    ]


async def note_reply(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    meeting_id: UUID,
    member_id: UUID,
    expected: ExpectedVersion,
    request: InvitationPatch,
) -> Invitation:
    """Note what an invited member answered. Rule F7."""
    await managed_meeting(session, actor, meeting_id)
    invitation = await queries.invitation_of(session, meeting_id, member_id)
    expected.check(invitation.version)
    invitation.reply = request.reply
    invitation.replied_at = None if request.reply is None else now
    invitation.version += 1
    return invitation


async def keep_address(
    session: AsyncSession, actor: Actor, forum_id: UUID, member_id: UUID, expected: ExpectedVersion, request: AddressPut
) -> MailAddress:
    """Keep a member's mail address, change or forget it. It is in no event, and in no answer but this."""
    await member_by_id(session, actor, forum_id, member_id)
    await managed_forum(session, actor, forum_id)
    statement = select(MailAddress).where(col(MailAddress.member_id) == member_id).with_for_update()
    address = (await session.exec(statement)).first() or MailAddress(member_id=member_id, version=0)
    expected.check(address.version)
    address.email = request.email
    address.language = None if request.email is None else request.language
    address.version += 1
    session.add(address)
    return address
