"""Request and answer shapes of agendas."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from beatbook.kit.web import StrictModel, View
from services.forum.agenda.rules import LineKind, Section

Title = Annotated[str, Field(min_length=1, max_length=500)]


class OwnItemCreate(StrictModel):
    """An item to be added to a meeting's agenda."""

    title: Title
    public: bool = Field(default=True, description="Whether everyone sees it on the agenda of a public meeting")
    estimated_minutes: int | None = Field(default=None, ge=1, le=600)


class OwnItemsOrder(StrictModel):
    """The order in which the agenda's own items come: every one of them, once."""

    order: list[UUID] = Field(max_length=200)


class AgendaItem(View):
    """One item of an agenda; `id` names the minutes, decision or other thing it is about."""

    number: int = Field(description="Its place among the items that the caller may see, from 1 on")
    section: Section
    kind: LineKind
    title: str
    id: UUID | None = None
    due_on: date | None = None
    estimated_minutes: int | None = None


class AgendaView(View):
    """A meeting's agenda: as it writes itself, or as it stood when the meeting was held."""

    meeting_id: UUID
    held: bool
    items: list[AgendaItem]
