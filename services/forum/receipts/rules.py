"""What anybody may ask for without a name, and how often. Pure. Rule F14, decision 0023."""

from datetime import timedelta
from enum import StrEnum

from beatbook.kit.receipts import Allowance


class Asking(StrEnum):
    """What anybody may ask for without a name, and so only so often. Rule F14."""

    RAISE_FROM = "raise_from"
    """Raise a concern, from one network."""
    RAISE_TO = "raise_to"
    """Raise a concern, to one forum."""
    FOLLOW_FROM = "follow_from"
    """Look a receipt up, from one network."""


ALLOWANCES = {
    Asking.RAISE_FROM: Allowance(burst=8, every=timedelta(minutes=3)),
    Asking.RAISE_TO: Allowance(burst=40, every=timedelta(minutes=1)),
    Asking.FOLLOW_FROM: Allowance(burst=30, every=timedelta(seconds=10)),
}
"""A network is many people behind one provider's addresses, so no network is held to one person's pace. Rule F14."""
