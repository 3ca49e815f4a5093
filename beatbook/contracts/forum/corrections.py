"""What corrections of rumours publish."""

from datetime import datetime
from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import EVERYONE, Event


class CorrectionPublished(Event, service="forum", aggregate="correction", verb="published", audience=EVERYONE):
    """A version of a notice that corrects a rumour became public. Rule F16.

    `about` is `rumour`, or says what kind of thing `about_id` or `about_area` is; `revises` is the number of the
    version whose place this one takes, if any; `languages` are ISO 639 codes; `sha256` is the hash of its
    canonical JSON.
    """

    correction_id: UUID
    forum_id: UUID
    area: AreaCode
    number: int
    revises: int | None
    about: str
    about_id: UUID | None
    about_area: AreaCode | None
    languages: list[str]
    sha256: str
    published_at: datetime


class CorrectionWithdrawn(Event, service="forum", aggregate="correction", verb="withdrawn", audience=EVERYONE):
    """A published notice was taken back; `number` is its newest version. Rule F16."""

    correction_id: UUID
    forum_id: UUID
    area: AreaCode
    number: int
    withdrawn_at: datetime
