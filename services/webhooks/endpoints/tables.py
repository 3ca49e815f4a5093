"""Endpoints and their encrypted secrets."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Column, Index, LargeBinary, Text
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from beatbook.kit.ids import new_id
from services.webhooks.base import WebhooksTable
from services.webhooks.endpoints.rules import DisabledReason, EndpointState


class Endpoint(WebhooksTable, table=True):
    """Where an agency wants to hear of which events in which areas. Rules W1, W2, W3."""

    __tablename__ = "endpoints"
    __table_args__ = (Index("endpoints_agency", "agency"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    agency: str = Field(sa_column=Column(Text, nullable=False))
    url: str = Field(sa_column=Column(Text, nullable=False))
    event_types: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    areas: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    state: EndpointState = Field(
        default=EndpointState.ENABLED, sa_column=Column(text_enum(EndpointState), nullable=False)
    )
    disabled_reason: DisabledReason | None = Field(default=None, sa_column=Column(text_enum(DisabledReason)))
    failing_since: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    paused_until: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    secret: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    previous_secret: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    previous_until: datetime | None = Field(default=None, sa_column=Column(UTC_TIME))
    resumed_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    """When it was registered or last enabled: what failed before starts anew."""
    created_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    version: int = 1
