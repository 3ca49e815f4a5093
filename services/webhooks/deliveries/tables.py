"""Deliveries and every attempt at them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.webhooks.base import WebhooksTable
from services.webhooks.deliveries.rules import DeliveryState


class Delivery(WebhooksTable, table=True):
    """One event on its way to one endpoint; `seq` is the order of events. Rule W3."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id", name="deliveries_once"),
        Index("deliveries_pending", "endpoint_id", "subject", "seq", postgresql_where=text("state = 'pending'")),
        Index("deliveries_newest", "endpoint_id", text("id desc")),
        Index("deliveries_requests", "subject", postgresql_where=text("type = 'referral.requested'")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    seq: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), nullable=False))
    endpoint_id: UUID = Field(foreign_key="endpoints.id")
    event_id: UUID
    type: str = Field(sa_column=Column(Text, nullable=False))
    subject: UUID
    area: str = Field(sa_column=Column(Text, nullable=False))
    body: str = Field(sa_column=Column(Text, nullable=False))
    traceparent: str | None = Field(default=None, sa_column=Column(Text))
    """Of the event's request, when that was traced."""
    state: DeliveryState = Field(
        default=DeliveryState.PENDING, sa_column=Column(text_enum(DeliveryState), nullable=False)
    )
    attempts: int = 0
    """Attempts in a row since `trying_since`."""
    trying_since: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    next_attempt_at: datetime | None = Field(sa_column=Column(UTC_TIME))
    claimed_until: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    delivered_at: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    created_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))


class DeliveryAttempt(WebhooksTable, table=True):
    """One attempt: when, how it was answered, how long it took, how the answer began. Rule W4."""

    __tablename__ = "delivery_attempts"
    __table_args__ = (Index("delivery_attempts_of", "delivery_id", "id"),)

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    delivery_id: UUID = Field(foreign_key="deliveries.id")
    at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    duration_ms: int
    status: int | None
    error: str | None = Field(sa_column=Column(Text))
    answer: str | None = Field(sa_column=Column(Text))
