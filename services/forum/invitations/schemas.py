"""Request and answer shapes of invitations and mail addresses."""

from uuid import UUID

from pydantic import AwareDatetime, Field

from beatbook.kit.web import StrictModel, View
from services.forum.forums.schemas import Language
from services.forum.invitations.rules import MailState, Notice, Reply
from services.forum.meetings.rules import MeetingState
from services.forum.settings import EmailText


class InvitationCreate(StrictModel):
    """Who is to be invited: the members named, or everybody whose term covers the day of the meeting."""

    member_ids: list[UUID] | None = Field(default=None, min_length=1, max_length=500)


class InvitedView(View):
    """A meeting after its members were invited; `added` counts those invited now."""

    meeting_id: UUID
    state: MeetingState
    invited: int
    added: int
    version: int


class InvitationPatch(StrictModel):
    """What a member answered; null when they took it back."""

    reply: Reply | None


class MailView(View):
    """The last mail about an invitation, without its address."""

    notice: Notice
    state: MailState
    attempts: int
    failure: str | None


class InvitationView(View):
    """An invitation, for those who keep the forum's records; `mail` is null when none was needed or possible."""

    meeting_id: UUID
    member_id: UUID
    invited_at: AwareDatetime
    reply: Reply | None
    replied_at: AwareDatetime | None
    mail: MailView | None
    version: int


class AddressPut(StrictModel):
    """Where a member can be reached, or null to forget it; the language their mails are in."""

    email: EmailText | None
    language: Language | None = None


class AddressView(View):
    """A member's mail address, for those who keep the forum's records."""

    member_id: UUID
    email: str | None
    language: str | None
    version: int
