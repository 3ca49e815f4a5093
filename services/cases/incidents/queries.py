"""Reads of incidents, each through the door `visible_to`."""

from collections.abc import Iterator, Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, func, tuple_
from sqlalchemy.orm import Mapped
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from beatbook.kit.scoping import lies_within
from services.cases.incidents.rules import READERS
from services.cases.incidents.schemas import IncidentFilter
from services.cases.incidents.tables import Incident, IncidentBatch, IncidentRefusal

T = TypeVar("T")


def visible_to(statement: SelectOfScalar[T], actor: Actor, area: Mapped[str]) -> SelectOfScalar[T]:
    """Leave only what lies in the areas whose incidents the actor may read. ARCHITECTURE 6."""
    return statement.where(lies_within(area, *actor.areas_as(READERS)))


async def list_incidents(
    session: AsyncSession, actor: Actor, wanted: IncidentFilter, *, after: UUID | None, limit: int
) -> Sequence[Incident]:
    """Incidents in the order in which they were recorded."""
    statement = visible_to(select(Incident), actor, col(Incident.area)).order_by(col(Incident.id)).limit(limit)
    statement = statement.where(*_conditions(wanted))
    if after is not None:
        statement = statement.where(col(Incident.id) > after)
    return (await session.exec(statement)).all()


def _conditions(wanted: IncidentFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.area is not None:
        yield lies_within(col(Incident.area), wanted.area)
    if wanted.category is not None:
        yield col(Incident.category).startswith(wanted.category, autoescape=True)
    if wanted.month is not None:
        yield col(Incident.month) == wanted.month
    if wanted.since is not None:
        yield col(Incident.occurred_from) >= wanted.since
    if wanted.until is not None:
        yield col(Incident.occurred_from) < wanted.until
    if wanted.weekdays:
        yield col(Incident.weekday).in_(wanted.weekdays)
    if wanted.hours:
        yield col(Incident.hour).in_(wanted.hours)
    if wanted.place is not None:
        yield col(Incident.place) == wanted.place
    if wanted.is_urgent is not None:
        yield col(Incident.is_urgent).is_(wanted.is_urgent)


async def incident_by_id(
    session: AsyncSession, actor: Actor, incident_id: UUID, *, locked: bool = False
) -> Incident:  # fmt: skip
    """One incident; raises `NotFound`, also for one that the actor may not see."""
    statement = visible_to(select(Incident).where(Incident.id == incident_id), actor, col(Incident.area))
    if locked:
        statement = statement.with_for_update(key_share=True)
    incident = (await session.exec(statement)).first()
    if incident is None:
        raise NotFound("incident")
    return incident


async def incident_by_source(
    session: AsyncSession, actor: Actor, country: str, source: str, external_id: str
) -> Incident | None:  # fmt: skip
    """The incident that a source named so, if the actor may see it."""
    statement = select(Incident).where(
        func.split_part(Incident.area, ".", 1) == country,
        Incident.source == source,
        Incident.external_id == external_id,
    )
    return (await session.exec(visible_to(statement, actor, col(Incident.area)))).first()


async def complete_batches(session: AsyncSession, actor: Actor, import_id: str, root: str | None) -> Sequence[int]:
    """The batches of an import of which no row was refused: sending them again could add nothing."""
    statement = select(IncidentBatch.batch).where(IncidentBatch.import_id == import_id, IncidentBatch.refused == 0)
    if root is not None:
        statement = statement.where(IncidentBatch.root == root)
    return (await session.exec(visible_to(statement, actor, col(IncidentBatch.root)).order_by("batch"))).all()


async def digests(session: AsyncSession, root: str, import_id: str) -> dict[int, bytes | None]:
    """The batches of an import that were taken whole, with their digests."""
    statement = select(IncidentBatch.batch, IncidentBatch.digest).where(
        IncidentBatch.root == root, IncidentBatch.import_id == import_id, IncidentBatch.refused == 0
    )
    return dict((await session.exec(statement)).all())


async def list_refusals(
    session: AsyncSession, actor: Actor, import_id: str, root: str, *, after: tuple[int, int] | None, limit: int
) -> Sequence[IncidentRefusal]:
    """The rows of an import that were refused, by batch and row."""
    place = col(IncidentRefusal.batch), col(IncidentRefusal.row)
    statement = (
        visible_to(select(IncidentRefusal), actor, col(IncidentRefusal.root))
        .where(IncidentRefusal.root == root, IncidentRefusal.import_id == import_id)
        .order_by(*place)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(tuple_(*place) > tuple_(*after))
    return (await session.exec(statement)).all()
