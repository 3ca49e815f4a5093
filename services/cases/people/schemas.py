"""Request and answer shapes of people in cases."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from beatbook.contracts.areas import AreaCode
from beatbook.kit.web import StrictModel, View
from services.cases.files.rules import Kind
from services.cases.people.rules import Role, Sex

Name = Annotated[str, Field(min_length=1, max_length=200)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$", description="ISO 639 code")]
Languages = Annotated[list[Language], Field(max_length=10)]
OtherNames = Annotated[list[Name], Field(max_length=20, description="Aliases, names before marriage, other spellings")]
Guarded = Annotated[list[UUID], Field(max_length=20, description="Persons of this case that this one answers for")]


class PersonFields(StrictModel):
    """What is sealed of a person; a field that is null is not known."""

    given_names: Name | None = None
    family_names: Name | None = None
    other_names: OtherNames | None = None
    born_on: date | None = None
    sex: Sex | None = None
    languages: Languages | None = None
    address: str | None = Field(default=None, min_length=1, max_length=1000)
    telephone: str | None = Field(default=None, min_length=1, max_length=100)
    mail: str | None = Field(default=None, min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")


class PersonCreate(PersonFields):
    """A person named in a case, by one name at least."""

    role: Role
    guardian_of: Guarded = Field(default_factory=list)


class PersonPatch(PersonFields):
    """What changes of a person; null empties a field."""

    role: Role | None = None
    guardian_of: Guarded | None = None


class PersonView(View):
    """A person as far as you may read: a field that you may not read is absent, and named in `withheld`."""

    id: UUID
    case_id: UUID
    role: Role
    guardian_of: list[UUID]
    added_at: AwareDatetime
    version: int
    withheld: list[str]
    given_names: str | None = None
    family_names: str | None = None
    other_names: list[str] | None = None
    born_on: date | None = None
    sex: Sex | None = None
    languages: list[str] | None = None
    address: str | None = None
    telephone: str | None = None
    mail: str | None = None


class NameSearch(StrictModel):
    """A name, whole or in part, in any order and either script."""

    name: str = Field(min_length=2, max_length=400)


class FoundView(View):
    """A person found, and the case they are in; `is_whole`: the name has no other parts than those asked for."""

    person_id: UUID
    case_id: UUID
    kind: Kind
    area: AreaCode
    role: Role
    name: str
    is_whole: bool


class FoundPage(View):
    """Who was found; `more`: there are others, ask for more of the name."""

    items: list[FoundView]
    more: bool
