"""What the other services published, as this service keeps it, and the briefs made from it.

All but `Brief` are projections: made of events alone, they can be thrown away and rebuilt. Rules H8, K12.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, Text, UniqueConstraint
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME
from beatbook.kit.ids import new_id
from services.handover.base import HandoverTable


def _by_area(name: str) -> tuple[Index]:
    return (Index(f"{name}_area_prefix", "area", postgresql_ops={"area": "text_pattern_ops"}),)


class Brief(HandoverTable, table=True):
    """A brief, frozen: the database refuses any change. `content` is canonical JSON, `sha256` its hash. Rule H8."""

    __tablename__ = "briefs"
    __table_args__ = (UniqueConstraint("area", "number", name="briefs_numbered"), *_by_area("briefs"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    area: str = Field(sa_column=Column(Text, nullable=False))
    number: int
    assignment_id: UUID | None = Field(foreign_key="assignments.id")
    as_of: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    content: str = Field(sa_column=Column(Text, nullable=False))
    sha256: str = Field(sa_column=Column(Text, nullable=False))


class Forum(HandoverTable, table=True):
    """A forum, from `ForumFounded`."""

    __tablename__ = "forums"
    __table_args__ = _by_area("forums")

    forum_id: UUID = Field(primary_key=True)
    area: str = Field(sa_column=Column(Text, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    name: str = Field(sa_column=Column(Text, nullable=False))
    founded_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))


class Meeting(HandoverTable, table=True):
    """A meeting, from `MeetingPlanned`, `MeetingHeld` and `MeetingCalledOff`, whichever came so far."""

    __tablename__ = "meetings"
    __table_args__ = (Index("meetings_of_forum", "forum_id"), *_by_area("meetings"))

    meeting_id: UUID = Field(primary_key=True)
    forum_id: UUID
    area: str = Field(sa_column=Column(Text, nullable=False))
    state: str = Field(sa_column=Column(Text, nullable=False))
    starts_at: datetime | None = Field(sa_column=Column(UTC_TIME))
    held_at: datetime | None = Field(sa_column=Column(UTC_TIME))
    members_present: int | None
    public_present: int | None


class PublishedMinutes(HandoverTable, table=True):
    """A published version of minutes, from `MinutesPublished`."""

    __tablename__ = "published_minutes"
    __table_args__ = (Index("published_minutes_of_forum", "forum_id"), *_by_area("published_minutes"))

    minutes_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    meeting_id: UUID
    forum_id: UUID
    area: str = Field(sa_column=Column(Text, nullable=False))
    held_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    sha256: str = Field(sa_column=Column(Text, nullable=False))


class Decision(HandoverTable, table=True):
    """A decision or request, from `DecisionRecorded` and `DecisionClosed`; its words are with the forum."""

    __tablename__ = "decisions"
    __table_args__ = _by_area("decisions")

    decision_id: UUID = Field(primary_key=True)
    forum_id: UUID
    area: str = Field(sa_column=Column(Text, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    owner: str | None = Field(sa_column=Column(Text))
    due_on: date | None
    recorded_at: datetime | None = Field(sa_column=Column(UTC_TIME))
    outcome: str | None = Field(sa_column=Column(Text))
    closed_at: datetime | None = Field(sa_column=Column(UTC_TIME))
    on_time: bool | None


class Signal(HandoverTable, table=True):
    """A warning signal of a forum, from `SignalRaised` and `SignalCleared`; its evidence is with the forum."""

    __tablename__ = "signals"
    __table_args__ = _by_area("signals")

    signal_id: UUID = Field(primary_key=True)
    forum_id: UUID
    area: str = Field(sa_column=Column(Text, nullable=False))
    code: str = Field(sa_column=Column(Text, nullable=False))
    raised_at: datetime | None = Field(sa_column=Column(UTC_TIME))
    cleared_at: datetime | None = Field(sa_column=Column(UTC_TIME))


class Problem(HandoverTable, table=True):
    """A problem-solving case, from `ProblemOpened` and `ProblemMoved`."""

    __tablename__ = "problems"
    __table_args__ = _by_area("problems")

    problem_id: UUID = Field(primary_key=True)
    area: str = Field(sa_column=Column(Text, nullable=False))
    category: str | None = Field(sa_column=Column(Text))
    phase: str = Field(sa_column=Column(Text, nullable=False))
    opened_at: datetime | None = Field(sa_column=Column(UTC_TIME))
    moved_at: datetime | None = Field(sa_column=Column(UTC_TIME))


class IncidentMonth(HandoverTable, table=True):
    """How many incidents of an area began in a month, from `IncidentRecorded`."""

    __tablename__ = "incident_months"
    __table_args__ = _by_area("incident_months")

    area: str = Field(sa_column=Column(Text, primary_key=True))
    month: date = Field(primary_key=True)
    incidents: int = Field(sa_column=Column(BigInteger, nullable=False))


class IndicatorMonth(HandoverTable, table=True):
    """An indicator's value in an area and month, from `IndicatorMeasured`, rolled up by the kpi service."""

    __tablename__ = "indicator_months"
    __table_args__ = (Index("indicator_months_area", "area"),)

    indicator: str = Field(sa_column=Column(Text, primary_key=True))
    area: str = Field(sa_column=Column(Text, primary_key=True))
    month: date = Field(primary_key=True)
    numerator: float
    denominator: float | None
    value: float | None
