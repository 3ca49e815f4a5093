"""The templates that forums can be founded from, by tier and kind. Rule F1. Source: GP, organizing public forums."""

from collections.abc import Mapping
from dataclasses import dataclass

from beatbook.contracts.areas import Tier
from services.forum.forums.rules import SPECIAL_KINDS, TIER_OF_KIND, ForumKind


@dataclass(frozen=True)
class Topic:
    """Something a first meeting speaks about."""

    title: str
    sensitive: bool = False
    personal_safety: bool = False


@dataclass(frozen=True)
class Template:
    """What a forum of a tier and kind may begin with: days, a rhythm, sectors to be seated, a first agenda."""

    tier: Tier
    kind: ForumKind
    interval_days: int
    triage_days: int
    rrule: str
    """The suggested recurrence (RFC 5545), to be begun on a day that it gives."""
    duration_minutes: int
    purposes: tuple[str, ...]
    """What its meetings are for, in turn."""
    sectors: tuple[str, ...]
    topics: tuple[Topic, ...]
    notice_days: int = 7

    @property
    def code(self) -> str:
        """Its name in a request: `youth-municipal`."""
        return f"{self.kind.value}-{self.tier.value}"


BOTH = ("problem_solving", "problem_solving", "accountability")
FIRST = (
    Topic("Who we are, and who is missing"),
    Topic("Our rules of procedure: read, change, adopt"),
    Topic("Choosing a chair who is not from the police"),
)
LOCAL = (
    "resident",
    "elder",
    "youth",
    "minority",
    "womens_organisation",
    "education",
    "religious",
    "business",
    "police",
)
SERVICES = ("administration", "social_services", "health", "environment", "housing", "prosecution", "court")
MUNICIPAL = (*LOCAL, *SERVICES, "ngo", "human_rights", "private_security", "media", "sport")
NATIONAL = ("administration", "police", "prosecution", "court", "social_services", "health", "education", "minority",
            "womens_organisation", "youth", "ngo", "human_rights", "media")  # fmt: skip

_GENERAL = (
    Template(
        Tier.NEIGHBOURHOOD, ForumKind.COMMUNITY_ADVISORY_BOARD, 45, 14, "FREQ=MONTHLY;BYDAY=1TU", 90, BOTH, LOCAL,
        (*FIRST, Topic("Where do we feel unsafe, and when?", personal_safety=True)),
    ),
    Template(
        Tier.MUNICIPAL, ForumKind.COMMUNITY_SAFETY_COUNCIL, 60, 14, "FREQ=MONTHLY;BYDAY=2WE", 120, BOTH, MUNICIPAL,
        (*FIRST, Topic("What the neighbourhoods ask for"), Topic("What the police and services promise to report")),
    ),
    Template(
        Tier.NATIONAL, ForumKind.CORE_IMPLEMENTATION_GROUP, 100, 30, "FREQ=MONTHLY;INTERVAL=3;BYDAY=1TH", 180,
        ("accountability", "problem_solving"), NATIONAL,
        (*FIRST, Topic("Which areas begin, and what is compared")),
    ),
    Template(
        Tier.NATIONAL, ForumKind.STEERING_COMMITTEE, 190, 30, "FREQ=MONTHLY;INTERVAL=6;BYDAY=1TH", 180,
        ("accountability",), NATIONAL, (*FIRST, Topic("Aims and means of the coming year")),
    ),
)  # fmt: skip
_SPECIAL = {
    ForumKind.THEMATIC: (
        ("administration", "police", "resident", "minority", "ngo"),
        Topic("The subject: what is known, and who knows more", sensitive=True),
    ),
    ForumKind.YOUTH: (
        ("youth", "education", "sport", "social_services"),
        Topic("Where do young people feel unsafe, and when?", personal_safety=True),
    ),
    ForumKind.WOMEN_ONLY: (
        ("womens_organisation", "resident", "health", "social_services", "minority"),
        Topic("Where do women feel unsafe, and when?", sensitive=True, personal_safety=True),
    ),
}
_RHYTHMS = {Tier.NEIGHBOURHOOD: (45, 1, 90), Tier.MUNICIPAL: (75, 2, 90), Tier.NATIONAL: (100, 3, 120)}

TEMPLATES: Mapping[str, Template] = {
    template.code: template
    for template in (
        *_GENERAL,
        *(
            Template(
                tier, kind, interval, 14, f"FREQ=MONTHLY;INTERVAL={months};BYDAY=1SA", minutes, ("problem_solving",),
                sectors, (*FIRST[:2], topic, Topic("What we tell the general forum, and how")),
            )
            for kind, (sectors, topic) in _SPECIAL.items()
            for tier, (interval, months, minutes) in _RHYTHMS.items()
        ),
    )
}  # fmt: skip
assert {template.kind for template in TEMPLATES.values()} == SPECIAL_KINDS | TIER_OF_KIND.keys()
