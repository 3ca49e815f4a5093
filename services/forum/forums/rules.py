"""Which forum belongs to which tier, and who may do what in a forum. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from beatbook.contracts.actor import Actor, Role
from beatbook.contracts.areas import Tier, covers, tier_of

MANAGERS = frozenset({Role.ADMIN, Role.COUNCIL})
INSIDERS = MANAGERS | {Role.FORUM_MEMBER, Role.OFFICER, Role.SUPERVISOR, Role.ADVISOR}


class ForumKind(StrEnum):
    """Kinds of forum. Rule F1. Source: GP figure 7."""

    COMMUNITY_ADVISORY_BOARD = "community_advisory_board"
    COMMUNITY_SAFETY_COUNCIL = "community_safety_council"
    CORE_IMPLEMENTATION_GROUP = "core_implementation_group"
    STEERING_COMMITTEE = "steering_committee"
    THEMATIC = "thematic"
    YOUTH = "youth"
    WOMEN_ONLY = "women_only"


SPECIAL_KINDS = frozenset({ForumKind.THEMATIC, ForumKind.YOUTH, ForumKind.WOMEN_ONLY})
"""Kinds that report into a general forum. Rule F6."""

TIER_OF_KIND: Mapping[ForumKind, Tier] = {
    ForumKind.COMMUNITY_ADVISORY_BOARD: Tier.NEIGHBOURHOOD,
    ForumKind.COMMUNITY_SAFETY_COUNCIL: Tier.MUNICIPAL,
    ForumKind.CORE_IMPLEMENTATION_GROUP: Tier.NATIONAL,
    ForumKind.STEERING_COMMITTEE: Tier.NATIONAL,
}


def may_manage(actor: Actor, area: str) -> bool:
    """The council of the area, or an administrator, keeps a forum's records. ARCHITECTURE 6."""
    return actor.may_as(MANAGERS, area)


def may_see_inside(actor: Actor, area: str) -> bool:
    """Those who work in or with the forum see seats, closed meetings and drafts; everyone else sees the public face.

    Rules F10, F11a. The core group reads aggregates only, so it is not among them.
    """
    return actor.may_as(INSIDERS, area)


def tier_obstacle(kind: ForumKind, area: str) -> str | None:
    """Why a forum of this kind can't stand at this area's tier; None when it can. Rule F1. Source: GP figure 7."""
    wanted = TIER_OF_KIND.get(kind)
    if wanted is None or wanted is tier_of(area):
        return None
    return f"A {kind.value} belongs to the {wanted.value} tier; {area} is {tier_of(area).value}."


INTERVAL_DAYS, TRIAGE_DAYS, NOTICE_DAYS = 90, 14, 7
"""What a forum agreed on (days) when neither the request nor a template says so."""


def template_obstacle(of: tuple[Tier, ForumKind] | None, kind: ForumKind, area: str) -> str | None:
    """Why a forum can't begin with a template, which is `of` a tier and kind (None: there is none such). Rule F1."""
    if of is None:
        return "There is no such template: take the code of one that GET /v1/forum-templates lists."
    if of != (tier_of(area), kind):
        return f"The template is for a {of[1].value} of the {of[0].value} tier: take one for this forum's."
    return None


@dataclass(frozen=True)
class GeneralForum:
    """The forum that another says it reports into, as far as the rule asks."""

    kind: ForumKind
    area: str


def reporting_obstacle(kind: ForumKind, area: str, named: bool, general: GeneralForum | None) -> str | None:
    """Why a forum of this kind can't report as it says; None when it can. `general`: the forum named, if it is there.

    A thematic, youth or women-only forum names the general forum it reports into, of its own area or of one above it;
    a general forum reports into none. Rule F6. Source: GP, organizing public forums.
    """
    if kind not in SPECIAL_KINDS:
        return f"A {kind.value} is a general forum: leave reports_to out." if named else None
    if not named:
        return f"A {kind.value} forum names the general forum it reports into: give its id as reports_to."
    if general is None:
        return "reports_to names no forum that is there: give a general forum's id."
    if general.kind in SPECIAL_KINDS:
        return f"reports_to names a {general.kind.value} forum: results go to a general one."
    if not covers(general.area, area):
        return f"reports_to names a forum of {general.area}: give one of {area} or of an area above it."
    return None


def police_chair_caution(until: date | None, today: date) -> str | None:
    """The advisory a forum carries while the police still chairs past the agreed day. Rule F3."""
    if until is None or until >= today:
        return None
    return f"The police was to hand over the chair by {until}: elect a chair who is not from the police."
