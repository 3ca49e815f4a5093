"""Request and answer shapes of correction notices."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, HttpUrl

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.forum.corrections.rules import CorrectionState, Subject
from services.forum.forums.schemas import Advisory, Language

Title = Annotated[str, Field(min_length=1, max_length=200)]
Reason = Annotated[str, Field(min_length=1, max_length=2000)]


def _bare(url: HttpUrl) -> HttpUrl:
    if url.username or url.password:
        raise ValueError("a source's link holds no user name or password")
    return url


class CorrectionText(StrictModel):
    """A notice in one language: what is being said, and what is so."""

    title: Title
    claim: Annotated[str, Field(min_length=1, max_length=1000, description="What is being said, without spreading it")]
    facts: Annotated[str, Field(min_length=1, max_length=5000, description="What is so")]


class Source(StrictModel):
    """Where anyone can look it up: a web address (http or https)."""

    title: Title
    url: Annotated[HttpUrl, AfterValidator(_bare)]


Texts = Annotated[
    dict[Language, CorrectionText], Field(min_length=1, max_length=12, description="By language, ISO 639 code")
]
Sources = Annotated[list[Source], Field(max_length=20)]


class CorrectionCreate(StrictModel):
    """A notice to be drafted."""

    about: Subject = Subject.RUMOUR
    about_id: UUID | None = Field(
        default=None, description="The meeting, minutes, decision or concern that it is about"
    )
    about_area: AreaCode | None = Field(default=None, description="The area, when it is about one")
    texts: Texts
    sources: Sources = Field(default_factory=list)


class CorrectionPatch(StrictModel):
    """A changed draft."""

    texts: Texts | None = None
    sources: Sources | None = None


class CorrectionRevise(StrictModel):
    """A new version of a published notice: the whole of it as it should read, and why."""

    texts: Texts
    sources: Annotated[list[Source], Field(min_length=1, max_length=20)]
    reason: Reason


class CorrectionWithdraw(StrictModel):
    """Why a notice is taken back."""

    reason: Reason


class SourceView(View):
    """Where anyone can look it up."""

    title: str
    url: str


class CorrectionView(View):
    """A notice. Of a withdrawn one those outside see that there was one, and why it was taken back."""

    id: UUID
    forum_id: UUID
    area: AreaCode
    state: CorrectionState
    about: Subject
    about_id: UUID | None
    about_area: AreaCode | None
    texts: dict[str, CorrectionText]
    sources: list[SourceView]
    published: int = Field(description="Number of the newest published version; 0 when there is none")
    revises: int | None = Field(description="Number of the version before that this one takes the place of")
    revision_reason: str | None
    sha256: str | None
    first_published_at: AwareDatetime | None
    published_at: AwareDatetime | None = Field(description="When the newest version became public")
    withdrawn_at: AwareDatetime | None
    withdrawn_reason: str | None
    advisories: list[Advisory]
    version: int


class CorrectionVersionView(View):
    """One published version, and the SHA-256 of its content's canonical JSON (RFC 8785).

    `content` is null for those outside once the notice is withdrawn.
    """

    correction_id: UUID
    number: int
    revises: int | None
    reason: str | None
    sha256: str
    published_at: AwareDatetime
    content: dict[str, Any] | None
