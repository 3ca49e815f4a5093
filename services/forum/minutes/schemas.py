"""Request and answer shapes of minutes."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.forum.areas.schemas import LanguageTag
from services.forum.minutes.rules import MinutesState

Heading = Annotated[str, Field(min_length=1, max_length=500)]
Words = Annotated[str, Field(max_length=50_000)]


class ItemTranslation(StrictModel):
    """An item's words in another language."""

    heading: Heading
    text: Words = ""


class _Item(StrictModel):
    heading: Heading
    text: Words = ""
    personal: bool = False
    redacted: bool = False
    translations: dict[LanguageTag, ItemTranslation] = Field(
        default_factory=dict, max_length=20, description="The same in other languages"
    )


class MinutesItemIn(_Item):
    """One item of minutes."""

    closed: bool | None = Field(
        default=None,
        description="Whether it stays inside; not said: open of a public meeting, closed of a closed one",
    )


class MinutesItem(_Item):
    """One item of minutes."""

    closed: bool = False


class _Result(StrictModel):
    text: Annotated[str, Field(min_length=1, max_length=2000)]
    translations: dict[LanguageTag, Annotated[str, Field(min_length=1, max_length=2000)]] = Field(
        default_factory=dict, max_length=20, description="The same in other languages"
    )


class ResultIn(_Result):
    """Something that came of the meeting and is no decision, without words of people."""

    closed: bool | None = Field(default=None, description="Whether it stays inside; not said: as for items")


class ResultView(_Result):
    """Something that came of the meeting and is no decision."""

    closed: bool = False


Items = Annotated[list[MinutesItemIn], Field(min_length=1, max_length=200)]
Results = Annotated[list[ResultIn], Field(max_length=100)]
Attendees = Annotated[list[Annotated[str, Field(min_length=2, max_length=200)]], Field(max_length=500)]


class MinutesCreate(StrictModel):
    """A first draft. `public_attendees` are names the secretary noted, to be kept out; nobody is shown them."""

    items: Items
    results: Results = Field(default_factory=list)
    language: LanguageTag = Field(default="und", description="The language of the original")
    public_attendees: Attendees = Field(default_factory=list)


class MinutesPatch(StrictModel):
    """A changed draft."""

    items: Items | None = None
    results: Results | None = None
    language: LanguageTag | None = None
    public_attendees: Attendees | None = None


class MinutesApprove(StrictModel):
    """Who approves: the chair, or the forum at its next meeting."""

    by: Literal["chair", "next_meeting"]
    meeting_id: UUID | None = Field(default=None, description="The approving meeting, when `by` is next_meeting")

    @model_validator(mode="after")
    def _meeting_approves(self) -> "MinutesApprove":
        if self.by == "chair" and self.meeting_id is not None:
            raise ValueError("meeting_id belongs to next_meeting; leave it out when the chair approves")
        return self


class MinutesCorrect(StrictModel):
    """A correction: the items as they should read, and why."""

    items: Items
    results: Results | None = Field(default=None, description="As they should read; left as they are when not given")
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    public_attendees: Attendees = Field(default_factory=list, description="More names to be kept out")


class MinutesView(View):
    """Minutes. Those inside see all items as they stand; everyone else the items of the newest published version."""

    id: UUID
    meeting_id: UUID
    forum_id: UUID
    area: AreaCode
    held_at: AwareDatetime
    state: MinutesState
    language: str
    items: list[MinutesItem]
    results: list[ResultView]
    published: int = Field(description="Number of the newest published version; 0 when there is none")
    sha256: str | None
    version: int


class MinutesVersionView(View):
    """One published version: its content, and the SHA-256 of that content's canonical JSON (RFC 8785)."""

    minutes_id: UUID
    number: int
    sha256: str
    published_at: AwareDatetime
    content: dict[str, Any]


class PublicationView(View):
    """That a version of minutes was published, and what it is about: `reason` when it corrects the one before."""

    minutes_id: UUID
    forum_id: UUID
    area: AreaCode
    held_at: AwareDatetime
    number: int
    sha256: str
    published_at: AwareDatetime
    reason: str | None
    headings: list[str] = Field(description="Of its first twenty items")


class CheckedVersion(View):
    """A published version as it was checked: `sha256` as published, `recomputed` from its content now."""

    number: int
    sha256: str
    recomputed: str
    follows: bool = Field(description="Whether its content names the number and hash of the version before it")
    intact: bool


class Verification(View):
    """Whether all published versions are as they were published, and none is missing between them."""

    minutes_id: UUID
    verified: bool
    versions: list[CheckedVersion]


class RemarkCreate(StrictModel):
    """A remark on circulated minutes."""

    text: Annotated[str, Field(min_length=1, max_length=5000)]
    item: int | None = Field(default=None, ge=1, le=200, description="The item it is about, from 1 on")


class RemarkView(View):
    """A remark, for those inside the forum."""

    id: UUID
    minutes_id: UUID
    item: int | None
    text: str
    author: str = Field(description="Who sent it, as their token names them")
    minutes_version: int = Field(description="The version of the draft it was about")
    sent_at: AwareDatetime
