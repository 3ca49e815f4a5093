"""What a mutation is aimed at, and by what key it happens once."""

from strawberry import relay

from beatbook.kit.errors import Invalid
from gateway.types.nodes import Entity

LONGEST_KEY = 200


def id_of(target: relay.GlobalID, kind: type[Entity]) -> str:
    """The owner's id of a node of this kind; raises `Invalid` for another."""
    if target.type_name != kind.__name__:
        raise Invalid(f"This is the id of something else: send the id that the schema gave for a {kind.__name__}.")
    return kind.owners_id(target.node_id)


def once(key: str | None) -> dict[str, str]:
    """The header by which a service carries out a command once per key; raises `Invalid` for one that can't be sent."""
    if key is None:
        return {}
    if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Invalid(f"'key' is 1 to {LONGEST_KEY} printable ASCII characters, such as a UUID.")
    return {"Idempotency-Key": key}
