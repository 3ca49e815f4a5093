"""What a mutation is aimed at."""

from strawberry import relay

from beatbook.kit.errors import Invalid
from gateway.types.nodes import Entity


def id_of(target: relay.GlobalID, kind: type[Entity]) -> str:
    """The owner's id of a node of this kind; raises `Invalid` for another."""
    if target.type_name != kind.__name__:
        raise Invalid(f"This is the id of something else: send the id that the schema gave for a {kind.__name__}.")
    return kind.owners_id(target.node_id)
