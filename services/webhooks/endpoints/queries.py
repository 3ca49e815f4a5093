"""Reads of endpoints."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from beatbook.contracts.actor import Actor, Role
from beatbook.kit.errors import NotFound
from services.webhooks.endpoints.rules import EndpointState
from services.webhooks.endpoints.tables import Endpoint

T = TypeVar("T")


def visible_to(statement: SelectOfScalar[T], actor: Actor) -> SelectOfScalar[T]:
    """Only the endpoints that `rules.may_manage` lets the actor see, and none that was deleted."""
    as_partner = false() if actor.agency is None else and_(
        col(Endpoint.agency) == actor.agency, _covered(actor.areas_as({Role.PARTNER}))
    )  # fmt: skip
    as_admin = _covered(actor.areas_as({Role.ADMIN}))
    return statement.where(col(Endpoint.state) != EndpointState.DELETED, or_(as_partner, as_admin))


def _covered(grants: Sequence[str]) -> ColumnElement[bool]:
    """Whether each area of the endpoint is one of `grants` or lies below one. Rule A1."""
    if not grants:
        return false()
    area = func.unnest(col(Endpoint.areas)).column_valued("area")
    below = [func.starts_with(area, grant + ".") for grant in grants]
    return ~exists().where(~or_(area.in_(grants), *below)).correlate(Endpoint)


async def endpoint_by_id(session: AsyncSession, endpoint_id: UUID, actor: Actor, *, locked: bool = False) -> Endpoint:
    """One endpoint that the actor may see; raises `NotFound`."""
    statement = visible_to(select(Endpoint).where(Endpoint.id == endpoint_id), actor)
    if locked:
        statement = statement.with_for_update()
    endpoint = (await session.exec(statement)).one_or_none()
    if endpoint is None:
        raise NotFound("endpoint")
    return endpoint


async def list_endpoints(session: AsyncSession, actor: Actor, *, after: UUID | None, limit: int) -> Sequence[Endpoint]:
    """Endpoints that the actor may see, oldest first."""
    statement = visible_to(select(Endpoint), actor).order_by(col(Endpoint.id)).limit(limit)
    if after is not None:
        statement = statement.where(col(Endpoint.id) > after)
    return (await session.exec(statement)).all()


async def hold_agency(session: AsyncSession, agency: str) -> None:
    """Let no one else register an endpoint of this agency until the transaction's end."""
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(f"endpoints:{agency}", 0))))


async def count_of_agency(session: AsyncSession, agency: str) -> int:
    """How many endpoints an agency has."""
    statement = select(func.count()).where(Endpoint.agency == agency, Endpoint.state != EndpointState.DELETED)
    return (await session.exec(statement)).one()
