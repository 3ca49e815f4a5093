"""Why a report cannot be taken. Pure."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a report is refused."""

    UNREADABLE = "unreadable"
    UNKNOWN_FIELD = "unknown_field"
    MISSING = "missing"
    BAD_TIME = "bad_time"
    FUTURE = "future"
    BAD_COORDINATES = "bad_coordinates"
    OUTSIDE = "outside"
    UNKNOWN_AREA = "unknown_area"
    UNKNOWN_CATEGORY = "unknown_category"
    UNMAPPED_CATEGORY = "unmapped_category"
    BAD_VALUE = "bad_value"
    CONFLICTING = "conflicting"


class Unfit(Exception):
    """A report that cannot be taken: why, and what to mend. Never holds what was sent."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail
