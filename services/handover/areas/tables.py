"""The replica of the area register."""

from datetime import date

from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.handover.base import HandoverTable


class Area(HandoverTable, table=True):
    """An area as the register last published it, without its boundary. Rules A2, A3."""

    __tablename__ = "areas"

    code: str = Field(sa_column=Column(Text, primary_key=True))
    names: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    population: int | None
    closed_on: date | None = None
