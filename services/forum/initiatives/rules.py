"""Community initiatives: kinds, what a watch scheme needs, their life, what of them is public. Pure."""

from datetime import date
from enum import StrEnum

from beatbook.contracts.actor import Actor, Role
from beatbook.kit.disclosure import UNDER_FOR_ALL, is_small

PLACE_READERS = frozenset({Role.ADMIN, Role.COUNCIL, Role.OFFICER, Role.SUPERVISOR})


class InitiativeKind(StrEnum):
    """What communities and police set up together. Rule F18. Source: GP, collaborative community engagement."""

    NEIGHBOURHOOD_WATCH = "neighbourhood_watch"
    BUSINESS_WATCH = "business_watch"
    COMMUNITY_ALERT = "community_alert"
    TEXT_ALERT = "text_alert"
    CAMPUS_WATCH = "campus_watch"
    HOSPITAL_WATCH = "hospital_watch"
    NIGHT_TIME_ECONOMY = "night_time_economy"
    OPEN_DAY = "open_day"
    SCHOOL_PROGRAMME = "school_programme"
    ROAD_SAFETY = "road_safety"
    INTERCULTURAL = "intercultural"
    AWARENESS_CAMPAIGN = "awareness_campaign"
    SAFE_HOUSE_NETWORK = "safe_house_network"


WATCH_SCHEMES = frozenset(
    {
        InitiativeKind.NEIGHBOURHOOD_WATCH,
        InitiativeKind.BUSINESS_WATCH,
        InitiativeKind.COMMUNITY_ALERT,
        InitiativeKind.TEXT_ALERT,
        InitiativeKind.CAMPUS_WATCH,
        InitiativeKind.HOSPITAL_WATCH,
        InitiativeKind.NIGHT_TIME_ECONOMY,
    }
)
"""The kinds of box 7: in each of them people of the place keep an eye open and tell the police. Rule F18."""


class InitiativeState(StrEnum):
    """Where an initiative stands. Rule F18."""

    PROPOSED = "proposed"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


class Outcome(StrEnum):
    """How an initiative ended; `dropped` is one that never ran. Rule F18."""

    ACHIEVED = "achieved"
    PARTLY_ACHIEVED = "partly_achieved"
    NOT_ACHIEVED = "not_achieved"
    DROPPED = "dropped"


STEPS = {
    "changed": frozenset({InitiativeState.PROPOSED, InitiativeState.RUNNING, InitiativeState.PAUSED}),
    "started": frozenset({InitiativeState.PROPOSED, InitiativeState.PAUSED}),
    "paused": frozenset({InitiativeState.RUNNING}),
    "ended": frozenset({InitiativeState.PROPOSED, InitiativeState.RUNNING, InitiativeState.PAUSED}),
    "reported on": frozenset({InitiativeState.RUNNING, InitiativeState.PAUSED, InitiativeState.ENDED}),
}


def step_obstacle(state: InitiativeState, step: str) -> str | None:
    """Why an initiative can't be `changed`, `started`, `paused`, `ended`, `reported on`; None when it can. Rule F18."""
    if state in STEPS[step]:
        return None
    return f"The initiative is {state.value}; it can't be {step}."


def watch_obstacles(kind: InitiativeKind, *, written_rules: bool, reporting_only: bool, supervisor: bool) -> list[str]:
    """Everything that a watch scheme still lacks before it may run; nothing for other kinds.

    Written rules, a role that is reporting only, and a named police supervisor: so that nobody takes the law into their
    own hands, or uses the scheme for their own ends. Rule F18. Source: GP, collaborative community engagement; box 7.
    """
    if kind not in WATCH_SCHEMES:
        return []
    found: list[str] = []
    if not written_rules:
        found.append("A watch scheme needs written rules: give written_rules.")
    if not reporting_only:
        found.append("Its members only watch and report, force stays with the police: say so by reporting_only.")
    if not supervisor:
        found.append("A police officer supervises a watch scheme: give supervisor, with name and role.")
    return found


def ending_obstacles(state: InitiativeState, outcome: Outcome, started_on: date | None, ended_on: date) -> list[str]:
    """Everything that keeps an initiative from ending like this. Rule F18."""
    found: list[str] = []
    if (state is InitiativeState.PROPOSED) != (outcome is Outcome.DROPPED):
        found.append("An initiative that never ran is dropped; one that ran was achieved, partly or not.")
    if started_on is not None and ended_on < started_on:
        found.append("It can't end before the day it started.")
    return found


def day_obstacle(day: date, today: date) -> str | None:
    """Why a step can't be of this day; None when it can: what is recorded has happened. Rule F18."""
    return "The day lies in the future: record it when it has happened." if day > today else None


def public_by_default(kind: InitiativeKind) -> bool:
    """Whether people are told of such an initiative unless its council says otherwise. Rule F18.

    A safe house network protects those who look for it best when nobody else does.
    """
    return kind is not InitiativeKind.SAFE_HOUSE_NETWORK


def shows_workings(kind: InitiativeKind) -> bool:
    """Whether partners, rules, counts and reports are shown outside. Rule F18.

    Who takes part in a safe house network tells where it is.
    """
    return kind is not InitiativeKind.SAFE_HOUSE_NETWORK


def may_see_places(actor: Actor, area: str) -> bool:
    """Safe places are seen by who keeps the list and by the police who bring people there, by nobody else. Rule F18."""
    return actor.may_as(PLACE_READERS, area)


def shown_count(people: int) -> int | None:
    """A count of people as the public may see it: none from 1 to 9. Rule K8."""
    return None if is_small(people, UNDER_FOR_ALL) else people


def shown_total(reached: int, reached_shown: int) -> int | None:
    """How many people (`reached`: in all reports) the public is told an initiative reached.

    Only the reports whose own count is shown make it up (`reached_shown`), so that no small count can be worked out
    from the total and the others, or from the total before and after. None when all that were reached are in small
    counts. Rule K8.
    """
    return None if reached and not reached_shown else reached_shown
