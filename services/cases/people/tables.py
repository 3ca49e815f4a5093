"""Tables of people in cases: what is written is sealed; tags of names that find them. Rule C13."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, LargeBinary, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from beatbook.kit.db import UTC_TIME, text_enum
from services.cases.base import CasesTable
from services.cases.people.rules import Role


def _sealed() -> bytes | None:
    made: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    return made


class Person(CasesTable, table=True):
    """A person in a case; `guardian_of`: whom of the case they answer for. What was never written is null."""

    __tablename__ = "people"

    id: UUID = Field(primary_key=True)
    case_id: UUID = Field(foreign_key="case_files.id", index=True)
    role: Role = Field(sa_column=Column(text_enum(Role), nullable=False))
    guardian_of: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    sealed_given_names: bytes | None = _sealed()
    sealed_family_names: bytes | None = _sealed()
    sealed_other_names: bytes | None = _sealed()
    sealed_born_on: bytes | None = _sealed()
    sealed_sex: bytes | None = _sealed()
    sealed_languages: bytes | None = _sealed()
    sealed_address: bytes | None = _sealed()
    sealed_telephone: bytes | None = _sealed()
    sealed_mail: bytes | None = _sealed()
    added_at: datetime = Field(sa_column=Column(UTC_TIME, nullable=False))
    version: int = 1


class PersonTag(CasesTable, table=True):
    """A tag of a part of a person's names, and the id of the secret it was made with."""

    __tablename__ = "people_tags"

    tag: int = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True, foreign_key="people.id", index=True)
    case_id: UUID = Field(foreign_key="case_files.id", index=True)
    made_with: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
