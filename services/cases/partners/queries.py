"""Reads of agencies and memoranda, each through the door `visible_to`."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, any_, cast, exists, false, func, literal, or_
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from beatbook.contracts.actor import Actor, Role
from beatbook.contracts.areas import lineage
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from services.cases.partners.rules import READERS, Service, minute_of_week
from services.cases.partners.tables import Agency, SignedMemorandum

T = TypeVar("T")


def _works_in(*areas: str) -> ColumnElement[bool]:
    """Whether the agency works in one of the areas, in all of it or in a part."""
    works = col(Agency.areas)
    below = func.unnest(works).column_valued("area")
    return or_(
        false(),
        *(works.op("&&")(cast(array(lineage(area)), ARRAY(Text))) for area in areas),
        *(exists().where(func.starts_with(below, area + ".")).correlate(Agency) for area in areas),
    )


def visible_to(statement: SelectOfScalar[T], actor: Actor) -> SelectOfScalar[T]:
    """Leave only the agencies that work where the actor holds a reader's role, and the partner's own. Rule C11."""
    own = col(Agency.code) == actor.agency if actor.agency and actor.areas_as({Role.PARTNER}) else false()
    return statement.where(or_(_works_in(*actor.areas_as(READERS)), own))


async def agency_by_code(session: AsyncSession, actor: Actor, code: str, *, locked: bool = False) -> Agency:
    """One agency; raises `NotFound`, also for one that the actor may not see."""
    statement = visible_to(select(Agency).where(Agency.code == code), actor)
    agency = (await session.exec(statement.with_for_update(key_share=True) if locked else statement)).first()
    if agency is None:
        raise NotFound("agency")
    return agency


async def list_agencies(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    *,
    service: Service | None,
    area: str | None,
    language: str | None,
    open_now: bool,
    after: UUID | None,
    limit: int,
) -> Sequence[Agency]:
    """Active agencies, in the order in which they were registered."""
    statement = visible_to(select(Agency).where(col(Agency.is_active)), actor).order_by(col(Agency.id)).limit(limit)
    if service is not None:
        statement = statement.where(literal(service.value) == any_(col(Agency.services)))
    if area is not None:
        statement = statement.where(_works_in(area))
    if language is not None:
        statement = statement.where(literal(language) == any_(col(Agency.languages)))
    if open_now:
        zones = (await session.exec(select(Agency.zone).distinct())).all()
        statement = statement.where(or_(false(), *(_open_at(zone, now) for zone in zones)))
    if after is not None:
        statement = statement.where(col(Agency.id) > after)
    return (await session.exec(statement)).all()


def _open_at(zone: str, now: datetime) -> ColumnElement[bool]:
    return and_(col(Agency.zone) == zone, col(Agency.open_minutes).op("@>")(minute_of_week(now, zone)))


async def memorandum_by_id(
    session: AsyncSession, agency: Agency, memorandum_id: UUID, *, locked: bool = False
) -> SignedMemorandum:
    """A memorandum with an agency that the actor sees; raises `NotFound`."""
    statement = select(SignedMemorandum).where(
        SignedMemorandum.id == memorandum_id, SignedMemorandum.agency == agency.code
    )
    found = (await session.exec(statement.with_for_update() if locked else statement)).first()
    if found is None:
        raise NotFound("memorandum")
    return found


async def list_memoranda(
    session: AsyncSession, agency: Agency, *, after: int, limit: int
) -> Sequence[SignedMemorandum]:  # fmt: skip
    """The memoranda with an agency, in the order in which they were signed."""
    statement = (
        select(SignedMemorandum)
        .where(SignedMemorandum.agency == agency.code, SignedMemorandum.number > after)
        .order_by(col(SignedMemorandum.number))
        .limit(limit)
    )
    return (await session.exec(statement)).all()


async def memoranda_of(
    session: AsyncSession, agencies: Sequence[str], now: datetime, *, held: bool = False
) -> Sequence[SignedMemorandum]:
    """The memoranda of agencies that have not ended; `held`: none of them ends before this transaction does."""
    statement = (
        select(SignedMemorandum)
        .where(
            col(SignedMemorandum.agency).in_(agencies),
            col(SignedMemorandum.ended_at).is_(None),
            col(SignedMemorandum.ends_on) >= now.date(),
        )
        .order_by(col(SignedMemorandum.id))
    )
    return (await session.exec(statement.with_for_update(read=True) if held else statement)).all()


async def agency_to_send_to(session: AsyncSession, code: str) -> Agency | None:
    """An agency by its code, whoever asks: for what is sent to it."""
    return (await session.exec(select(Agency).where(Agency.code == code))).first()
