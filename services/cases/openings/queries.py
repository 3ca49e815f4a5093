"""Reads of openings, each through the door `visible_to`."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from beatbook.kit.scoping import lies_within
from beatbook.kit.sealing import KeyRing, SealingKey
from services.cases.audit.commands import note
from services.cases.files.queries import behind_the_wall, file_and_key, open_key
from services.cases.files.rules import ROLES, Kind
from services.cases.files.tables import CaseOpening
from services.cases.openings.rules import WITNESSES, may_review
from services.cases.openings.schemas import OpeningFilter, OpeningView, OpeningWithReason

REASON, NOTE = "openings.reason", "openings.note"
"""The places that an opening's texts are sealed for."""


def visible_to(statement: SelectOfScalar[CaseOpening], actor: Actor) -> SelectOfScalar[CaseOpening]:
    """Leave only the openings that `rules.may_witness` lets the actor know of, and their own."""
    led = [
        and_(col(CaseOpening.kind) == kind, lies_within(col(CaseOpening.area), *actor.areas_as(ROLES[kind].workers)))
        for kind in Kind
    ]
    return statement.where(
        or_(
            col(CaseOpening.subject) == actor.subject,
            lies_within(col(CaseOpening.area), *actor.areas_as(WITNESSES)),
            and_(col(CaseOpening.supervisor) == actor.subject, or_(*led)),
        )
    )


async def opening_by_id(
    session: AsyncSession, actor: Actor, opening_id: UUID, *, locked: bool = False
) -> CaseOpening:  # fmt: skip
    """One opening; raises `NotFound`, also for one that the actor may not know of."""
    statement = visible_to(select(CaseOpening).where(CaseOpening.id == opening_id), actor)
    opening = (await session.exec(statement.with_for_update() if locked else statement)).first()
    if opening is None:
        raise NotFound("opening")
    return opening


async def list_openings(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    *,
    area: str | None,
    case_id: UUID | None,
    state: OpeningFilter | None,
    after: UUID | None,
    limit: int,
) -> Sequence[CaseOpening]:
    """Openings in the order in which they were made."""
    statement = visible_to(select(CaseOpening), actor).order_by(col(CaseOpening.id)).limit(limit)
    if area is not None:
        statement = statement.where(lies_within(col(CaseOpening.area), area))
    if case_id is not None:
        statement = statement.where(CaseOpening.case_id == case_id)
    if state is OpeningFilter.RUNNING:
        statement = statement.where(CaseOpening.expires_at > now)
    elif state is OpeningFilter.UNREVIEWED:
        statement = statement.where(col(CaseOpening.finding).is_(None))
    if after is not None:
        statement = statement.where(col(CaseOpening.id) > after)
    return (await session.exec(statement)).all()


async def key_of(session: AsyncSession, vault: KeyRing, opening: CaseOpening) -> SealingKey | None:
    """The key of the case that was opened; None when it was expunged."""
    async with behind_the_wall(session):  # oversight does not see the case itself
        _, wrapped = await file_and_key(session, opening.case_id)
    return open_key(vault, wrapped, opening.case_id)


async def with_reason(
    session: AsyncSession, actor: Actor, now: datetime, vault: KeyRing, opening: CaseOpening
) -> OpeningWithReason:
    """An opening with what was written about it, for who reviews it; that it was read is noted. Rules C14, C15."""
    key = await key_of(session, vault, opening) if may_review(actor, opening) else None
    if key is not None:
        detail = {"opening": str(opening.id)}
        await note(session, actor, now, "read_opening", case_id=opening.case_id, kind=opening.kind, detail=detail)
    return OpeningWithReason(
        **OpeningView.model_validate(opening).model_dump(),
        reason=key.read(opening.sealed_reason, f"{REASON}.{opening.id}") if key else None,
        note=key.read(opening.sealed_note, f"{NOTE}.{opening.id}") if key and opening.sealed_note else None,
    )
