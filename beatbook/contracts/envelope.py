"""The event envelope and its mapping to CloudEvents 1.0 in NATS headers (binary mode). Rules X1, X2."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from beatbook.contracts.actor import Role

TYPE_PREFIX = "org.beatbook"
SUBJECT_PREFIX = "beatbook"

EVERYONE = frozenset(Role)
"""An event whose mere existence is public knowledge."""
NOBODY: frozenset[Role] = frozenset()
"""For the services themselves: nobody follows it."""
STAFF = frozenset(
    {Role.ADMIN, Role.COUNCIL, Role.OFFICER, Role.SUPERVISOR, Role.ADVISOR, Role.EVALUATOR, Role.CORE_GROUP}
)
"""Those with an office in the area: for figures."""
INSIDE_FORUMS = frozenset({Role.ADMIN, Role.COUNCIL, Role.FORUM_MEMBER, Role.OFFICER, Role.SUPERVISOR, Role.ADVISOR})
"""Those who work in or with a forum: for what is not on its public face."""
POLICING = frozenset({Role.ADMIN, Role.OFFICER, Role.SUPERVISOR})
"""Those who may read single incidents."""
OVERSEEING = frozenset({Role.SUPERVISOR})
"""Those who see every case of their area: for single cases, of which others may not even know. Rule C14."""
WATCHING = frozenset({Role.SUPERVISOR, Role.OVERSIGHT})
"""Those who are told that a case was opened by force: the supervisor and the auditor. Rule C14."""
OVERSIGHT = frozenset({Role.OVERSIGHT})
"""Those who look into complaints about police, and nobody else. Rule C19."""
WATCHING_TENSION = frozenset({Role.OFFICER, Role.SUPERVISOR, Role.ADVISOR})
"""Those who read how tense an area is. Rule C18."""
ADVISING = frozenset({Role.ADMIN, Role.ADVISOR, Role.SUPERVISOR, Role.COUNCIL})
"""Those who read assignments and briefs."""
PARTNERING = frozenset({Role.ADMIN, Role.PARTNER})
"""Those who read a partner's endpoints."""


class Event(BaseModel):
    """Base of every event: data only, no person in it (ARCHITECTURE 5, privacy).

    A subclass names itself in its class line:
    `class MinutesPublished(Event, service="forum", aggregate="minutes", verb="published", audience=EVERYONE)`.
    Within a version fields are only added, and an added field has a default: a reader ignores what it doesn't know.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: ClassVar[str]
    aggregate: ClassVar[str]
    verb: ClassVar[str]
    version: ClassVar[int]
    audience: ClassVar[frozenset[Role]]
    barred: ClassVar[frozenset[Role]]
    """Who holds one of these for the area does not hear of it, whatever else they are. Rule C19."""

    def __init_subclass__(
        cls,
        *,
        service: str,
        aggregate: str,
        verb: str,
        version: int = 1,
        audience: frozenset[Role],
        barred: frozenset[Role] = NOBODY,
        **kwargs: Any,
    ) -> None:
        super().__init_subclass__(**kwargs)
        cls.service, cls.aggregate, cls.verb, cls.version = service, aggregate, verb, version
        cls.audience, cls.barred = audience, barred

    @classmethod
    def short_type(cls) -> str:
        """The name partners use: `minutes.published`."""
        return f"{cls.aggregate}.{cls.verb}"

    @classmethod
    def wire_type(cls) -> str:
        """The CloudEvents type: `org.beatbook.forum.minutes.published.v1`."""
        return f"{TYPE_PREFIX}.{cls.service}.{cls.aggregate}.{cls.verb}.v{cls.version}"

    @classmethod
    def wire_subject(cls, area: str) -> str:
        """The broker subject: `beatbook.forum.minutes.published.XK.PRI.DARDANIA`."""
        return f"{SUBJECT_PREFIX}.{cls.service}.{cls.aggregate}.{cls.verb}.{area}"


E_co = TypeVar("E_co", bound=Event, covariant=True)


class Received(Generic[E_co]):
    """An event as a reader gets it: the data, and what the envelope says of it."""

    __slots__ = ("actor", "area", "data", "id", "position", "subject", "time", "traceparent", "type")

    def __init__(
        self,
        *,
        id: UUID,
        type: str,
        subject: str,
        area: str,
        time: datetime,
        actor: str,
        data: E_co,
        position: int,
        traceparent: str | None = None,
    ) -> None:
        self.id, self.type, self.subject, self.area, self.time = id, type, subject, area, time
        self.actor, self.data, self.position, self.traceparent = actor, data, position, traceparent


def cloudevent_headers(
    *,
    id: str,
    type: str,
    source: str,
    subject: str,
    area: str,
    time: str,
    actor: str,
    position: int,
    traceparent: str | None,
) -> dict[str, str]:
    """CloudEvents 1.0 attributes as NATS headers (binary mode), with the extensions area, actor, position.

    Rule X2. Source: CloudEvents NATS protocol binding 1.0, `ce-` prefix.
    """
    headers = {
        "ce-specversion": "1.0",
        "ce-id": id,
        "ce-type": type,
        "ce-source": source,
        "ce-subject": subject,
        "ce-time": time,
        "ce-area": area,
        "ce-actor": actor,
        "ce-position": str(position),
        "content-type": "application/json",
    }
    if traceparent:
        headers["ce-traceparent"] = traceparent
    return headers


def registry(*modules: Mapping[str, Any]) -> dict[str, type[Event]]:
    """The concrete event classes found in modules' namespaces, by wire type."""
    found: dict[str, type[Event]] = {}
    for namespace in modules:
        for item in namespace.values():
            if isinstance(item, type) and issubclass(item, Event) and item is not Event:
                found[item.wire_type()] = item
    return found
