"""What a mutation is aimed at."""

from uuid import UUID

from strawberry import relay

from beatbook.kit.errors import Invalid
from gateway.types.nodes import Entity


def id_of(target: relay.GlobalID, kind: type[Entity]) -> str:
    """The owner's id of a node of this kind; raises `Invalid` for another."""
    try:
        if target.type_name != kind.__name__:
            raise ValueError(target.type_name)
        return str(UUID(target.node_id))
    except ValueError as error:
        raise Invalid(f"This is not the id of a {kind.__name__}: send the id that the schema gave for one.") from error
