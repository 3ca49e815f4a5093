"""What supervisors are asked to do, and who may see and close it. Pure."""

from enum import StrEnum

from beatbook.contracts.actor import Actor, Role

SUPERVISING = frozenset({Role.SUPERVISOR})


class TaskKind(StrEnum):
    """What there is to do; the feature that gives a kind of task says why."""

    REVIEW_HATE_CRIME = "review_hate_crime"
    REVIEW_OPENING = "review_opening"
    KEEP_PROMISE = "keep_promise"
    LOOK_INTO_TENSION = "look_into_tension"
    REVIEW_PLAN = "review_plan"
    REVIEW_COMMUNITY_IMPACT = "review_community_impact"
    FOLLOW_DIVERSION = "follow_diversion"
    ASK_REOFFENDING = "ask_reoffending"


class Outcome(StrEnum):
    """How a task ended: a code, since a text could name somebody."""

    DONE = "done"
    NOT_NEEDED = "not_needed"
    HANDED_ON = "handed_on"


def may_supervise(actor: Actor, area: str) -> bool:
    """Supervisors of an area see its tasks and close them; nobody else knows of them. Rules C2, C14."""
    return actor.may_as(SUPERVISING, area)
