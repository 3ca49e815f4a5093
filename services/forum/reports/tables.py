"""Adopted yearly reports."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME
from services.forum.base import ForumTable


class YearlyReport(ForumTable, table=True):
    """One adopted version of a year's report: never changed, each naming the hash of the one before.

    `content` is public, and what `sha256` is taken over; `inside` are the figures with what is closed.
    """

    __tablename__ = "yearly_reports"

    forum_id: UUID = Field(primary_key=True, foreign_key="forums.id")
    year: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    content: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    inside: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    sha256: str
    adopted_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
