"""Changing the secret of the blind index: all names indexed anew, in batches, while the service runs. Rule C13."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists
from sqlmodel import col, select

from beatbook.kit.db import AsyncSession
from beatbook.kit.sealing import KeyRing
from services.cases.files.queries import as_clock, open_key
from services.cases.files.tables import CaseKey
from services.cases.people.commands import index
from services.cases.people.names import NameIndex
from services.cases.people.tables import Person, PersonTag

BATCH = 200


@dataclass(frozen=True)
class Turn:
    """What one batch did: the last person looked at (None: there was none), and how many were indexed anew."""

    last: UUID | None
    indexed: int


async def index_anew(session: AsyncSession, vault: KeyRing, names: NameIndex, after: UUID | None) -> Turn:
    """Index the next batch of people whose tags are missing or made with another secret. Can be begun again.

    The people of expunged cases have no tags, and get none.
    """
    await as_clock(session)
    settled = exists().where(col(PersonTag.person_id) == col(Person.id), col(PersonTag.made_with) == names.current)
    statement = (
        select(Person, CaseKey.wrapped)
        .join(CaseKey, col(CaseKey.case_id) == col(Person.case_id))
        .where(col(Person.id) > (after or UUID(int=0)), ~settled)
    )
    rows = (
        await session.exec(statement.order_by(col(Person.id)).limit(BATCH).with_for_update(of=Person, key_share=True))
    ).all()
    indexed = 0
    for person, wrapped in rows:
        if (key := open_key(vault, wrapped, person.case_id)) is not None:
            await index(session, names, key, person)
            indexed += 1
    return Turn(rows[-1][0].id if rows else None, indexed)
