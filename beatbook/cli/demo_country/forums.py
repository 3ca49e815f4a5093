"""The forums of Xandovia and what happened in them, made from a seed: bodies ready to be sent."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from beatbook.cli.demo_country import words
from beatbook.cli.demo_country.matters import SERIES_AREA
from beatbook.cli.demo_country.places import COUNTRY, MINORITY, MUNICIPALITIES, Municipality, Place, area_of
from beatbook.cli.demo_country.words import Topic
from beatbook.contracts.areas import tier_of

HISTORY = timedelta(days=425)
"""How far back the first meetings lie: fourteen months."""
AHEAD = timedelta(days=75)
"""How far ahead meetings are planned."""
INTERVALS = {"core_implementation_group": 90, "community_safety_council": 42, "community_advisory_board": 120}
"""Days between two meetings by kind of forum."""
SECTORS = ("administration", "police", "education", "health", "womens_organisation", "youth", "business", "minority",
           "resident", "social_services", "elder", "ngo")  # fmt: skip
SEATS = {"core_implementation_group": 10, "community_safety_council": 8, "community_advisory_board": 5}
CLOSED_MEETING = ("XD.ALDERPORT", 4)
"""The area and the number, counted back from the last one held, of the one closed meeting."""
TRANSLATED_MEETING = ("XD.ALDERPORT", 2)
"""The same of the one whose minutes are in three languages."""
HOSTILE = "XD.ESKERHOLM"
"""Where the climate of the last two meetings gives a warning signal."""


@dataclass
class Decision:
    """A decision to be recorded, and how it ended, if it did."""

    body: dict[str, Any]
    close: dict[str, Any] | None = None


@dataclass
class Meeting:
    """A meeting to be planned, and what became of it.

    `attendance` gives a status for each member of the forum, in order; `minutes` how far they have come.
    """

    number: int
    starts_at: datetime
    body: dict[str, Any]
    hold: dict[str, Any] | None = None
    call_off: dict[str, str] | None = None
    attendance: list[str] = field(default_factory=list)
    minutes: str | None = None
    items: list[dict[str, Any]] = field(default_factory=list)
    correction: dict[str, Any] | None = None
    decisions: list[Decision] = field(default_factory=list)


@dataclass
class Forum:
    """A forum with its members and its meetings."""

    body: dict[str, Any]
    adopted_on: date
    members: list[dict[str, Any]]
    meetings: list[Meeting]

    @property
    def area(self) -> str:
        """Where it stands."""
        return str(self.body["area"])


def forums(random: Random, today: date) -> list[Forum]:
    """Every forum of the country: the national group, a council per municipality, a board per neighbourhood."""
    made = [_forum(random, today, COUNTRY.code, "core_implementation_group", COUNTRY, MUNICIPALITIES[0])]
    for municipality in MUNICIPALITIES:
        made.append(
            _forum(random, today, area_of(municipality), "community_safety_council", municipality, municipality)
        )
        for place in municipality.neighbourhoods:
            area = area_of(municipality, place)
            made.append(_forum(random, today, area, "community_advisory_board", place, municipality))
    return made


TITLES = {
    "core_implementation_group": "Core implementation group of {}",
    "community_safety_council": "Municipal safety council of {}",
    "community_advisory_board": "{} advisory board",
}


def _forum(random: Random, today: date, area: str, kind: str, place: Place, municipality: Municipality) -> Forum:
    founded = today - HISTORY - timedelta(days=random.randint(30, 300))
    body = {
        "area": area,
        "kind": kind,
        "name": TITLES[kind].format(place.english),
        "template": f"{kind}-{tier_of(area)}",
        "interval_days": INTERVALS[kind] + 14,
    }
    members = list(_members(random, today, founded, SEATS[kind], transition=area == "XD.ESKERHOLM.FERRY"))
    meetings = list(_meetings(random, today, area, kind, municipality, len(members)))
    held = [meeting for meeting in meetings if meeting.hold is not None]
    if area == HOSTILE:
        for meeting in held[-2:]:
            meeting.hold = (meeting.hold or {}) | {"climate": words.HOSTILE_CLIMATE}
    if area == SERIES_AREA:
        meetings = [meeting for meeting in meetings if meeting.starts_at.date() < today]
    return Forum(body, founded, members, meetings)


def _members(
    random: Random, today: date, founded: date, seats: int, *, transition: bool
) -> Iterator[dict[str, Any]]:  # fmt: skip
    sectors = ["ngo" if random.random() < 0.3 else "administration", "police", *random.sample(SECTORS[2:-1], seats - 2)]
    for number, sector in enumerate(sectors):
        sex = "female" if random.random() < 0.46 else "male"
        role = {0: "chair", 2: "secretary"}.get(number, "member")
        term_end = None
        if transition and sector == "police":
            role, term_end = "co_chair", (today + timedelta(days=120)).isoformat()
        yield {
            "name": f"{random.choice(words.FIRST_NAMES[sex])} {random.choice(words.LAST_NAMES)}",
            "sector": sector,
            "role": role,
            "sex": sex,
            "age_band": {"youth": "18-29", "elder": "60+"}.get(sector, "30-59"),
            "minority_group": MINORITY if sector == "minority" else None,
            "minority_stated_on": founded.isoformat() if sector == "minority" else None,
            "term_start": founded.isoformat(),
            "term_end": term_end,
        }


def _meetings(
    random: Random, today: date, area: str, kind: str, municipality: Municipality, seats: int
) -> Iterator[Meeting]:  # fmt: skip
    step = INTERVALS[kind]
    day = today - HISTORY + timedelta(days=random.randint(0, step // 2))
    days = []
    while day <= today + AHEAD:
        days.append(_weekday(day))
        day += timedelta(days=step + random.randint(-3, 3))
    past = [day for day in days if day < today]
    for number, day in enumerate(days):
        starts_at = datetime.combine(day, time(17, 30 * random.randint(0, 1)), UTC)
        latest = len(past) - 1 - number
        closed = (area, latest) == CLOSED_MEETING
        translated = (area, latest) == TRANSLATED_MEETING
        topics = _topics(random, kind, number) if not translated else words.TOPICS[:2]
        meeting = Meeting(number, starts_at, _plan(random, area, starts_at, topics, public=not closed))
        if latest >= 0:
            called_off = random.random() < 0.08 and not closed and not translated
            if called_off:
                state = random.choice(("postponed", "cancelled"))
                meeting.call_off = {"state": state, "reason": words.CALLED_OFF[state]}
            else:
                _hold(random, meeting, topics, today, municipality, seats, latest=latest)
            if translated:
                meeting.items = [
                    item | {"translations": words.IN_OTHER_LANGUAGES[item["heading"]]} for item in meeting.items
                ]
        yield meeting


def _weekday(day: date) -> date:
    return day - timedelta(days=max(0, day.weekday() - 4))


def _topics(random: Random, kind: str, number: int) -> list[Topic]:
    choice: Sequence[Topic] = words.TOPICS
    if kind == "core_implementation_group":
        choice = words.NATIONAL_TOPICS
    first = choice[number % len(choice)]
    return [first, random.choice([topic for topic in choice if topic is not first])]


def _plan(random: Random, area: str, starts_at: datetime, topics: Sequence[Topic], *, public: bool) -> dict[str, Any]:
    neutral = random.random() < 0.7
    return {
        "purpose": random.choice(("accountability", "problem_solving")),
        "topics": [{"title": topic.title, "sensitive": topic.sensitive} for topic in topics],
        "place": "School hall" if neutral else "Town hall",
        "place_kind": "neutral" if neutral else "other",
        "starts_at": starts_at.isoformat(),
        "languages": ["en", "qaa"],
        "interpreters": ["qaa"] if area.startswith("XD.CORVALE") else [],
        "public": public,
    }


def _hold(
    random: Random,
    meeting: Meeting,
    topics: Sequence[Topic],
    today: date,
    municipality: Municipality,
    seats: int,
    *,
    latest: int,
) -> None:
    """Let a meeting have taken place; `latest` counts back from the forum's last one."""
    meeting.attendance = random.choices(("present", "excused", "absent"), (78, 14, 8), k=seats)
    meeting.hold = {
        "held_at": meeting.starts_at.isoformat(),
        "public": [] if not meeting.body["public"] else _public(random, municipality),
        "highest_police_rank": random.choice(("Sergeant", "Inspector", "Station commander")),
    }
    meeting.items = [{"heading": "Opening", "text": words.WELCOME}]
    meeting.items += [{"heading": topic.title, "text": f"{topic.decision} ({topic.owner})"} for topic in topics]
    if topics[0].sensitive:
        meeting.items.append({"heading": "A single case", "text": words.CLOSED_ITEM, "closed": True})
    meeting.minutes = "published" if latest >= 1 else random.choice(("draft", "circulated", "approved", "published"))
    if not meeting.body["public"]:
        meeting.minutes = "approved"  # of a closed meeting nothing here is open, so there is nothing to publish
    if municipality.code == "BRENNICK" and latest == 2 and len(meeting.attendance) == SEATS["community_safety_council"]:
        items = [*meeting.items[:1], meeting.items[1] | {"text": topics[0].decision + " By the end of the quarter."}]
        meeting.correction = {
            "items": items + meeting.items[2:],
            "reason": "The day by which it is to be done was missing.",
        }
    meeting.decisions = [_decision(random, meeting, topics[0], today, municipality)]
    if random.random() < 0.2:
        meeting.decisions.append(_decision(random, meeting, topics[1], today, municipality))


def _public(random: Random, municipality: Municipality) -> list[dict[str, Any]]:
    counts = [
        {"sex": sex, "age_band": band, "count": random.randint(0, most)}
        for sex in ("female", "male")
        for band, most in (("18-29", 4), ("30-59", 11), ("60+", 8))
    ]
    if random.random() < municipality.minority * 2:
        counts.append({"minority_group": MINORITY, "count": random.randint(1, 5)})
    return counts


def _decision(random: Random, meeting: Meeting, topic: Topic, today: date, municipality: Municipality) -> Decision:
    decided = meeting.starts_at.date()
    due = decided + timedelta(days=random.choice((30, 45, 60, 90)))
    body: dict[str, Any] = {
        "agenda_item": topic.title,
        "text": topic.decision,
        "kind": topic.kind,
        "owner": topic.owner,
        "owner_sector": words.SECTOR_OF_OWNER.get(topic.owner, "administration"),
        "due_on": due.isoformat(),
        "method": random.choices(("consensus", "compromise", "vote"), (70, 15, 15))[0],
    }
    if body["method"] == "vote":
        present = meeting.attendance.count("present")
        against = random.randint(0, max(0, present // 2 - 1))
        body["votes"] = {"for": present - against, "against": against, "abstained": 0}
    return Decision(body, _close(random, topic, decided, due, today, municipality) if decided < today else None)


def _close(
    random: Random, topic: Topic, decided: date, due: date, today: date, municipality: Municipality
) -> dict[str, Any] | None:
    """How a decision ended: in time, late, declined or withdrawn; None while it is open."""
    luck = random.random()
    if luck < municipality.diligence:
        ended = decided + (due - decided) * random.uniform(0.4, 1)
        outcome = {"outcome": "delivered", "evidence": topic.evidence}
    elif luck < municipality.diligence + 0.15:
        ended = due + timedelta(days=random.randint(2, 60))
        outcome = {"outcome": "delivered", "evidence": topic.evidence}
    elif luck < municipality.diligence + 0.2:
        ended = decided + timedelta(days=20)
        outcome = {"outcome": "declined", "reason": words.DECLINED[0], "alternative": words.DECLINED[1]}
    elif luck < municipality.diligence + 0.23:
        ended = decided + timedelta(days=25)
        outcome = {"outcome": "withdrawn", "reason": words.WITHDRAWN}
    else:
        return None
    return {**outcome, "ended_on": ended.isoformat()} if ended <= today else None
