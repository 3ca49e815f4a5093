"""Reads of invitations and mail addresses: for those who keep the forum's records, nobody else."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, func, select

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from services.forum.forums.queries import forum_by_id
from services.forum.forums.rules import may_manage
from services.forum.invitations.schemas import AddressView, InvitationView, MailView
from services.forum.invitations.tables import Invitation, Mail, MailAddress
from services.forum.meetings.queries import meeting_by_id
from services.forum.members.queries import member_by_id


async def invitations_of(
    session: AsyncSession, actor: Actor, meeting_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[Invitation]:
    """Who was invited to a meeting, by id; raises `NotFound` for who does not keep its records."""
    meeting = await meeting_by_id(session, actor, meeting_id)
    if not may_manage(actor, meeting.area):
        raise NotFound("meeting's invitations")
    statement = select(Invitation).where(Invitation.meeting_id == meeting_id)
    if after is not None:
        statement = statement.where(col(Invitation.member_id) > after)
    return (await session.exec(statement.order_by(col(Invitation.member_id)).limit(limit))).all()


async def invitation_of(session: AsyncSession, meeting_id: UUID, member_id: UUID) -> Invitation:
    """One invitation, locked; raises `NotFound`."""
    found = await session.get(Invitation, (meeting_id, member_id), with_for_update=True)
    if found is None:
        raise NotFound("invitation")
    return found


async def invited_count(session: AsyncSession, meeting_id: UUID) -> int:
    """How many were invited to a meeting."""
    return (await session.exec(select(func.count()).where(Invitation.meeting_id == meeting_id))).one()


async def views(session: AsyncSession, invitations: Sequence[Invitation]) -> list[InvitationView]:
    """The answers for invitations of one meeting, each with its last mail."""
    statement = (
        select(Mail)
        .where(
            col(Mail.meeting_id).in_({each.meeting_id for each in invitations}),
            col(Mail.member_id).in_([each.member_id for each in invitations]),
        )
        .order_by(col(Mail.meeting_version))
    )
    last = {(mail.meeting_id, mail.member_id): mail for mail in await session.exec(statement)}
    return [
        InvitationView(
            **each.model_dump(exclude={"told", "told_version", "open"}),
            mail=MailView.model_validate(mail) if (mail := last.get((each.meeting_id, each.member_id))) else None,
        )
        for each in invitations
    ]


async def address_of(session: AsyncSession, actor: Actor, forum_id: UUID, member_id: UUID) -> AddressView:
    """A member's mail address, empty when none is known; raises `NotFound` for who does not keep the records."""
    forum = await forum_by_id(session, forum_id)
    if not may_manage(actor, forum.area):
        raise NotFound("member's mail address")
    await member_by_id(session, actor, forum_id, member_id)
    known = await session.get(MailAddress, member_id)
    return address_view(known or MailAddress(member_id=member_id, version=0))


def address_view(address: MailAddress) -> AddressView:
    """A mail address's answer."""
    return AddressView.model_validate(address)
