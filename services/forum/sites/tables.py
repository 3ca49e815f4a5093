"""Sites."""

from datetime import date
from uuid import UUID

from sqlalchemy import Column, Index
from sqlmodel import Field

from beatbook.kit.db import text_enum
from beatbook.kit.ids import new_id
from services.forum.base import ForumTable
from services.forum.sites.rules import SiteRole


class Site(ForumTable, table=True):
    """An area as a pilot, control or expansion site from one date to another. Rule A4."""

    __tablename__ = "sites"
    __table_args__ = (Index("sites_area_prefix", "area", postgresql_ops={"area": "text_pattern_ops"}),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    area: str = Field(foreign_key="areas.code")
    role: SiteRole = Field(sa_column=Column(text_enum(SiteRole), nullable=False))
    starts_on: date
    ends_on: date | None = None
    version: int = 1
