"""A real committee's meetings as a forum's, through the API alone.

The data: 525 meetings of New York City Council's Committee on Public Safety, 1999 to 2026, with agenda items,
attendance and votes; members are codes (M001 ...). Public record. How each thing is read is said where it is done.
"""

import asyncio
import csv
from collections import Counter, defaultdict
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx

DATA = Path(__file__).parents[3] / "shared" / "data" / "nyc_council_public_safety"
AREA = "US.NYC"
AT_ONCE = 8
T = TypeVar("T")

ATTENDANCE = {"Present": "present", "Simultaneous": "present", "Absent": "absent", "Suspended": "absent"}
"""How a mark is read; every other one is a reason for which a member was excused (Medical, Maternity ...)."""
VOTES = {"Affirmative": "for", "Negative": "against", "Abstain": "abstained"}
"""How a vote is read; every other one was not cast."""


@dataclass
class Sitting:
    """One meeting with what belongs to it, as the files have it."""

    row: dict[str, str]
    items: list[dict[str, str]] = field(default_factory=list)
    attendance: list[dict[str, str]] = field(default_factory=list)

    @property
    def starts_at(self) -> datetime:
        return datetime.fromisoformat(self.row["start"])

    def state(self, now: datetime) -> str:
        """Deferred is postponed; what lies ahead is planned; everything else took place, if only to be recessed."""
        if self.row["minutes_status"] == "Deferred":
            return "postponed"
        return "held" if self.starts_at <= now else "planned"

    @property
    def minutes_are_final(self) -> bool:
        return self.row["minutes_status"] == "Final"


@dataclass
class Committee:
    """The files, read."""

    sittings: list[Sitting]
    votes: dict[str, Counter[str]]
    members: list[str]

    def outcome(self, item: dict[str, str]) -> dict[str, int] | None:
        """Votes for, against and abstained on an item; None when no vote is on file."""
        cast = self.votes.get(item["item_id"])
        return None if cast is None else {name: cast[name] for name in VOTES.values()}

    def decided(self, sitting: Sitting) -> list[tuple[dict[str, str], dict[str, int]]]:
        """The items of a sitting that were voted on, with the votes."""
        found = ((item, self.outcome(item)) for item in sitting.items)
        return [(item, votes) for item, votes in found if votes is not None]


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_committee() -> Committee:
    """Everything on file, oldest meeting first."""
    sittings = {row["meeting_id"]: Sitting(row) for row in _rows("meetings.csv")}
    for item in _rows("agenda_items.csv"):
        sittings[item["meeting_id"]].items.append(item)
    for mark in _rows("attendance.csv"):
        sittings[mark["meeting_id"]].attendance.append(mark)
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    members = {mark["member_code"] for sitting in sittings.values() for mark in sitting.attendance}
    for vote in _rows("votes.csv"):
        members.add(vote["member_code"])
        votes[vote["item_id"]][VOTES.get(vote["vote"], "not cast")] += 1
    return Committee(sorted(sittings.values(), key=lambda sitting: sitting.starts_at), dict(votes), sorted(members))


@dataclass
class Loaded:
    """What came of it: the forum, its seats by member code, and by meeting on file the ids it got."""

    forum: str
    seats: dict[str, str]
    meetings: dict[str, str] = field(default_factory=dict)
    minutes: dict[str, str] = field(default_factory=dict)
    decisions: dict[str, str] = field(default_factory=dict)


class Loader:
    """Sends a committee to a forum service; `now` is the moment up to which meetings were held."""

    def __init__(self, http: httpx.AsyncClient, token: str, committee: Committee, now: datetime) -> None:
        self._http, self._token, self._committee, self._now = http, token, committee, now
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def load(self, sittings: Sequence[Sitting]) -> Loaded:
        """Found the committee as a municipal safety council and load some of its meetings."""
        loaded = await self._found(min(sitting.starts_at for sitting in sittings))
        await self._all(self._sitting(loaded, sitting) for sitting in sittings)
        return loaded

    async def _all(self, work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
        async def one(step: Coroutine[Any, Any, T]) -> T:
            async with self._gate:
                return await step

        return list(await asyncio.gather(*map(one, work)))

    async def _post(self, path: str, body: Any = None) -> Any:
        headers = {"Authorization": self._token, "If-Match": "*"}
        answer = await self._http.post(f"/v1{path}", json=body, headers=headers)
        assert answer.is_success, (path, answer.text)
        return answer.json()

    async def _found(self, first: datetime) -> Loaded:
        place = {"type": "Feature", "properties": {"code": "NYC", "parent_code": "US", "name": "New York City"},
                 "geometry": {"type": "Polygon", "coordinates": [
                     [[-74.26, 40.49], [-73.7, 40.49], [-73.7, 40.92], [-74.26, 40.92], [-74.26, 40.49]]]}}  # fmt: skip
        await self._post(
            "/areas/imports",
            {
                "mapping": {"code": "code"},
                "root": {"code": "US", "name": "United States"},
                "collections": [{"type": "FeatureCollection", "features": [place]}],
                "valid_from": "1999-01-01",
            },
        )
        council = {
            "area": AREA,
            "kind": "community_safety_council",
            "name": "Committee on Public Safety",
            "interval_days": 31,
        }
        forum = (await self._post("/forums", council))["id"]
        adopted = (first - timedelta(days=30)).date().isoformat()
        await self._post(f"/forums/{forum}/rules-of-procedure", {"text": "Rules of the Council", "adopted_on": adopted})
        codes = self._committee.members
        seats = await self._all(self._seat(forum, code, first, chair=code == codes[0]) for code in codes)
        return Loaded(forum, dict(zip(codes, seats, strict=True)))

    async def _seat(self, forum: str, code: str, first: datetime, *, chair: bool) -> str:
        seat = {
            "name": code,
            "sector": "administration",
            "role": "chair" if chair else "member",
            "term_start": first.date().isoformat(),
        }
        return str((await self._post(f"/forums/{forum}/members", seat))["id"])

    async def _sitting(self, loaded: Loaded, sitting: Sitting) -> None:
        number, state = sitting.row["meeting_id"], sitting.state(self._now)
        meeting = (await self._post(f"/forums/{loaded.forum}/meetings", self._plan(sitting)))["id"]
        loaded.meetings[number] = meeting
        if state == "postponed":
            reason = {"state": "postponed", "reason": sitting.row["comment"] or "Deferred"}
            await self._post(f"/meetings/{meeting}/call-off", reason)
        elif state == "held":
            marks = [
                {"member_id": loaded.seats[mark["member_code"]], "status": ATTENDANCE.get(mark["value"], "excused")}
                for mark in sitting.attendance
            ]
            await self._post(f"/meetings/{meeting}/hold", {"held_at": sitting.row["start"], "attendance": marks})
            await self._minutes(loaded, sitting, meeting)
            await self._decisions(loaded, sitting, meeting)

    def _plan(self, sitting: Sitting) -> dict[str, Any]:
        """A hearing is for accountability, everything else for problem-solving."""
        titles = dict.fromkeys(item["title"] for item in sitting.items if item["matter_file"])
        hearing = any(item["matter_type"] == "Oversight" for item in sitting.items)
        return {
            "purpose": "accountability" if hearing else "problem_solving",
            "topics": [{"title": title[:500]} for title in titles],
            "place": sitting.row["location"] or None,
            "starts_at": sitting.row["start"],
            "languages": ["en"],
        }

    async def _minutes(self, loaded: Loaded, sitting: Sitting, meeting: str) -> None:
        """Minutes are made of the agenda items: final ones are published, the others circulated."""
        lines = [
            {
                "heading": " ".join(filter(None, [item["matter_file"], item["title"]]))[:500] or "Without a title",
                "text": "; ".join(filter(None, [item["action"], item["matter_status"]])),
            }
            for item in sitting.items
        ]
        if not lines:
            return
        minutes = (await self._post(f"/meetings/{meeting}/minutes", {"items": lines}))["id"]
        loaded.minutes[sitting.row["meeting_id"]] = minutes
        await self._post(f"/minutes/{minutes}/circulate")
        if sitting.minutes_are_final:
            await self._post(f"/minutes/{minutes}/approve", {"by": "chair"})
            await self._post(f"/minutes/{minutes}/publish")

    async def _decisions(self, loaded: Loaded, sitting: Sitting, meeting: str) -> None:
        """Every item with votes on file is a decision; the Council owns it."""
        for item, votes in self._committee.decided(sitting):
            decision = {
                "agenda_item": (item["matter_file"] or item["title"])[:500],
                "text": item["title"] or item["action"],
                "owner": "New York City Council",
                "method": "vote",
                "votes": votes,
            }
            made = await self._post(f"/meetings/{meeting}/decisions", decision)
            loaded.decisions[item["item_id"]] = made["id"]
