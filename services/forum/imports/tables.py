"""What was imported, row by row and part by part."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from services.forum.base import ForumTable
from services.forum.imports.rules import RecordKind


class ImportedRow(ForumTable, table=True):
    """A row of a source, or a part of one, and what became of it: the record it is, or why it was refused.

    `row` is the external id of the seat or meeting; its parts are numbered within their kind. Only a row taken has a
    `sha256`, of what was sent. `record_id` of an agenda item is its minutes', or its meeting's where it is a topic;
    of a mark its seat; of a vote its decision.
    """

    __tablename__ = "imported_rows"

    forum_id: UUID = Field(primary_key=True, foreign_key="forums.id")
    source: str = Field(primary_key=True)
    row_kind: RecordKind = Field(sa_column=Column(text_enum(RecordKind), primary_key=True))
    row: str = Field(primary_key=True)
    kind: RecordKind = Field(sa_column=Column(text_enum(RecordKind), primary_key=True))
    number: int = Field(primary_key=True)
    external_id: str | None = None
    record_id: UUID | None = None
    reason: str | None = None
    detail: str | None = None
    sha256: str | None = None
    recorded_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
