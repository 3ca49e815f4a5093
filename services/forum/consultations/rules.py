"""Consultations outside meetings: the groups to ask, how, what may be told of it, who was never asked. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from beatbook.kit.disclosure import UNDER_FOR_ALL, is_small
from services.forum.advisories.rules import Caution

NOT_ASKED = "groups-not-consulted"
"""The code of the advisory on groups that nobody asked."""
PERIOD = timedelta(days=365)
"""How long a forum may leave a group unasked before it is reminded. Rule F21."""


class Group(StrEnum):
    """The grassroots groups to consult. Rule F21. Source: UN slides 19 and 20."""

    RESIDENTS_ASSOCIATIONS = "residents_associations"
    ECONOMIC_INTERESTS = "economic_interests"
    PUBLIC_SERVICES = "public_services"
    ETHNIC_LEADERS = "ethnic_leaders"
    WOMENS_ORGANISATIONS = "womens_organisations"
    ELDERS = "elders"
    RELIGIOUS_LEADERS = "religious_leaders"
    VISIBLE_MINORITIES = "visible_minorities"
    DISPLACED_PEOPLE = "displaced_people"
    WOMEN = "women"
    CHILDREN_AND_YOUTH = "children_and_youth"
    LGBTQI = "lgbtqi"
    OLDER_PEOPLE = "older_people"
    DISABLED_PEOPLE = "disabled_people"
    NON_NATIONALS = "non_nationals"
    REFUGEES = "refugees"
    ASYLUM_SEEKERS = "asylum_seekers"
    DRUG_USERS = "drug_users"
    MIGRANTS = "migrants"
    FORMER_COMBATANTS = "former_combatants"
    CONFLICT_VICTIMS = "conflict_victims"


WHERE_PRESENT = frozenset(
    {
        Group.ETHNIC_LEADERS,
        Group.VISIBLE_MINORITIES,
        Group.DISPLACED_PEOPLE,
        Group.NON_NATIONALS,
        Group.REFUGEES,
        Group.ASYLUM_SEEKERS,
        Group.DRUG_USERS,
        Group.MIGRANTS,
        Group.FORMER_COMBATANTS,
        Group.CONFLICT_VICTIMS,
    }
)
"""Groups that not every area has: listed when nobody asked them, but no reason for a reminder. Rule F21."""


class Way(StrEnum):
    """How people were asked. Rule F21."""

    INTERVIEW = "interview"
    FOCUS_GROUP = "focus_group"
    STREET_BRIEFING = "street_briefing"
    DOOR_TO_DOOR = "door_to_door"
    WOMEN_ONLY_TALK = "women_only_talk"


class ConsultationState(StrEnum):
    """Whether the public has a summary. Rule F21."""

    RECORDED = "recorded"
    PUBLISHED = "published"


@dataclass(frozen=True)
class Asked:
    """People of one group who were asked: a code of the list, or a minority group of the area by its own name."""

    group: Group | None
    minority_group: str | None
    people: int


@dataclass(frozen=True)
class Gap:
    """A group that nobody asked in a period; `last_on` is when it was asked before, None: never."""

    group: Group | None
    minority_group: str | None
    last_on: date | None
    everywhere: bool


def asked_obstacles(asked: Sequence[Asked], present: Collection[str]) -> list[str]:
    """Everything wrong with the list of groups asked; `present` are the minority groups that the register names.

    Each group is listed once, by a code or as a minority group of the area. Rule F21.
    """
    found: list[str] = []
    names = [(entry.group, entry.minority_group) for entry in asked]
    if len(set(names)) < len(names):
        found.append("A group is listed twice: give each one line.")
    if any((entry.group is None) == (entry.minority_group is None) for entry in asked):
        found.append("Each line names either a group of the list or a minority group of the area.")
    if any(entry.minority_group is not None and entry.minority_group not in present for entry in asked):
        found.append("A minority group named is not in the register for this area: take its name from there.")
    return found


def shown_groups(asked: Sequence[Asked]) -> list[Asked]:
    """The groups that the public is told were asked: those of whom at least ten people were. Rules F21, K8."""
    return [entry for entry in asked if not is_small(entry.people, UNDER_FOR_ALL)]


def shown_people(asked: Sequence[Asked]) -> int | None:
    """How many people the public is told were asked: those of the groups shown, so that no small one can be worked out.

    None when no group is shown. Rules F21, K8.
    """
    shown = shown_groups(asked)
    return sum(entry.people for entry in shown) if shown else None


def has_small_group(asked: Sequence[Asked]) -> bool:
    """Whether of some group so few people were asked that the public is not told of it. Rules F21, K8."""
    return len(shown_groups(asked)) < len(asked)


def publishing_obstacle(asked: Sequence[Asked], *, unnamed: bool) -> str | None:
    """Why a summary can't be public; None when it can.

    Where a group is too small to be shown, who publishes confirms by `unnamed` that the words don't give it away.
    Rules F21, K8.
    """
    if unnamed or not has_small_group(asked):
        return None
    return (
        "Fewer than ten people of a group were asked: write a summary by which nobody can tell which group, and "
        "confirm it by small_groups_unnamed."
    )


def gaps(asked_on: Mapping[tuple[Group | None, str | None], date], present: Collection[str], since: date) -> list[Gap]:
    """The groups that nobody asked from `since` on, by when each was asked last: groups of the list, then minorities.

    `present` are the minority groups of the area. Rule F21. Source: UN slides 19 and 20.
    """
    wanted: list[tuple[Group | None, str | None]] = [(group, None) for group in Group]
    wanted += [(None, name) for name in sorted(present)]
    found = []
    for group, minority in wanted:
        last = asked_on.get((group, minority))
        if last is None or last < since:
            found.append(Gap(group, minority, last, group not in WHERE_PRESENT))
    return found


def gap_cautions(found: Sequence[Gap], forum_since: date, today: date) -> list[Caution]:
    """The advisory on groups that nobody asked for a year, once the forum has been there so long itself.

    Only groups that every area has and the minority groups of this one count. Rule F21.
    """
    if today - forum_since < PERIOD:
        return []
    names = [gap.minority_group or (gap.group.value if gap.group else "") for gap in found if gap.everywhere]
    if not names:
        return []
    text = f"Nobody asked these groups outside meetings for a year: {', '.join(names)}."
    return [Caution(NOT_ASKED, text, "F21")]
