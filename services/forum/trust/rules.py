"""Levels of trust, and which of them stands for an area. Pure."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum


class TrustLevel(StrEnum):
    """How far people of an area trust their police. Rules F7, K5."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


def standing_level(known: Sequence[tuple[str, date, TrustLevel]]) -> TrustLevel | None:
    """The level that stands for an area, of those known of it and of areas above (code, day, level; later ones last).

    The area's own newest; without one, the newest of the nearest area above. Rule F7.
    """
    if not known:
        return None
    nearest = max(code.count(".") for code, _, _ in known)
    own = [(day, number, level) for number, (code, day, level) in enumerate(known) if code.count(".") == nearest]
    return max(own)[2]
