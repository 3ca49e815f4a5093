"""Naming people in cases: called by the routes, and by the features that name somebody. Rule C13."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, delete, select

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Forbidden, Refused
from beatbook.kit.ids import new_id
from beatbook.kit.sealing import SealingKey
from beatbook.kit.web import ExpectedVersion
from services.cases.audit.commands import note
from services.cases.files.queries import Entered
from services.cases.files.rules import Action
from services.cases.people.names import NameIndex, parts_of
from services.cases.people.queries import person_by_id, written_names
from services.cases.people.rules import GUARDED, NAMES, Role, guarded_as, may_be_born_on, place_of
from services.cases.people.schemas import PersonCreate, PersonPatch
from services.cases.people.tables import Person, PersonTag


async def add(
    session: AsyncSession, actor: Actor, now: datetime, names: NameIndex, entered: Entered, request: PersonCreate
) -> Person:  # fmt: skip
    """Name a person in a case that was entered to write. Which fields were written is noted, not what."""
    person = Person(id=new_id(), case_id=entered.file.id, role=request.role, guardian_of=[], added_at=now)
    await _guard(session, person, request.guardian_of)
    sent = {name: value for name in GUARDED if (value := getattr(request, name)) is not None}
    _write(entered, now, person, sent)
    session.add(person)
    await session.flush()
    await index(session, names, entered.key, person)
    await _note(session, actor, now, entered, person, "add_person", [*sent])
    return person


async def change(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    names: NameIndex,
    entered: Entered,
    person_id: UUID,
    expected: ExpectedVersion,
    request: PersonPatch,
) -> Person:
    """Change what is known of a person of a case that was entered to write and locked."""
    person = await person_by_id(session, entered, person_id, locked=True)
    expected.check(person.version)
    sent = {name: getattr(request, name) for name in request.model_fields_set}
    if (role := sent.pop("role", person.role)) != person.role:
        _check_role(entered, person.role, role)
        person.role = role
    if "guardian_of" in sent:
        await _guard(session, person, sent.pop("guardian_of") or [])
    _write(entered, now, person, sent)
    person.version += 1
    await session.flush()
    if sent.keys() & set(NAMES):
        await index(session, names, entered.key, person)
    await _note(session, actor, now, entered, person, "change_person", [*request.model_fields_set])
    return person


def _check_role(entered: Entered, before: Role, after: Role | None) -> None:
    """A role decides who reads the contacts: whoever may not write them in both roles can't change it. Rule C9a."""
    if after is None:
        raise Refused("A person in a case has a role: leave the field out, or send one.", code="invalid")
    if not all(entered.may(Action.WRITE, guarded_as("address", role)) for role in (before, after)):
        raise Forbidden("Your part in this case does not allow this change of role.", rule="C9a")


async def _guard(session: AsyncSession, person: Person, guarded: Sequence[UUID]) -> None:
    """Say whom a person answers for; raises `Refused` unless all are others of the same case."""
    wanted = sorted(set(guarded))
    there = select(Person.id).where(Person.case_id == person.case_id, col(Person.id).in_(wanted))
    if wanted and (person.id in wanted or len((await session.exec(there)).all()) < len(wanted)):
        raise Refused("Whoever is answered for is another person of this case.", code="unknown_person", rule="C13")
    person.guardian_of = wanted


def _write(entered: Entered, now: datetime, person: Person, sent: Mapping[str, Any]) -> None:
    """Seal what was sent into its fields; null empties one."""
    if not all(entered.may(Action.WRITE, guarded_as(name, person.role)) for name in sent):
        raise Forbidden("Your part in this case does not allow writing all of these fields.", rule="C13")
    born_on = sent.get("born_on")
    if born_on is not None and not may_be_born_on(born_on, now):
        raise Refused(
            "Nobody named here was born on that day: check the year.", code="born-when", rule="C13",
            unmet=["born_on: a day of the last 130 years"],
        )  # fmt: skip
    for name, value in sent.items():
        sealed = None if value is None else entered.key.seal(value, place_of(name, person.id))
        setattr(person, f"sealed_{name}", sealed)
    if not any(getattr(person, f"sealed_{name}") for name in NAMES):
        raise Refused(
            "A person is named by one name at least.", code="nameless", rule="C13", unmet=[f"one of {', '.join(NAMES)}"]
        )


async def forget_names(session: AsyncSession, case_id: UUID) -> None:
    """Take the people of a case out of the index of names. Rule C16."""
    await session.exec(delete(PersonTag).where(col(PersonTag.case_id) == case_id))


async def index(session: AsyncSession, names: NameIndex, key: SealingKey, person: Person) -> None:
    """Make the tags by which a person's names are found, in place of those before."""
    await session.exec(delete(PersonTag).where(col(PersonTag.person_id) == person.id))
    session.add_all(
        PersonTag(tag=tag, person_id=person.id, case_id=person.case_id, made_with=names.current)
        for tag in names.tags(person.id, parts_of(*written_names(key, person)))
    )
    await session.flush()


async def _note(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    entered: Entered,
    person: Person,
    action: str,
    fields: Sequence[str],
) -> None:
    detail = {"person": str(person.id), "fields": sorted(fields)}
    await note(session, actor, now, action, case_id=entered.file.id, kind=entered.file.kind, detail=detail)
