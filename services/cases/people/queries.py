"""Reads of people, of a case that was entered. Rules C9a, C13."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from sqlmodel import col, select

from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Forbidden, NotFound
from services.cases.files.queries import Entered
from services.cases.files.rules import Action
from services.cases.people.names import NameIndex
from services.cases.people.rules import GUARDED, age_on, guarded_as, place_of
from services.cases.people.rules import Role as Role
from services.cases.people.schemas import PersonView
from services.cases.people.tables import Person


async def _names(request: Request) -> NameIndex:
    names: NameIndex = request.app.state.resources[NameIndex]
    return names


Names = Annotated[NameIndex, Depends(_names)]
"""The blind index of names, in a route's parameters."""


def check_may_see_people(entered: Entered) -> None:
    """Raise `Forbidden` for who may read nothing of any person: not even how many there are. Rule C13."""
    if not any(entered.may(Action.READ, guarded_as(name, role)) for name in GUARDED for role in Role):
        raise Forbidden("Your part in this case does not allow this.", rule="C14")


async def person_by_id(session: AsyncSession, entered: Entered, person_id: UUID, *, locked: bool = False) -> Person:
    """A person of the case entered; raises `NotFound`, also for a person of another case."""
    statement = select(Person).where(Person.id == person_id, Person.case_id == entered.file.id)
    person = (await session.exec(statement.with_for_update() if locked else statement)).first()
    if person is None:
        raise NotFound("person")
    return person


async def list_people(session: AsyncSession, entered: Entered, *, after: UUID | None, limit: int) -> Sequence[Person]:
    """The people of the case entered, in the order in which they were added."""
    statement = select(Person).where(Person.case_id == entered.file.id).order_by(col(Person.id)).limit(limit)
    if after is not None:
        statement = statement.where(col(Person.id) > after)
    return (await session.exec(statement)).all()


async def age_at(session: AsyncSession, entered: Entered, person_id: UUID, day: date) -> int | None:
    """A person's age in whole years on a day; None when no date of birth is written down. Rules C8, C9."""
    person = await person_by_id(session, entered, person_id)
    born_on = unsealed(entered, person, "born_on")
    return None if born_on is None else age_on(date.fromisoformat(born_on), day)


def unsealed(entered: Entered, person: Person, name: str) -> Any:
    """What is written in a person's field, whoever asks; None when nothing is."""
    sealed = getattr(person, f"sealed_{name}")
    return None if sealed is None else entered.key.read(sealed, place_of(name, person.id))


def written_names(entered: Entered, person: Person) -> Mapping[str, list[str]]:
    """A person's names: the one they go by (`name`, given and family), and the others."""
    given, family = unsealed(entered, person, "given_names"), unsealed(entered, person, "family_names")
    return {
        "name": [part for part in (given, family) if part],
        "others": unsealed(entered, person, "other_names") or [],
    }


def view(entered: Entered, person: Person) -> PersonView:
    """A person as far as the actor's part in the case allows, field by field."""
    readable = [name for name in GUARDED if entered.may(Action.READ, guarded_as(name, person.role))]
    plain = {name: getattr(person, name) for name in ("id", "case_id", "role", "guardian_of", "added_at", "version")}
    read = {name: unsealed(entered, person, name) for name in readable}
    return PersonView.model_validate(plain | read | {"withheld": [name for name in GUARDED if name not in readable]})
