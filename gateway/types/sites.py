"""Pilot, control and expansion sites in the schema. Rule A4."""

from datetime import date
from typing import Any
from uuid import UUID

import strawberry
from strawberry.types.lazy_type import LazyType

from beatbook.contracts.areas import parse_code
from gateway.clients.forum import AreaRecord
from gateway.clients.sites import SiteRecord
from gateway.context import Info
from gateway.types.nodes import Entity

AREA: Any = LazyType("Area", "gateway.types.area") | None


@strawberry.type
class Site(Entity, record=SiteRecord, loader="site"):
    """What an area is in the rollout, from and to a day, both counted: pilot, control or expansion."""

    role: str
    starts_on: date
    ends_on: date | None

    @classmethod
    def parse_id(cls, node_id: str) -> str:
        """The area's code and the site's id, with which the owner finds it; raises `ValueError`."""
        code, _, site_id = node_id.partition("/")
        return f"{parse_code(code)}/{UUID(site_id)}"

    @classmethod
    def resolve_id(cls, root: Any, *, info: Info) -> str:  # noqa: ARG003 - Strawberry's signature
        """The area's code and the site's id."""
        return f"{root.area}/{root.id}"

    @strawberry.field(graphql_type=AREA)  # type: ignore[untyped-decorator]
    @staticmethod
    async def area(site: strawberry.Parent[SiteRecord], info: Info) -> AreaRecord:
        """The area it is."""
        return await info.context.loaders.area.load(site.area)
