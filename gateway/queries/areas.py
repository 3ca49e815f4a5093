"""Where reading begins: a country, a municipality, a neighbourhood, any area or any node. Rules G1, G3."""

import strawberry
from strawberry import relay

from beatbook.contracts.areas import Tier, parse_code, tier_of
from beatbook.kit.errors import Invalid, NotFound
from gateway.clients.forum import AreaRecord
from gateway.context import Info
from gateway.types.area import Area


@strawberry.type
class Query:
    """What can be read."""

    @strawberry.field
    @staticmethod
    async def node(info: Info, id: relay.GlobalID) -> relay.Node | None:
        """Anything that has an id."""
        try:
            kind = id.resolve_type(info)
        except ValueError as error:
            raise Invalid("This id names no type of this schema.") from error
        found: relay.Node = await kind.resolve_node(id.node_id, info=info, required=True)  # type: ignore[misc]
        return found

    @strawberry.field
    @staticmethod
    async def nationals(info: Info) -> list[Area]:
        """Every country or other root area in the register."""
        return await countries(info)  # type: ignore[return-value]  # records

    @strawberry.field
    @staticmethod
    async def national(info: Info, code: str | None = None) -> Area | None:
        """A root area; the first one when no code is given."""
        if code is not None:
            return await area_at(info, code, Tier.NATIONAL)  # type: ignore[return-value]
        found = await countries(info)
        if not found:
            raise NotFound("national area")
        return found[0]  # type: ignore[return-value]

    @strawberry.field
    @staticmethod
    async def municipality(info: Info, code: str) -> Area | None:
        """A municipality by its code, such as XK.PRI."""
        return await area_at(info, code, Tier.MUNICIPAL)  # type: ignore[return-value]

    @strawberry.field
    @staticmethod
    async def neighbourhood(info: Info, code: str) -> Area | None:
        """A neighbourhood by its code, such as XK.PRI.DARDANIA."""
        return await area_at(info, code, Tier.NEIGHBOURHOOD)  # type: ignore[return-value]

    @strawberry.field
    @staticmethod
    async def area(info: Info, code: str) -> Area | None:
        """An area of any tier by its code."""
        return await area_at(info, code, None)  # type: ignore[return-value]


async def countries(info: Info) -> list[AreaRecord]:
    """The root areas that are valid today."""
    today = info.context.loaders.now.date()
    found = await info.context.services.forum.areas(tier=Tier.NATIONAL)
    return [area for area in found if area.valid_to is None or area.valid_to > today]


async def area_at(info: Info, code: str, tier: Tier | None) -> AreaRecord:
    """The area with a code; raises `Invalid` for a code of another shape or tier, `NotFound` for an unknown one."""
    try:
        parse_code(code)
    except ValueError as error:
        raise Invalid(f"This is no area code: {error}.") from error
    if tier is not None and tier_of(code) is not tier:
        raise Invalid(
            f"This is the code of a {tier_of(code)} area; a {tier} one was asked for. Use area(code) for any."
        )
    return await info.context.loaders.area.load(code)
