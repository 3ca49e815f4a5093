"""Concerns: what they are about, how they are triaged, how they move between tiers. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

import orjson
import shapely

from beatbook.contracts.actor import Actor, Role
from services.forum.forums.rules import MANAGERS

RAISERS = MANAGERS | {Role.FORUM_MEMBER, Role.OFFICER, Role.SUPERVISOR}


class Category(StrEnum):
    """What a concern is about, in the words of people rather than of the law. Rule F14.

    The list follows what forums take up (GP, organizing public forums): surroundings and disorder first, then crime,
    then the police itself. `ICCS` maps it to the classification of crime that incidents are recorded by.
    """

    LIGHTING_AND_SURROUNDINGS = "lighting_and_surroundings"
    ROAD_SAFETY = "road_safety"
    NOISE_AND_NUISANCE = "noise_and_nuisance"
    DISORDER_IN_PUBLIC = "disorder_in_public"
    STRAY_ANIMALS = "stray_animals"
    ENVIRONMENT = "environment"
    ALCOHOL_AND_DRUGS = "alcohol_and_drugs"
    THEFT_AND_BURGLARY = "theft_and_burglary"
    VIOLENCE = "violence"
    VIOLENCE_AT_HOME = "violence_at_home"
    SAFETY_OF_CHILDREN = "safety_of_children"
    HATE_AND_DISCRIMINATION = "hate_and_discrimination"
    FRAUD_AND_ONLINE = "fraud_and_online"
    EXTORTION_AND_ORGANISED_CRIME = "extortion_and_organised_crime"
    TENSION_BETWEEN_GROUPS = "tension_between_groups"
    POLICE_PRESENCE_AND_SERVICE = "police_presence_and_service"
    POLICE_CONDUCT = "police_conduct"
    OTHER = "other"


ICCS: Mapping[Category, str] = {
    Category.DISORDER_IN_PUBLIC: "08",
    Category.ENVIRONMENT: "10",
    Category.ALCOHOL_AND_DRUGS: "06",
    Category.THEFT_AND_BURGLARY: "05",
    Category.VIOLENCE: "02",
    Category.VIOLENCE_AT_HOME: "02",
    Category.HATE_AND_DISCRIMINATION: "0210",
    Category.FRAUD_AND_ONLINE: "07",
    Category.EXTORTION_AND_ORGANISED_CRIME: "0205",
}
"""The section or division of ICCS 1.0 that a category's offences mostly fall under; none: it is mostly no crime."""


class Source(StrEnum):
    """Where a concern came from. Rules F14, F21."""

    MEETING = "meeting"
    MEMBER = "member"
    CONSULTATION = "consultation"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True)
class Origin:
    """How a concern came: at a meeting, from a seat, from a consultation (its id), or by nobody who gave a name.

    `closed`: it came up where the public is kept out, so that nothing of it is ever published.
    """

    source: Source
    meeting_id: UUID | None = None
    member_id: UUID | None = None
    source_id: UUID | None = None
    closed: bool = False


class ConcernState(StrEnum):
    """Where a concern stands. Rule F14."""

    RAISED = "raised"
    ANSWERED = "answered"
    REFERRED = "referred"
    CASE_OPENED = "case_opened"
    ESCALATED = "escalated"
    OUT_OF_REMIT = "out_of_remit"


class CaseBucket(StrEnum):
    """All that comes back of a problem-solving case: no id, no phase, no person. Rule C12a."""

    RECEIVED = "received"
    WORKED_ON = "worked_on"
    DONE = "done"
    NOT_TAKEN_UP = "not_taken_up"


class StepKind(StrEnum):
    """What happened to a concern, as who raised it is told. Rule F14."""

    RAISED = "raised"
    ANSWERED = "answered"
    REFERRED = "referred"
    CASE_OPENED = "case_opened"
    CASE_MOVED = "case_moved"
    ESCALATED = "escalated"
    OUT_OF_REMIT = "out_of_remit"
    JOINED = "joined"
    SEPARATED = "separated"


WAITING = frozenset({ConcernState.RAISED, ConcernState.ESCALATED})
"""States in which the forum that has it owes a triage."""
ENDED = frozenset({ConcernState.ANSWERED, ConcernState.OUT_OF_REMIT})


def may_raise(actor: Actor, area: str) -> bool:
    """Those who sit in a forum or keep its records bring concerns in; an advisor from outside does not. Rule F14."""
    return actor.may_as(RAISERS, area)


def publishing_obstacles(published: bool, summary: str | None, closed: bool) -> list[str]:
    """Everything that keeps a concern off the public face, when it is to be there. Rules F14, F20."""
    found: list[str] = []
    if published and not summary:
        found.append("Write a 'summary' in the forum's own words: nothing else of a concern is ever public.")
    if published and closed:
        found.append("It was raised where the public is kept out, and stays inside.")
    return found


def triage_due(raised_at: datetime, days: int) -> datetime:
    """When triage is due: so many days after it was raised, or came to the forum above. Rule F14."""
    return raised_at + timedelta(days=days)


def is_overdue(state: ConcernState, triage_by: datetime, now: datetime) -> bool:
    """Whether a concern waits past the agreed days. Rule F14."""
    return state in WAITING and triage_by < now


def place_obstacle(longitude: float, latitude: float, boundary: Mapping[str, Any] | None) -> str | None:
    """Why a point can't be a concern's place; None when it can, or the area has no boundary (degrees). Rule F14."""
    if boundary is None:
        return None
    if shapely.from_geojson(orjson.dumps(boundary)).covers(shapely.Point(longitude, latitude)):
        return None
    return "The point lies outside the forum's area: raise it with the forum of the area it is in."


def agenda_words(what: str, category: Category, area: str, summary: str | None, *, published: bool) -> str:
    """How a concern stands on an agenda: in the forum's own published words, or in none. Rules F14, F15."""
    about = summary if published else category.value.replace("_", " ")
    return f"{what}: {about} ({area})"


def answer_source(concern_id: UUID) -> UUID:
    """What an agenda knows the answer to a concern by, where the concern itself stood on one before. Rule F15."""
    return uuid5(concern_id, "answer")


MOST_WORDS = 200
"""Different words of a concern that are compared with those of others."""
STEM = 4
"""Letters by which words are held to be the same, for languages that inflect by endings."""
_WORD = re.compile(r"[^\W_]{3,}")
_LATIN = str.maketrans(dict(zip("абвгдђежзијклмнопрстћуфхцчш", "abvgdđežzijklmnoprstćufhcčš", strict=True)) | {
    "љ": "lj", "њ": "nj", "џ": "dž", "ъ": "", "ѓ": "gj", "ќ": "kj",
})  # fmt: skip
_COMMON_TEXT = """
    the and are for has have was were that this there with from they them their our you your not but all any can out
    when where who what which will would about after again been because before every into more most some such than then
    too very near people
    dhe per nga nje eshte jane kjo kete ato ata nuk por edhe kur duhet tek mund shume sepse njerez njerezit
    ili ali sam smo ste nisu nije jest koji koja koje kod kada jer sve kao ima imaj treba mnogo vrlo ljudi
    bir icin ile var yok cok daha gibi ama olan
"""
_COMMON = frozenset(_COMMON_TEXT.split())
"""Words of no weight: English, Albanian, Serbian and Bosnian, Turkish."""


def stems(*texts: str | None) -> list[str]:
    """The words of texts as they are compared: small letters, no accents, one script, first letters, sorted, each once.

    Rule F15. Common words of the languages of the first regions are left out, as they say nothing of the matter.
    """
    found: set[str] = set()
    for text in texts:
        latin = (text or "").casefold().translate(_LATIN).replace("đ", "dj")
        bare = "".join(part for part in unicodedata.normalize("NFKD", latin) if not unicodedata.combining(part))
        found.update(word[:STEM] for word in _WORD.findall(bare) if word not in _COMMON)
    return sorted(found)[:MOST_WORDS]
