"""Invitations, members' mail addresses, and the mails to be sent. A mail's text is made when it is sent."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.forum.base import ForumTable
from services.forum.invitations.rules import MailState, Notice, Reply


class MailAddress(ForumTable, table=True):
    """Where a member can be reached: personal, for managers and the sender only. `email` is null once taken away."""

    __tablename__ = "mail_addresses"

    member_id: UUID = Field(primary_key=True, foreign_key="members.id")
    email: str | None = None
    language: str | None = None
    version: int = 1


class Invitation(ForumTable, table=True):
    """A member asked to a meeting; `told` is what mails said last, at the meeting's version `told_version`."""

    __tablename__ = "invitations"
    __table_args__ = (Index("invitations_open", "meeting_id", postgresql_where=text("open")),)

    meeting_id: UUID = Field(primary_key=True, foreign_key="meetings.id")
    member_id: UUID = Field(primary_key=True, foreign_key="members.id", index=True)
    invited_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    reply: Reply | None = Field(default=None, sa_column=Column(text_enum(Reply)))
    replied_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    told: str | None = None
    told_version: int | None = None
    open: bool = True
    """Until the meeting is over."""
    version: int = 1


class Mail(ForumTable, table=True):
    """A mail to be sent, and what became of it; the meeting, the member and what it says, no words of it."""

    __tablename__ = "mails"
    __table_args__ = (
        UniqueConstraint("meeting_id", "member_id", "meeting_version"),
        Index("mails_due", "due_at", postgresql_where=text("state = 'queued'")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    meeting_id: UUID = Field(foreign_key="meetings.id")
    member_id: UUID = Field(foreign_key="members.id")
    meeting_version: int
    notice: Notice = Field(sa_column=Column(text_enum(Notice), nullable=False))
    state: MailState = Field(sa_column=Column(text_enum(MailState), nullable=False))
    queued_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    due_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    attempts: int = 0
    failure: str | None = None
    """Why it was not sent: a reply code of the mail server, or the kind of error."""
    ended_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
