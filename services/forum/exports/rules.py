"""Which tables and columns a forum's records have for others, and what a cell may hold. Pure.

Names of columns are promised: they are added to, never changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

LONGEST_CELL = 32_767
"""Characters that a cell of a spreadsheet holds; longer text is cut, and ends in an ellipsis."""
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

_NO_XML = "\ufffe\uffff"
"""No characters at all to XML: a workbook that holds one opens nowhere."""


class Table(StrEnum):
    """The tables. Rules F2, F7, F10, F12 to F14."""

    MEMBERS = "members"
    MEETINGS = "meetings"
    ATTENDANCE = "attendance"
    DECISIONS = "decisions"
    CONCERNS = "concerns"


class FileFormat(StrEnum):
    """How a table is written."""

    CSV = "csv"
    XLSX = "xlsx"


class Audience(StrEnum):
    """For whom a table is made."""

    PUBLIC = "public"
    INSIDE = "inside"


PUBLIC_TABLES = frozenset({Table.MEETINGS, Table.DECISIONS, Table.CONCERNS})
"""Seats and attendance by name stay inside. Rules F10, F20."""


@dataclass(frozen=True)
class Column:
    """A column, what it holds, and whether the public gets it."""

    name: str
    meaning: str
    public: bool = True


def _inside(name: str, meaning: str) -> Column:
    return Column(name, meaning, public=False)


COLUMNS: Mapping[Table, Sequence[Column]] = {
    Table.MEMBERS: (
        _inside("member_id", "The seat's id"),
        _inside("kind", "person or body"),
        _inside("name", "Who has the seat"),
        _inside("organisation", "For which organisation"),
        _inside("sector", "Sector that the seat stands for"),
        _inside("role", "What the seat does in the forum, as of the export"),
        _inside("sex", "female, male or other, where stated"),
        _inside("age_band", "Years: 0-11, 12-17, 18-29, 30-59, 60+, where stated"),
        _inside("minority_group", "By the person's own statement"),
        _inside("term_start", "First day of the term"),
        _inside("term_end", "Last day of the term; empty while none is set"),
    ),
    Table.MEETINGS: (
        Column("meeting_id", "The meeting's id"),
        Column("starts_at", "Planned start, with its offset from UTC"),
        Column("held_at", "When it began; empty when it was not held"),
        Column("state", "planned, invited, held, postponed or cancelled"),
        Column("state_reason", "Why it was postponed or cancelled"),
        Column("purpose", "accountability or problem_solving"),
        Column("topics", "Topics, parted by semicolons"),
        Column("place", "Where"),
        Column("languages", "ISO 639 codes, parted by semicolons"),
        Column("members_present", "Members who came, a count"),
        Column("public_present", "Members of the public who came, a count"),
        Column("minutes_id", "Its minutes; for the public once they are published"),
        _inside("public", "Whether the meeting is public"),
        _inside("highest_police_rank", "Highest police rank present"),
    ),
    Table.ATTENDANCE: (
        _inside("meeting_id", "The meeting's id"),
        _inside("held_at", "When it began"),
        _inside("member_id", "The seat's id"),
        _inside("name", "Who has the seat"),
        _inside("sector", "Sector that the seat stands for"),
        _inside("status", "present, excused or absent"),
    ),
    Table.DECISIONS: (
        Column("decision_id", "The decision's id"),
        Column("meeting_id", "The meeting that decided"),
        Column("decided_on", "The day of that meeting"),
        Column("agenda_item", "Agenda item under which it was made"),
        Column("text", "What was decided or asked for"),
        Column("kind", "decision, request_to_police, request_to_agency or information"),
        Column("owner", "Organisation that owns it"),
        Column("owner_sector", "What kind of organisation that is"),
        Column("due_on", "Day until which it is due"),
        Column("method", "consensus, compromise or vote"),
        Column("votes_for", "Votes for, a count"),
        Column("votes_against", "Votes against, a count"),
        Column("votes_abstained", "Abstentions, a count"),
        Column("dissent", "Dissent in the dissenters' words, parted by semicolons"),
        Column("affected_groups", "Groups specially affected, parted by semicolons"),
        Column("chair_statement", "The chair's reasons over a dissent"),
        Column("state", "open, delivered, declined or withdrawn"),
        Column("overdue", "Whether it is open past its due date, as of the export"),
        Column("ended_on", "The day it was done or refused"),
        Column("on_time", "Whether a delivery kept its due date; empty where that is no question"),
        Column("evidence", "What shows that it was done"),
        Column("reason", "Why it was declined or withdrawn"),
        Column("alternative", "What was offered instead"),
        _inside("public", "Whether it was made in public"),
    ),
    Table.CONCERNS: (
        Column("concern_id", "The concern's id"),
        Column("area", "Area where it was raised"),
        Column("category", "Category"),
        Column("state", "Where it stands"),
        Column("summary", "The forum's own wording"),
        Column("raised_on", "The day it was raised"),
        Column("ended_on", "The day it was answered or otherwise ended"),
        Column("overdue", "Whether it waits past the agreed days, as of the export"),
        _inside("source", "How it came: meeting, member, consultation or anonymous"),
        _inside("text", "What was said; of an anonymous one nothing says who"),
        _inside("wish", "What people want"),
        _inside("place", "Where it is about"),
        _inside("triage_by", "Until when the forum has agreed to answer"),
        _inside("on_time", "Whether it was dealt with by then"),
        _inside("public", "Whether its summary is published"),
    ),
}


def columns(table: Table, audience: Audience) -> list[Column]:
    """The columns that an audience gets of a table; none when the table is not for it. Rules F10, F20."""
    if audience is Audience.INSIDE:
        return list(COLUMNS[table])
    return [column for column in COLUMNS[table] if column.public and table in PUBLIC_TABLES]


def safe_text(text: str) -> str:
    """Text that no spreadsheet reads as a formula, and that a cell can hold.

    What a program could take for a formula begins with an apostrophe; control characters are left out, and
    what XML can't hold.
    """
    kept = "".join(char for char in text if (char >= " " or char in "\t\r\n") and char not in _NO_XML)
    if kept.startswith(_STARTS_FORMULA):
        kept = "'" + kept
    return kept if len(kept) <= LONGEST_CELL else kept[: LONGEST_CELL - 1] + "\u2026"


def cell(value: Any) -> str | int | float | None:
    """A value as a cell: numbers as they are, times with their offset, yes and no as true and false, lists joined."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, list):
        return safe_text("; ".join(map(str, value)))
    return safe_text(str(value))
