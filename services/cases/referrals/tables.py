"""Tables of referrals; row-level security lets who sees a referral's file see its rows."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.cases.base import CasesTable
from services.cases.consents.rules import AgeBand
from services.cases.files.rules import Kind
from services.cases.partners.rules import Service
from services.cases.referrals.rules import Basis, Duty, Ending, Outcome, Reason, Side, State, Urgency

_SENT = text("state in ('requested', 'accepted', 'in_progress', 'on_hold')")


class Referral(CasesTable, table=True):
    """A referral, under the id of its case file. Who is referred is among that case's people.

    `stands_until`: when memorandum or consent end if nothing changes. Rule C12.
    """

    __tablename__ = "referrals"
    __table_args__ = (
        Index("referrals_area", "area", postgresql_ops={"area": "text_pattern_ops"}),
        Index("referrals_sent", "agency", postgresql_where=_SENT),
        Index("referrals_answer_by", "answer_by", postgresql_where=text("state = 'requested'")),
        Index("referrals_stands_until", "stands_until", postgresql_where=_SENT),
    )

    id: UUID = Field(primary_key=True, foreign_key="case_files.id")
    area: str
    agency: str = Field(foreign_key="agencies.code")
    service: Service = Field(sa_column=Column(text_enum(Service), nullable=False))
    urgency: Urgency = Field(sa_column=Column(text_enum(Urgency), nullable=False))
    age: AgeBand = Field(sa_column=Column(text_enum(AgeBand), nullable=False))
    language: str | None = None
    basis: Basis = Field(sa_column=Column(text_enum(Basis), nullable=False))
    duty: Duty | None = Field(default=None, sa_column=Column(text_enum(Duty)))
    sealed_duty_reason: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    categories: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    sealed_needs: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    sealed_circumstances: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    sealed_health: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    origin_case_id: UUID | None = Field(default=None, foreign_key="case_files.id", index=True)
    origin_kind: Kind | None = Field(default=None, sa_column=Column(text_enum(Kind)))
    state: State = Field(sa_column=Column(text_enum(State), nullable=False))
    answer_by: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    stands_until: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    ending: Ending | None = Field(default=None, sa_column=Column(text_enum(Ending)))
    reason: Reason | None = Field(default=None, sa_column=Column(text_enum(Reason)))
    outcome: Outcome | None = Field(default=None, sa_column=Column(text_enum(Outcome)))
    drafted_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    requested_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    version: int = 1


class ReferralStep(CasesTable, table=True):
    """A step from state to state: whose, when, and what was said with it."""

    __tablename__ = "referral_steps"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    referral_id: UUID = Field(foreign_key="referrals.id", index=True)
    side: Side = Field(sa_column=Column(text_enum(Side), nullable=False))
    origin: State = Field(sa_column=Column(text_enum(State), nullable=False))
    target: State = Field(sa_column=Column(text_enum(State), nullable=False))
    sealed_note: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    moved_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    moved_by: str
