"""The doors to cases: `enter` to one, `visible_to` and `unlock` to a list. Rules C13, C14, C15."""

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import ColumnElement, Select, and_, any_, exists, false, func, literal, not_, or_, text
from sqlalchemy import select as core_select
from sqlalchemy.orm import Mapped
from sqlmodel import col, select

from beatbook.contracts.actor import Actor, Role
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Forbidden, Gone, NotFound, Unavailable
from beatbook.kit.scoping import lies_within
from beatbook.kit.sealing import Destroyed, KeyRing, SealingKey, Unreadable
from services.cases.audit.commands import note
from services.cases.files.rules import ROLES, Action, Field, Kind, Part, Verdict, decide, part_of, shared_at
from services.cases.files.tables import CaseFile, CaseKey, CaseOpening

log = logging.getLogger(__name__)

EXPUNGED = "This case was expunged: what was written in it cannot be read any more."
Statement = TypeVar("Statement", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True)
class Entered:
    """A case that an actor was let into: its file, the part they have in it, and the key of what is sealed."""

    file: CaseFile
    part: Part
    key: SealingKey
    at: datetime
    """The moment of the request."""

    def may(self, action: Action, field: Field) -> bool:
        """Whether who entered may also do this with that field."""
        return decide(self.part, action, field, shared_at(self.file, self.at)) is Verdict.ALLOWED


async def _vault(request: Request) -> KeyRing:
    vault: KeyRing = request.app.state.resources[KeyRing]
    return vault


Vault = Annotated[KeyRing, Depends(_vault)]
"""The key-encryption keys, in a route's parameters."""


def _opened(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Whether a case is open to the actor by force; looked up once for a whole statement."""
    theirs = core_select(col(CaseOpening.case_id)).where(
        col(CaseOpening.subject) == actor.subject, col(CaseOpening.expires_at) > now
    )
    return col(CaseFile.id) == any_(func.array(theirs.scalar_subquery()))


_LET_IN = text("select set_config('beatbook.entered', :id, true)")


async def enter(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    case_id: UUID,
    action: Action,
    kind: Kind | None,
    *,
    field: Field = Field.TEXT,
    locked: bool = False,
    detail: Mapping[str, Any] | None = None,
) -> Entered:
    """Let the actor into a case (of a kind, unless None), to do one thing with one field, and note it.

    Raises `NotFound` for whoever is not to know of it, `Forbidden` for who may not do this, `Gone` for an expunged one.
    Rules C13, C14, C15.
    """
    statement = (
        select(CaseFile, CaseKey.wrapped, _opened(actor, now))
        .outerjoin(CaseKey, col(CaseKey.case_id) == col(CaseFile.id))
        .where(CaseFile.id == case_id)
    )
    if kind is not None:
        statement = statement.where(CaseFile.kind == kind)
    if locked:
        statement = statement.with_for_update(of=CaseFile)
    found = (await session.exec(statement)).first()
    if found is None:
        raise NotFound(kind or "case")
    file, wrapped, opened = found
    part = part_of(actor, file, opened=opened)
    verdict = decide(part, action, field, shared_at(file, now))
    if part is None or verdict is Verdict.HIDDEN:
        raise NotFound(kind or "case")
    if verdict is Verdict.FORBIDDEN:
        raise Forbidden("Your part in this case does not allow this.", rule="C14")
    key = open_key(vault, wrapped, case_id)
    if key is None or file.expunged_at is not None:
        raise Gone(EXPUNGED, rule="C16")
    if locked:  # whoever hands a case over would see it no more, which the database refuses in the middle of a change
        await (await session.connection()).execute(_LET_IN, {"id": str(case_id)})
    await note(session, actor, now, action, case_id=case_id, kind=file.kind, detail=detail)
    return Entered(file, part, key, now)


def open_key(vault: KeyRing, wrapped: bytes | None, case_id: UUID) -> SealingKey | None:
    """A case's key; None for an expunged one, also for one that a copy of the database brought back. Rule C16.

    Raises `Unavailable` for a key under a secret that is not known here.
    """
    if wrapped is None:
        return None
    try:
        return vault.open(wrapped, case_id)
    except Destroyed:
        return None
    except Unreadable as error:
        log.error("a case's key is under a secret that is not known here")
        raise Unavailable("The key of this case is under a secret that the service was not given.", 60) from error


async def enter_all(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    case_ids: Sequence[UUID],
    action: Action,
    field: Field,
    *,
    noted_as: str,
) -> dict[UUID, Entered]:
    """Of these cases, of whatever kind, those that the actor may enter to do this; one entry in the actor's chain."""
    statement = (
        select(CaseFile, CaseKey.wrapped, _opened(actor, now))
        .join(CaseKey, col(CaseKey.case_id) == col(CaseFile.id))
        .where(col(CaseFile.id).in_(case_ids))
    )
    entered = {}
    for file, wrapped, opened in (await session.exec(statement)).all() if case_ids else ():
        part = part_of(actor, file, opened=opened)
        allowed = decide(part, action, field, shared_at(file, now)) is Verdict.ALLOWED
        if part is not None and allowed and (key := open_key(vault, wrapped, file.id)) is not None:
            entered[file.id] = Entered(file, part, key, now)
    await note(session, actor, now, noted_as, detail={"cases": sorted(map(str, entered)), "found": len(entered)})
    return entered


def visible_to(statement: Statement, actor: Actor, now: datetime, kind: Kind | None) -> Statement:
    """Leave, of a statement that joins `CaseFile`, only the cases that `rules.part_of` gives a part in.

    Of one kind, or of all.
    """
    mine = or_(
        col(CaseFile.supervisor) == actor.subject,
        literal(actor.subject) == any_(col(CaseFile.team)),
        _opened(actor, now),
    )
    sent = (
        and_(
            col(CaseFile.agency) == actor.agency,
            lies_within(col(CaseFile.area), *actor.areas_as({Role.PARTNER})),
        )
        if actor.agency
        else false()
    )
    return statement.where(
        or_(
            *(
                and_(
                    col(CaseFile.kind) == one,
                    not_(lies_within(col(CaseFile.area), *actor.areas_as(roles.barred))),
                    or_(
                        lies_within(col(CaseFile.area), *actor.areas_as(roles.overseers)),
                        and_(lies_within(col(CaseFile.area), *actor.areas_as(roles.workers)), mine),
                        sent,
                    ),
                )
                for one, roles in ROLES.items()
                if kind in (None, one)
            )
        )
    )


async def list_files(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    *,
    kind: Kind,
    area: str | None,
    after: UUID | None,
    limit: int,
) -> Sequence[CaseFile]:
    """Case files of a kind, in the order in which they were opened."""
    here = actor.model_copy(update={"agency": None})  # a recipient is not told who works on what it was sent, or where
    statement = visible_to(select(CaseFile), here, now, kind).order_by(col(CaseFile.id)).limit(limit)
    if area is not None:
        statement = statement.where(lies_within(col(CaseFile.area), area))
    if after is not None:
        statement = statement.where(col(CaseFile.id) > after)
    return (await session.exec(statement)).all()


async def unlock(
    session: AsyncSession, actor: Actor, now: datetime, vault: KeyRing, kind: Kind, case_ids: Sequence[UUID]
) -> dict[UUID, SealingKey]:
    """The keys, by id, of cases that `visible_to` let into a list; an expunged one has none. Noted. Rule C15."""
    if not case_ids:
        return {}
    statement = select(CaseKey.case_id, CaseKey.wrapped).where(col(CaseKey.case_id).in_(case_ids))
    wrapped = (await session.exec(statement)).all()
    await note(session, actor, now, "list", kind=kind, detail={"cases": [str(case_id) for case_id in case_ids]})
    return {case_id: key for case_id, kept in wrapped if (key := open_key(vault, kept, case_id)) is not None}


@asynccontextmanager
async def behind_the_wall(session: AsyncSession) -> AsyncIterator[None]:
    """For the statements in it, row-level security hides no case: for who has no part in one, and breaks its glass or
    looks into that. The caller decides whether they may.
    """
    await as_clock(session)
    yield
    await (await session.connection()).execute(text("select set_config('beatbook.own_work', '', true)"))


async def file_and_key(session: AsyncSession, case_id: UUID) -> tuple[CaseFile | None, bytes | None]:
    """A case's file and its wrapped key, as far as they are there: for `behind_the_wall`."""
    statement = select(CaseFile, CaseKey.wrapped).outerjoin(CaseKey, col(CaseKey.case_id) == col(CaseFile.id))
    found = (await session.exec(statement.where(CaseFile.id == case_id))).first()
    return (None, None) if found is None else (found[0], found[1])


def is_kept(case_id: Mapped[UUID]) -> ColumnElement[bool]:
    """Whether a case is still there: of an expunged one the clock reminds nobody. Rule C16."""
    return exists().where(col(CaseFile.id) == case_id, col(CaseFile.expunged_at).is_(None))


async def as_clock(session: AsyncSession) -> None:
    """Tell this transaction's row-level security that the service itself acts: a timer, or a command for all areas."""
    await (await session.connection()).execute(text("select set_config('beatbook.own_work', 'on', true)"))
