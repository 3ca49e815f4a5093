"""Nodes: types that stand over a service's record and have a global id. Rule G3."""

import asyncio
from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

from strawberry import relay
from strawberry.dataloader import DataLoader

from beatbook.kit.errors import Invalid
from gateway.clients.upstream import Record
from gateway.context import Info


class Entity(relay.Node):
    """Base of the nodes: a resolver returns the record, and the type only says what of it is shown."""

    record: ClassVar[type[Record]]
    loader: ClassVar[str]

    def __init_subclass__(cls, *, record: type[Record], loader: str, **kwargs: Any) -> None:
        """Say which record stands for the type, and which of the loaders finds one by id."""
        super().__init_subclass__(**kwargs)
        cls.record, cls.loader = record, loader

    @classmethod
    async def resolve_nodes(
        cls,
        *,
        info: Info,
        node_ids: Iterable[str],
        required: bool = False,  # noqa: ARG003 - Strawberry's signature
    ) -> Any:
        """The records with these ids; raises `Invalid` for one that is no id of this type."""
        loader: DataLoader[str, Record] = getattr(info.context.loaders, cls.loader)
        return await asyncio.gather(*(loader.load(cls.owners_id(node_id)) for node_id in node_ids))

    @classmethod
    def owners_id(cls, node_id: str) -> str:
        """The id as the owner knows it, fit to stand in an address; raises `Invalid`."""
        try:
            return cls.parse_id(node_id)
        except ValueError as error:
            raise Invalid(
                f"This is not the id of a {cls.__name__}: send the id that the schema gave for one."
            ) from error

    @classmethod
    def parse_id(cls, node_id: str) -> str:
        """The owner's id in a node's id; raises `ValueError`."""
        return str(UUID(node_id))

    @classmethod
    def is_type_of(cls, value: object, _info: object) -> bool:
        """Whether a resolved value is shown as this type."""
        return isinstance(value, cls.record)

    @classmethod
    def resolve_id(cls, root: Any, *, info: Info) -> str:  # noqa: ARG003 - Strawberry's signature
        """The id within the type."""
        return str(root.id)
