"""What advisories publish: codes and ids; the text stays with the forum."""

from uuid import UUID

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import INSIDE_FORUMS, Event


class AdvisoryRaised(Event, service="forum", aggregate="advisory", verb="raised", audience=INSIDE_FORUMS):
    """Local people are reminded of something; `rule` is the rule that advises. Rules F3, F5, F7, F12, F17.

    `about` says what kind of thing `about_id` is: a forum, a meeting, a decision.
    """

    advisory_id: UUID
    forum_id: UUID
    area: AreaCode
    about: str
    about_id: UUID
    code: str
    rule: str


class AdvisoryCleared(Event, service="forum", aggregate="advisory", verb="cleared", audience=INSIDE_FORUMS):
    """The cause of an advisory has gone. Rules F3, F5, F7, F17."""

    advisory_id: UUID
    forum_id: UUID
    area: AreaCode
    code: str
