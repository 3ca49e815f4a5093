"""Reads of people, of a case that was entered. Rules C9a, C13."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import any_, literal
from sqlalchemy.dialects.postgresql import ARRAY, INTEGER
from sqlmodel import col, select

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Forbidden, NotFound, Refused
from beatbook.kit.sealing import KeyRing, SealingKey
from services.cases.files.queries import Entered, enter_all, visible_to
from services.cases.files.rules import Action, Field
from services.cases.files.tables import CaseFile
from services.cases.people.names import NameIndex, parts_of
from services.cases.people.rules import GUARDED, age_on, guarded_as, place_of
from services.cases.people.rules import Role as Role
from services.cases.people.schemas import FoundPage, FoundView, PersonView
from services.cases.people.tables import Person, PersonTag

CANDIDATES, SHOWN = 500, 50


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
    born_on = unsealed(entered.key, person, "born_on")
    return None if born_on is None else age_on(date.fromisoformat(born_on), day)


def unsealed(key: SealingKey, person: Person, name: str) -> Any:
    """What is written in a person's field, whoever asks; None when nothing is."""
    sealed = getattr(person, f"sealed_{name}")
    return None if sealed is None else key.read(sealed, place_of(name, person.id))


def written_names(key: SealingKey, person: Person) -> list[str]:
    """A person's names: first the one they go by, given and family; then the others."""
    going_by = (unsealed(key, person, "given_names"), unsealed(key, person, "family_names"))
    return [" ".join(filter(None, going_by)), *(unsealed(key, person, "other_names") or [])]


def view(entered: Entered, person: Person) -> PersonView:
    """A person as far as the actor's part in the case allows, field by field."""
    readable = [name for name in GUARDED if entered.may(Action.READ, guarded_as(name, person.role))]
    plain = {name: getattr(person, name) for name in ("id", "case_id", "role", "guardian_of", "added_at", "version")}
    read = {name: unsealed(entered.key, person, name) for name in readable}
    return PersonView.model_validate(plain | read | {"withheld": [name for name in GUARDED if name not in readable]})


async def find(
    session: AsyncSession, actor: Actor, now: datetime, vault: KeyRing, names: NameIndex, name: str
) -> FoundPage:  # fmt: skip
    """Who bears a name, in the cases whose people the actor may know by name. Noted, without the name. Rule C13.

    Tags are shared by different names on purpose, so what they lead to is opened and compared.
    """
    asked = parts_of(name)
    if not asked:
        raise Refused("A name has letters in it.", code="nameless", rule="C13")
    statement = visible_to(
        select(Person).join(CaseFile, col(CaseFile.id) == col(Person.case_id)), actor, now, None
    )  # fmt: skip
    for part in asked:
        tags = literal(names.tags_of_part(part), ARRAY(INTEGER))
        tagged = select(PersonTag.person_id).where(col(PersonTag.tag) == any_(tags))
        statement = statement.where(col(Person.id).in_(tagged))
    rows = (await session.exec(statement.order_by(col(Person.id)).limit(CANDIDATES))).all()
    cases = sorted({row.case_id for row in rows})
    entered = await enter_all(
        session, actor, now, vault, cases, Action.READ, Field.IDENTITY, noted_as="search_names"
    )  # fmt: skip
    found = [view for row in rows if row.case_id in entered and (view := _found(entered[row.case_id], row, asked))]
    return FoundPage(items=found[:SHOWN], more=len(found) > SHOWN or len(rows) == CANDIDATES)


def _found(entered: Entered, person: Person, asked: frozenset[str]) -> FoundView | None:
    written = written_names(entered.key, person)
    if not asked <= parts_of(*written):
        return None
    return FoundView(
        person_id=person.id,
        case_id=person.case_id,
        kind=entered.file.kind,
        area=entered.file.area,
        role=person.role,
        name=written[0] or written[1],
        is_whole=any(asked == parts_of(one) for one in written),
    )
