"""What a secretary may do with an agenda's own items. Pure. Rule F9."""

from collections.abc import Sequence
from uuid import UUID

MOST_OWN_ITEMS = 200


def adding_obstacle(there: int) -> str | None:
    """Why no further item can be added; None when one can. An agenda holds at most 200 own items. Rule F9."""
    if there < MOST_OWN_ITEMS:
        return None
    return f"An agenda holds at most {MOST_OWN_ITEMS} items of its own: drop one first."


def ordering_obstacles(wanted: Sequence[UUID], there: Sequence[UUID]) -> list[str]:
    """Everything that is wrong with a new order: it names each own item of the agenda exactly once. Rule F9."""
    found: list[str] = []
    if len(set(wanted)) < len(wanted):
        found.append("An item is named twice.")
    if set(wanted) - set(there):
        found.append("An item is named that is not one of this agenda's own items.")
    if set(there) - set(wanted):
        found.append("An own item is left out: name them all.")
    return found
