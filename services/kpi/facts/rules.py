"""What counts, where and from when. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from beatbook.contracts.areas import lineage

AT_ONCE = date.min
"""What counts from the moment it is heard of; PostgreSQL shows it as -infinity."""


class Measure(StrEnum):
    """What is counted."""

    INCIDENTS = "incidents"
    MEETINGS_HELD = "meetings_held"
    DECISIONS_DUE = "decisions_due"
    DECISIONS_ON_TIME = "decisions_on_time"


class Cell(NamedTuple):
    """Where something is counted: see `FactCell`."""

    measure: Measure
    area: str
    month: date
    category: str = ""
    counts_from: date = AT_ONCE


CellKey = tuple[Measure, str, date, str, date]
"""What a `Cell` is, and made in a fifth of its time."""


@dataclass(frozen=True)
class DecisionState:
    """What is known of a decision: its due date, and how it ended (None: open)."""

    area: str
    due_on: date | None
    outcome: str | None = None
    on_time: bool | None = None


def month_of(moment: datetime | date) -> date:
    """The first day of the month of a day, or of a moment in UTC."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(UTC)
    return date(moment.year, moment.month, 1)


def rolled_up(changes: Iterable[tuple[Cell, int]]) -> dict[CellKey, int]:
    """The changes of an area's cells as changes of the same cells in it and in every area above. Rule K2.

    A cell that was touched is in the result even when its changes cancel out: which cells exist must not depend on how
    events fell into batches.
    """
    cells: dict[CellKey, int] = {}
    lines: dict[str, list[str]] = {}
    for (measure, place, month, category, counts_from), change in changes:
        line = lines.get(place)
        if line is None:
            line = lines[place] = lineage(place)
        for area in line:
            cell = (measure, area, month, category, counts_from)
            cells[cell] = cells.get(cell, 0) + change
    return cells


def decision_cells(decision: DecisionState) -> list[Cell]:
    """Where a decision counts towards the share delivered on time, in the month it was due. Rule F13.

    It is due from the day after its due date, or from its delivery; it was on time when delivered by its due date. A
    declined one stays due; a withdrawn one, or one without a due date, is not counted at all.
    """
    if decision.due_on is None or decision.outcome == "withdrawn":
        return []
    month = month_of(decision.due_on)
    if decision.outcome != "delivered":
        return [Cell(Measure.DECISIONS_DUE, decision.area, month, counts_from=decision.due_on + timedelta(days=1))]
    due = Cell(Measure.DECISIONS_DUE, decision.area, month)
    return [due, Cell(Measure.DECISIONS_ON_TIME, decision.area, month)] if decision.on_time else [due]
