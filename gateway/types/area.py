"""Areas in the schema: the register's entry and all that other services hold for it. Rule G1."""

from datetime import date
from typing import Annotated, Any

import strawberry
from strawberry import relay

from beatbook.contracts.areas import Tier, parse_code
from gateway.clients.forum import AreaRecord
from gateway.connections import connection
from gateway.context import Info
from gateway.periods import Span
from gateway.types.area_forums import AreaForums
from gateway.types.cases import Problem
from gateway.types.figures import area_figure, area_rates, area_series
from gateway.types.forum import Delivery
from gateway.types.handover import Brief
from gateway.types.measures import Figure, Per, Rates, Series
from gateway.types.nodes import Entity
from gateway.types.scalars import GeoJSON, Month

strawberry.enum(Tier)

BOUNDARY_WEIGHS = 4
"""Areas that one boundary counts for."""

From = Annotated[Month | None, strawberry.argument(name="from")]
To = Annotated[Month | None, strawberry.argument(name="to")]


@strawberry.type
class Area(AreaForums, Entity, record=AreaRecord, loader="area"):
    """An area of the register: a country, a municipality or a neighbourhood (Rules A1, A2).

    Lists cover the area and everything below it, unless `below` is false.
    """

    code: str
    tier: Tier
    name: str
    population: int | None
    valid_from: date | None
    valid_to: date | None
    successors: list[str]

    @classmethod
    def parse_id(cls, node_id: str) -> str:
        """The area's code; raises `ValueError`."""
        return parse_code(node_id)

    @classmethod
    def resolve_id(cls, root: Any, *, info: Info) -> str:  # noqa: ARG003 - Strawberry's signature
        """The area's code."""
        return str(root.code)

    @strawberry.field
    @staticmethod
    async def parent(area: strawberry.Parent[AreaRecord], info: Info) -> "Area | None":
        """The area one tier up."""
        return await info.context.loaders.area.load(area.parent) if area.parent else None  # type: ignore[return-value]

    @strawberry.field
    @staticmethod
    async def children(area: strawberry.Parent[AreaRecord], info: Info) -> list["Area"]:
        """The areas one tier below that are valid today, by name."""
        children = await info.context.loaders.children.load(area.code)
        info.context.allowance.take_areas(len(children))
        return children  # type: ignore[return-value]

    @strawberry.field
    @staticmethod
    async def delivery(area: strawberry.Parent[AreaRecord], info: Info) -> Delivery | None:
        """How the decisions of its forums, and of those below it, were delivered."""
        return await info.context.services.forum.area_delivery(area.code)  # type: ignore[return-value]  # record

    @strawberry.field
    @staticmethod
    async def boundary(area: strawberry.Parent[AreaRecord], info: Info) -> GeoJSON | None:
        """The boundary, where the register has one."""
        info.context.allowance.take_areas(BOUNDARY_WEIGHS)
        boundary = await info.context.loaders.boundary.load(area.code)
        return GeoJSON(boundary) if boundary else None

    @strawberry.field
    @staticmethod
    async def indicators(
        area: strawberry.Parent[AreaRecord],
        info: Info,
        codes: list[str] | None = None,
        start: From = None,
        end: To = None,
        per: Per = Per.MONTH,
        last_months: int = 12,
    ) -> list[Series | None] | None:
        """Series of the indicators named, or of all that the caller may see.

        Without `from` and `to`: the last months that have data, as many as `lastMonths` says.
        """
        return await area_series(info.context.loaders, area.code, codes, Span(start, end, last_months), per)

    @strawberry.field
    @staticmethod
    async def rates(
        area: strawberry.Parent[AreaRecord],
        info: Info,
        indicator: str,
        start: From = None,
        end: To = None,
        last_months: int = 12,
        tier: Tier | None = None,
    ) -> Rates | None:
        """One indicator in each area of a tier within this one (the next tier, when none is named).

        Without `from` and `to`: the last months that have data, as many as `lastMonths` says. Null in a
        neighbourhood, which has nothing below.
        """
        return await area_rates(info.context, area.code, indicator, Span(start, end, last_months), tier)

    @strawberry.field
    @staticmethod
    async def figure(
        area: strawberry.Parent[AreaRecord],
        info: Info,
        indicator: str,
        start: From = None,
        end: To = None,
        last_months: int = 12,
    ) -> Figure | None:
        """One indicator in this area over a whole span, by default the last months that have data."""
        return await area_figure(info.context, area.code, indicator, Span(start, end, last_months))

    @strawberry.field
    @staticmethod
    async def problems(
        area: strawberry.Parent[AreaRecord], info: Info, first: int = 10, after: str | None = None
    ) -> relay.Connection[Problem] | None:
        """Problem-solving cases that the caller may see."""
        client = info.context.services.cases
        return await connection(
            lambda page, limit: client.problems(area=area.code, after=page, limit=limit), first, after
        )

    @strawberry.field
    @staticmethod
    async def briefs(
        area: strawberry.Parent[AreaRecord], info: Info, first: int = 10, after: str | None = None
    ) -> relay.Connection[Brief] | None:
        """Handover briefs that the caller may read."""
        client = info.context.services.handover
        return await connection(
            lambda page, limit: client.briefs(area=area.code, after=page, limit=limit), first, after
        )
