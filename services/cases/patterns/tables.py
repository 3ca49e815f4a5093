"""Tables of pattern scanning: what is counted, what was looked at, what is proposed. Rule C3.

All but the proposals are made of incidents alone, by `counting` and `scanning`, in the order of the service's own log.
Like the incidents they have no row-level security; what people are shown passes `queries.visible_to`.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, Computed, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from services.cases.base import CasesTable
from services.cases.patterns.rules import Grain, Kind, Span, State


def _id() -> Column[int]:
    return Column(BigInteger, primary_key=True)


class Place(CasesTable, table=True):
    """An address: one text at one point of an area, or one of both where the other is missing."""

    __tablename__ = "pattern_places"
    __table_args__ = (
        Index("pattern_places_once", "area", "key", unique=True, postgresql_include=["id"]),
        Index("pattern_places_cell", "cell", postgresql_where=text("cell is not null")),
    )

    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    area: str
    key: str
    municipality: str
    place: str | None = None
    longitude: float | None = None
    latitude: float | None = None
    cell: int | None = Field(default=None, sa_column=Column(BigInteger))


class Neighbour(CasesTable, table=True):
    """A place that belongs to the cluster about another one, itself included."""

    __tablename__ = "pattern_neighbours"

    place_id: int = Field(sa_column=_id())
    other_id: int = Field(sa_column=_id())


class Sighting(CasesTable, table=True):
    """An incident as it is counted; `position` is that of its event in the service's log."""

    __tablename__ = "pattern_sightings"
    __table_args__ = (
        Index(
            "pattern_sightings_place", "place_id", "family", "grain", "bucket",
            postgresql_include=["weekday", "part"],
        ),
        Index("pattern_sightings_bucket", "country", "grain", "bucket"),
    )  # fmt: skip

    incident_id: UUID = Field(primary_key=True)
    place_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    country: str
    family: str
    category: str
    local_category: str | None = None
    grain: Grain = Field(sa_column=Column(text_enum(Grain), nullable=False))
    bucket: date
    day: date
    weekday: str | None = None
    part: str | None = None
    position: int = Field(sa_column=Column(BigInteger, nullable=False))


class Total(CasesTable, table=True):
    """A municipality's incidents of a week or month, by family and band."""

    __tablename__ = "pattern_totals"

    grain: Grain = Field(sa_column=Column(text_enum(Grain), primary_key=True))
    bucket: date = Field(primary_key=True)
    municipality: str = Field(primary_key=True)
    family: str = Field(primary_key=True)
    band: str = Field(primary_key=True)
    incidents: int


class Margin(CasesTable, table=True):
    """A municipality's incidents of the look-back and its parts, by family and band: what places are compared with."""

    __tablename__ = "pattern_margins"

    municipality: str = Field(primary_key=True)
    family: str = Field(primary_key=True)
    grain: Grain = Field(sa_column=Column(text_enum(Grain), primary_key=True))
    band: str = Field(primary_key=True)
    total: int
    in_short: int
    in_long: int
    past: int
    squares: int = Field(sa_column=Column(BigInteger, nullable=False))


class Look(CasesTable, table=True):
    """A place, family and band that is looked at, over both windows: two hypotheses.

    `p_short` and `p_long` are kept while they are small enough to matter. The indexes have no counts or p-values
    themselves, so that most changes leave them alone.
    """

    __tablename__ = "pattern_looks"
    __table_args__ = (
        Index("pattern_looks_candidates", "municipality", "family", "grain", postgresql_where=text("is_candidate")),
        Index("pattern_looks_small", "country", postgresql_where=text("is_small")),
    )

    kind: Kind = Field(sa_column=Column(text_enum(Kind), primary_key=True))
    place_id: int = Field(sa_column=_id())
    family: str = Field(primary_key=True)
    grain: Grain = Field(sa_column=Column(text_enum(Grain), primary_key=True))
    band: str = Field(primary_key=True)
    country: str
    municipality: str
    total: int
    in_short: int
    in_long: int
    past: int
    squares: int = Field(sa_column=Column(BigInteger, nullable=False))
    p_short: float | None = None
    p_long: float | None = None
    is_candidate: bool = Field(sa_column=Column(Boolean, Computed("in_long >= 5", persisted=True)))
    is_small: bool = Field(
        sa_column=Column(Boolean, Computed("p_short is not null or p_long is not null", persisted=True))
    )


class SpreadSum(CasesTable, table=True):
    """The sums that a municipality's dispersion is made of: `significance.Spread`."""

    __tablename__ = "pattern_spreads"

    municipality: str = Field(primary_key=True)
    kind: Kind = Field(sa_column=Column(text_enum(Kind), primary_key=True))
    family: str = Field(primary_key=True)
    grain: Grain = Field(sa_column=Column(text_enum(Grain), primary_key=True))
    band: str = Field(primary_key=True)
    squares: int = Field(sa_column=Column(BigInteger, nullable=False))
    squared_totals: int = Field(sa_column=Column(BigInteger, nullable=False))
    totals: int = Field(sa_column=Column(BigInteger, nullable=False))


class Scan(CasesTable, table=True):
    """How far a country's reports reach, how many hypotheses are looked at, whether its proposals are to be settled."""

    __tablename__ = "pattern_scans"

    country: str = Field(primary_key=True)
    last_week: date | None = None
    last_month: date | None = None
    hypotheses: int = 0
    is_due: bool = False


class Cursor(CasesTable, table=True):
    """How far in the service's log incidents were counted; its lock is held by who counts."""

    __tablename__ = "pattern_cursor"

    single: bool = Field(primary_key=True)
    position: int = Field(sa_column=Column(BigInteger, nullable=False))


class Proposal(CasesTable, table=True):
    """A pattern proposed as a problem, with the test that found it as of its evidence. Rule C3."""

    __tablename__ = "pattern_proposals"
    __table_args__ = (
        Index("pattern_proposals_area", "area", postgresql_ops={"area": "text_pattern_ops"}),
        Index("pattern_proposals_open", "country", postgresql_where=text("state = 'open'")),
        Index("pattern_proposals_places", "places", postgresql_using="gin"),
        Index("pattern_proposals_problem", "problem_id", postgresql_where=text("problem_id is not null")),
    )

    id: UUID = Field(primary_key=True)
    country: str
    area: str
    kind: Kind = Field(sa_column=Column(text_enum(Kind), nullable=False))
    place_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    places: list[int] = Field(sa_column=Column(ARRAY(BigInteger), nullable=False))
    family: str
    band: str
    grain: Grain = Field(sa_column=Column(text_enum(Grain), nullable=False))
    span: Span = Field(sa_column=Column(text_enum(Span), nullable=False))
    past_from: date
    window_from: date
    window_until: date
    observed: int
    expected: float
    p_value: float
    q_value: float
    hypotheses: int
    evidence_position: int = Field(sa_column=Column(BigInteger, nullable=False))
    evidence_as_of: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    state: State = Field(sa_column=Column(text_enum(State), nullable=False))
    reason: str | None = Field(default=None, sa_column=Column(Text))
    problem_id: UUID | None = None
    case_open: bool = False
    proposed_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    ended_by: str | None = None
    version: int = 1
