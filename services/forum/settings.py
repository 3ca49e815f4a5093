"""What the forum service is told from outside besides."""

from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator

from beatbook.kit.settings import ServiceSettings

_zones = cache(available_timezones)
"""Read from the disk at its first use."""


def _known_zone(name: str) -> str:
    if name not in _zones():
        raise ValueError("not a time zone of the IANA database, such as Europe/Belgrade")
    return name


ZoneName = Annotated[str, AfterValidator(_known_zone)]


class ForumSettings(ServiceSettings):
    """Settings of the forum service."""

    default_time_zone: ZoneName = "UTC"
    """The IANA time zone of a forum that is founded without one."""
