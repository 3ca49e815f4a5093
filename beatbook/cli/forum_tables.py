"""A forum's old records as rows for import: a file of JSON lines, or a directory of CSV tables read by a mapping."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from beatbook.cli.forum_mapping import ForumMapping
from beatbook.runtime.refusal import Refusal

Cells = dict[str, str]
LONGEST_LINE = 500


@dataclass(frozen=True)
class Place:
    """Where a row or a part stands."""

    file: str
    line: int


@dataclass
class Row:
    """A row to be sent, and where it and its parts stand, these by kind in the order in which they are sent."""

    fields: dict[str, Any]
    place: Place
    parts: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))

    def where(self, kind: str | None, number: int) -> Place:
        """Where a part stands; the row's own place for what is nowhere by itself."""
        places = self.parts.get(kind or "", [])
        return places[number] if number < len(places) else self.place


@dataclass(frozen=True)
class Orphan:
    """A line that belongs to a meeting or an item that there is not."""

    place: Place
    kind: str
    external_id: str
    detail: str


@dataclass
class Records:
    """What was read: rows, seats first, and lines that belong to nothing."""

    source: str
    rows: list[Row]
    orphans: list[Orphan] = field(default_factory=list)


def read_lines(path: Path, source: str) -> Records:
    """Read a file of JSON lines in the neutral format; raises `Refusal` for a line that is no JSON."""
    rows = []
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    rows.append(Row(json.loads(line), Place(path.name, number)))
    except UnicodeDecodeError as error:
        raise Refusal(f"{path} is not UTF-8: byte {error.start} is no text.") from error
    except ValueError as error:
        raise Refusal(f"{path} is not JSON lines: line {number} is no JSON.") from error
    return Records(source, rows)


def read_tables(directory: Path, mapping: ForumMapping, now: datetime) -> Records:
    """Read a directory of CSV tables; `now` parts what was held from what lies ahead. Raises `Refusal`."""
    return _Reader(directory, mapping, now).read()


class _Reader:
    def __init__(self, directory: Path, mapping: ForumMapping, now: datetime) -> None:
        self._directory, self._mapping, self._now = directory, mapping, now
        self._meetings: dict[str, Row] = {}
        self._items: dict[str, tuple[dict[str, Any], Cells]] = {}
        self._orphans: list[Orphan] = []
        self._members: dict[str, str] = {}
        """The first day on file of each member."""

    def read(self) -> Records:
        self._read_meetings()
        self._read_items()
        self._read_attendance()
        self._read_votes()
        rows = sorted(self._meetings.values(), key=lambda row: str(row.fields["starts_at"]))
        return Records(self._mapping.source, [*self._seats(), *rows], self._orphans)

    def _seats(self) -> Iterator[Row]:
        first = min(self._members.values(), default="")
        for code, day in sorted(self._members.items()):
            chairs = code == self._mapping.members.chair
            seat = {"record": "member", "external_id": code, "name": code, "sector": self._mapping.members.sector,
                    "role": "chair" if chairs else "member", "term_start": first if chairs else day}  # fmt: skip
            yield Row(seat, Place("members", 0))

    def _read_meetings(self) -> None:
        table = self._mapping.meetings
        wanted = (table.external_id, table.starts_at, table.place, table.state, table.reason, table.minutes)
        for place, cells in self._rows(table.file, wanted):
            state = _turned(table.states, cells[table.state])
            if state == "held" and _lies_ahead(cells[table.starts_at], self._now):
                state = "planned"
            row: dict[str, Any] = {"record": "meeting", "external_id": cells[table.external_id], "state": state,
                                   "purpose": table.purpose, "starts_at": cells[table.starts_at],
                                   "languages": table.languages}  # fmt: skip
            if table.place and cells[table.place]:
                row["place"] = cells[table.place][:LONGEST_LINE]
            if state in ("postponed", "cancelled"):
                row["reason"] = (table.reason and cells[table.reason]) or table.without_reason
            if state == "held":
                row["minutes"] = {"state": _turned(table.minutes_states, cells[table.minutes])}
            self._meetings[cells[table.external_id]] = Row(row, place)

    def _read_items(self) -> None:
        if (table := self._mapping.items) is None:
            return
        wanted = (table.external_id, table.meeting, table.topic, table.topic_title, *table.heading, *table.text,
                  *table.accountability)  # fmt: skip
        for place, cells in self._rows(table.file, wanted):
            meeting = self._meetings.get(cells[table.meeting])
            if meeting is None:
                self._orphan(place, "item", cells[table.external_id], "meeting", table.meeting)
                continue
            heading = " ".join(cells[name] for name in table.heading if cells[name]) or table.without_heading
            item = {"external_id": cells[table.external_id], "heading": heading[:LONGEST_LINE],
                    "text": "; ".join(cells[name] for name in table.text if cells[name])}  # fmt: skip
            meeting.fields.setdefault("items", []).append(item)
            meeting.parts["item"].append(place)
            self._items[cells[table.external_id]] = item, cells
            if table.accountability and all(cells[name] == value for name, value in table.accountability.items()):
                meeting.fields["purpose"] = "accountability"
            title = table.topic_title and cells[table.topic_title][:LONGEST_LINE]
            if meeting.fields["state"] == "held" and table.topic and cells[table.topic] and title:
                topics = meeting.fields.setdefault("topics", [])
                if {"title": title} not in topics:
                    topics.append({"title": title})

    def _read_attendance(self) -> None:
        if (table := self._mapping.attendance) is None:
            return
        for place, cells in self._rows(table.file, (table.meeting, table.member, table.status)):
            meeting = self._meetings.get(cells[table.meeting])
            if meeting is None:
                self._orphan(place, "mark", cells[table.member], "meeting", table.meeting)
                continue
            mark = {"member": cells[table.member], "status": _turned(table.statuses, cells[table.status])}
            meeting.fields.setdefault("attendance", []).append(mark)
            meeting.parts["mark"].append(place)
            self._seen(cells[table.member], meeting)

    def _read_votes(self) -> None:
        if (table := self._mapping.votes) is None:
            return
        ballots: dict[str, list[Place]] = defaultdict(list)
        owner = {item["external_id"]: row for row in self._meetings.values() for item in row.fields.get("items", ())}
        for place, cells in self._rows(table.file, (table.item, table.member, table.vote)):
            if cells[table.item] not in self._items:
                self._orphan(place, "vote", cells[table.member], "item", table.item)
                continue
            item, texts = self._items[cells[table.item]]
            decision = item.setdefault("decision", {
                "agenda_item": _first(texts, table.agenda_item, item["heading"])[:LONGEST_LINE],
                "text": _first(texts, table.decision, item["heading"]),
                "owner": table.owner,
                "ballots": [],
            })  # fmt: skip
            vote = {"member": cells[table.member], "vote": _turned(table.votes, cells[table.vote])}
            decision["ballots"].append(vote)
            ballots[cells[table.item]].append(place)
            self._seen(cells[table.member], owner[cells[table.item]])
        for row in self._meetings.values():
            for item, place in zip(row.fields.get("items", ()), row.parts["item"], strict=True):
                if "decision" in item:
                    row.parts["decision"].append(place)
                    row.parts["vote"] += ballots[item["external_id"]]

    def _seen(self, member: str, meeting: Row) -> None:
        day = str(meeting.fields["starts_at"])[:10]
        self._members[member] = min(self._members.get(member, day), day)

    def _orphan(self, place: Place, kind: str, external_id: str, noun: str, column: str) -> None:
        self._orphans.append(Orphan(place, kind, external_id, f"There is no {noun} with the id in {column}."))

    def _rows(self, name: str, wanted: tuple[str | None, ...]) -> Iterator[tuple[Place, Cells]]:
        path = self._directory / name
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                lines = csv.reader(file, strict=True)
                header = [cell.strip() for cell in next(lines, [])]
                if missing := sorted({column for column in wanted if column is not None} - set(header)):
                    raise Refusal(f"{path} misses the column {', '.join(missing)}: mend the file, or the mapping.")
                line = lines.line_num
                for cells in lines:
                    first, line = line + 1, lines.line_num
                    if len(cells) == len(header):
                        yield Place(name, first), {key: cell.strip() for key, cell in zip(header, cells, strict=True)}
                    elif cells:
                        raise Refusal(f"{path}: line {first} has {len(cells)} cells, the header {len(header)}.")
        except OSError as error:
            raise Refusal(f"{path} cannot be read: {error.strerror}.") from error
        except (UnicodeDecodeError, csv.Error) as error:
            raise Refusal(f"{path} is not CSV in UTF-8: {error}.") from error


def _turned(values: Mapping[str, str], value: str) -> str:
    return values.get(value, values.get("*", value))


def _first(cells: Cells, names: list[str], otherwise: str) -> str:
    return next((cells[name] for name in names if cells[name]), otherwise)


def _lies_ahead(start: str, now: datetime) -> bool:
    try:
        return datetime.fromisoformat(start) > now
    except (ValueError, TypeError):
        return False  # the service says what is wrong with it
