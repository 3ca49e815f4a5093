"""Concerns and what happened to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.forum.base import ForumTable
from services.forum.concerns.rules import CaseBucket, Category, ConcernState, Source, StepKind


class Concern(ForumTable, table=True):
    """What somebody asks of a forum; nothing in it says who, when it was raised without a name. Rules F14, F15.

    `area` is where it was raised and stays; `forum_id` and `with_area` say who has it now, after escalations a forum
    above. `summary` is the forum's own wording, all that the public ever reads of it.
    """

    __tablename__ = "concerns"
    __table_args__ = (
        Index("concerns_area_prefix", "area", "id", postgresql_ops={"area": "text_pattern_ops"}),
        Index("concerns_forum", "forum_id", "id"),
        Index("concerns_origin_forum", "origin_forum_id", "id"),
        Index("concerns_published", "id", postgresql_where=text("published")),
        Index(
            "concerns_waiting",
            "triage_by",
            postgresql_where=text("overdue_at is null and state in ('raised', 'escalated')"),
        ),
        Index("concerns_words", "words", postgresql_using="gin"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    area: str
    origin_forum_id: UUID = Field(foreign_key="forums.id")
    forum_id: UUID = Field(foreign_key="forums.id")
    with_area: str
    source: Source = Field(sa_column=Column(text_enum(Source), nullable=False))
    meeting_id: UUID | None = Field(default=None, foreign_key="meetings.id")
    member_id: UUID | None = Field(default=None, foreign_key="members.id")
    source_id: UUID | None = None
    category: Category = Field(sa_column=Column(text_enum(Category), nullable=False))
    text: str
    wish: str | None = None
    place: str | None = None
    longitude: float | None = None
    latitude: float | None = None
    words: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    state: ConcernState = Field(sa_column=Column(text_enum(ConcernState), nullable=False))
    summary: str | None = None
    published: bool = False
    closed: bool = False
    raised_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    triage_by: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    triaged_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    on_time: bool | None = None
    overdue_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    redacted_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    case_bucket: CaseBucket | None = Field(default=None, sa_column=Column(text_enum(CaseBucket)))
    theme_id: UUID | None = Field(default=None, index=True)
    receipt_sha256: str | None = Field(default=None, unique=True)
    version: int = 1


class ConcernStep(ForumTable, table=True):
    """One step of a concern's way, as who raised it is told: you said, we did. Rules F14, F15.

    `forum_id` took the step; of an escalation `to_forum_id` is the forum above, and the words say why.
    """

    __tablename__ = "concern_steps"

    concern_id: UUID = Field(primary_key=True, foreign_key="concerns.id")
    number: int = Field(primary_key=True)
    kind: StepKind = Field(sa_column=Column(text_enum(StepKind), nullable=False))
    state: ConcernState = Field(sa_column=Column(text_enum(ConcernState), nullable=False))
    at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    forum_id: UUID = Field(foreign_key="forums.id")
    to_forum_id: UUID | None = Field(default=None, foreign_key="forums.id")
    words: str | None = None
    organisation: str | None = None
    alternative: str | None = None
    case_bucket: CaseBucket | None = Field(default=None, sa_column=Column(text_enum(CaseBucket)))


class ConcernCase(ForumTable, table=True):
    """What was heard last of the case that stands for a concern; no bucket: none does any more. Rule C12a.

    A projection: made of the cases service's events alone. `position` is the last one's in its log.
    """

    __tablename__ = "concern_cases"

    concern_id: UUID = Field(primary_key=True)
    bucket: CaseBucket | None = Field(default=None, sa_column=Column(text_enum(CaseBucket)))
    position: int = Field(sa_column=Column(BigInteger, nullable=False))
