"""What an advisory is, and what it can be about. Pure. Rules F3, F5, F7, F12, F17 raise them."""

from dataclasses import dataclass
from enum import StrEnum


class About(StrEnum):
    """What an advisory is about; its id stands beside. Rules F3 to F17."""

    FORUM = "forum"
    MEMBER = "member"
    MEETING = "meeting"
    MINUTES = "minutes"
    DECISION = "decision"
    CONCERN = "concern"
    INITIATIVE = "initiative"
    CONSULTATION = "consultation"
    POST = "post"
    CORRECTION = "correction"


@dataclass(frozen=True)
class Caution:
    """An advisory to give: the request succeeds, and local people decide."""

    code: str
    text: str
    rule: str
