"""Who may do what with a case: one pure policy for every kind of case, default deny. Rules C14, C19.

A role for the area is needed as well as a part in the case. Whoever lacks either does not learn that there is a case.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from beatbook.contracts.actor import Actor, Role


class Kind(StrEnum):
    """The kinds of case."""

    PROBLEM = "problem"
    DIVERSION = "diversion"
    REFERRAL = "referral"
    CRITICAL_INCIDENT = "critical_incident"
    COMPLAINT = "complaint"
    VICTIM = "victim"


class Part(StrEnum):
    """The part that an actor has in a case."""

    SUPERVISOR = "supervisor"
    """Leads it: named in the file, or overseeing the area."""
    TEAM = "team"
    """Works on it."""
    OPENED = "opened"
    """Broke the glass: reads it for an hour, for a reason that was noted."""
    RECIPIENT = "recipient"
    """The agency that it was sent to; sees what is shared with it."""


class Action(StrEnum):
    """What can be done with a case."""

    READ = "read"
    WRITE = "write"
    """Write its parts and move it on."""
    LEAD = "lead"
    """Set team and supervisor, decide what a supervisor decides."""
    ANSWER = "answer"
    """Answer what was sent to an agency."""
    AUDIT = "audit"
    """Read who read and changed it."""


class Field(StrEnum):
    """What a case holds, as far as it is guarded differently."""

    SUMMARY = "summary"
    """Kind, area, states, dates, codes."""
    TEXT = "text"
    """What was written about it."""
    IDENTITY = "identity"
    """Names, dates of birth."""
    CONTACT = "contact"
    """Addresses, telephone numbers, mail."""
    VICTIM_CONTACT = "victim_contact"
    """The same of victims: on a restorative case, neither side sees the other's (Rule C9a)."""
    NEEDS = "needs"
    """What help somebody needs."""
    CIRCUMSTANCES = "circumstances"
    """What happened to somebody, and how they live."""
    HEALTH = "health"
    """What is known of somebody's health."""


class Finding(StrEnum):
    """What a review found of an opening by force."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"


class Verdict(StrEnum):
    """What the policy says."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    """The actor knows of the case, and may not do this."""
    HIDDEN = "hidden"
    """The actor is not to know whether there is such a case."""


@dataclass(frozen=True)
class Roles:
    """Which roles lead cases of a kind by overseeing their area, and which can have a part in one."""

    overseers: frozenset[Role]
    workers: frozenset[Role]
    barred: frozenset[Role] = frozenset()
    """Who holds one of these for the area has no part, whatever else they are."""


_POLICE = Roles(frozenset({Role.SUPERVISOR}), frozenset({Role.OFFICER, Role.ADMIN}))
ROLES: Mapping[Kind, Roles] = dict.fromkeys(Kind, _POLICE) | {
    Kind.COMPLAINT: Roles(frozenset({Role.OVERSIGHT}), frozenset(), _POLICE.overseers | _POLICE.workers)
}
"""By kind. Complaints about police are unseen by the police of the area (Rule C19)."""

_EVERYTHING = frozenset(Field)
POLICY: Mapping[Part, Mapping[Action, frozenset[Field]]] = {
    Part.SUPERVISOR: {
        Action.READ: _EVERYTHING,
        Action.WRITE: _EVERYTHING,
        Action.LEAD: _EVERYTHING,
        Action.AUDIT: _EVERYTHING,
    },
    Part.TEAM: {Action.READ: _EVERYTHING, Action.WRITE: _EVERYTHING},
    Part.OPENED: {Action.READ: _EVERYTHING},
    Part.RECIPIENT: {
        Action.READ: frozenset({Field.SUMMARY}),
        Action.ANSWER: frozenset({Field.SUMMARY}),
    },
}
"""What each part allows with which fields. What is not here is not allowed."""


class Filed(Protocol):
    """What of a case file the policy looks at."""

    kind: Kind
    area: str
    supervisor: str | None
    team: list[str]
    agency: str | None
    shared: list[str]
    shared_until: datetime | None


def part_of(actor: Actor, file: Filed, *, opened: bool = False) -> Part | None:
    """The part that the actor has in a case, the strongest if several; None for none. Rule C14.

    `opened`: the actor broke the glass, and the hour is not over.
    """
    roles = ROLES[file.kind]
    if actor.may_as(roles.barred, file.area):
        return None
    if actor.may_as(roles.overseers, file.area):
        return Part.SUPERVISOR
    if actor.may_as(roles.workers, file.area):
        if actor.subject == file.supervisor:
            return Part.SUPERVISOR
        if actor.subject in file.team:
            return Part.TEAM
        if opened:
            return Part.OPENED
    if file.agency is not None and actor.agency == file.agency and actor.may_as({Role.PARTNER}, file.area):
        return Part.RECIPIENT
    return None


def shared_at(file: Filed, now: datetime) -> Collection[str]:
    """The fields that the recipient may read besides, as long as what allows it lasts. Rule C12."""
    return () if file.shared_until is not None and file.shared_until <= now else file.shared


def decide(part: Part | None, action: Action, field: Field, shared: Collection[str] = ()) -> Verdict:
    """Whether a part allows this with that field; `shared`: what the recipient may read besides. Rule C14."""
    if part is None:
        return Verdict.HIDDEN
    allowed = POLICY[part].get(action, frozenset())
    if part is Part.RECIPIENT and action is Action.READ:
        allowed |= frozenset(map(Field, shared))
    return Verdict.ALLOWED if field in allowed else Verdict.FORBIDDEN


def may_break_glass(actor: Actor, kind: Kind, area: str) -> bool:
    """Who could have a part in a case, by a role for its area, may force it open; none a complaint. Rules C14, C19."""
    return actor.may_as(ROLES[kind].workers, area)


def may_open_file(actor: Actor, kind: Kind, area: str) -> bool:
    """Whoever can have a part in cases of a kind opens them, where the role is held. Rule C14."""
    return actor.may_as(ROLES[kind].overseers | ROLES[kind].workers, area)
