"""Which reports become incidents and where they lie, and who may record and read them. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from beatbook.contracts.actor import Actor, Role
from beatbook.contracts.areas import covers
from services.cases.reports.rules import PLAIN, Reading, Report, read_report
from services.cases.reports.unfit import Reason, Unfit

RECORDERS = frozenset({Role.OFFICER, Role.SUPERVISOR, Role.ADMIN})
READERS = RECORDERS
REFUSALS_KEPT = timedelta(days=30)
"""For how long it is known which rows of an import were refused."""
CONFLICT = "This external_id was recorded with other content: correct what you send, or send it under another source."


def may_record_incidents(actor: Actor, area: str) -> bool:
    """Officers, supervisors and administrators of an area record its incidents. Rule C1; ARCHITECTURE 6."""
    return actor.may_as(RECORDERS, area)


def may_read_incidents(actor: Actor, area: str) -> bool:
    """Who records incidents of an area reads them. ARCHITECTURE 6."""
    return actor.may_as(READERS, area)


def may_record_somewhere(actor: Actor) -> bool:
    """Whether the actor may record incidents in any area at all. Rule C1."""
    return bool(actor.areas_as(RECORDERS))


@dataclass(frozen=True, slots=True)
class Placed:
    """A report with the area it lies in, and its row's index in the batch (from 0)."""

    row: int
    report: Report
    area: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not taken: its index in the batch (from 0), why, and what to mend."""

    row: int
    external_id: str | None
    reason: Reason
    detail: str


def hours_of(band: str) -> list[int]:
    """The hours of a band: `22-4` is 22, 23, 0, 1, 2, 3 and 4, `9` is that hour; raises `ValueError`. Rule C3."""
    first, dash, last = band.partition("-")
    begin, end = int(first), int(last if dash else first)
    if not (0 <= begin <= 23 and 0 <= end <= 23):
        raise ValueError("an hour is 0 to 23")
    return [hour % 24 for hour in range(begin, end + 1 if begin <= end else end + 25)]


class Areas(Protocol):
    """The open areas under a root."""

    root: str

    def holds(self, code: str) -> bool:
        """Whether `code` is one of them."""

    def named(self, part: str) -> str | None:
        """The one whose code ends with this part."""

    def place(self, longitudes: Sequence[float], latitudes: Sequence[float]) -> list[str | None]:
        """The deepest area at each point."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the rows of a batch before any was recorded: none stops the others."""

    placed: list[Placed]
    repeated: int
    """Rows that say what an earlier one of the batch says."""
    refused: list[Refusal]


def take_batch(rows: Sequence[Any], areas: Areas, now: datetime, reading: Reading = PLAIN) -> Taken:
    """The reports that can be recorded, each with its area, and the rows refused. Rule C1.

    An external id that comes again counts once if it says the same, and is refused if not: as it would be if it came
    in another batch, so that it makes no difference where a file is cut.
    """
    read: list[tuple[int, Report]] = []
    refused: list[Refusal] = []
    for index, row in enumerate(rows):
        try:
            read.append((index, read_report(row, now, reading)))
        except Unfit as unfit:
            refused.append(Refusal(index, _external_id(row), unfit.reason, unfit.detail))
    placed: dict[str, Placed] = {}
    repeated = 0
    for (index, report), place in zip(read, place_reports([report for _, report in read], areas), strict=True):
        if isinstance(place, Unfit):
            refused.append(Refusal(index, report.external_id, place.reason, place.detail))
        elif (first := placed.get(report.external_id)) is None:
            placed[report.external_id] = Placed(index, report, place)
        elif says_other(first, report):
            refused.append(Refusal(index, report.external_id, Reason.CONFLICTING, CONFLICT))
        else:
            repeated += 1
    return Taken(list(placed.values()), repeated, refused)


def says_other(known: Placed, report: Report) -> bool:
    """Whether a report of the same external id says something else. Where a point lies is not what was reported."""
    if report.area is not None and report.area != known.area:
        return True
    return _content(known.report) != _content(report)


def _content(report: Report) -> tuple[Any, ...]:
    span = report.span
    return (span.start, span.end, span.month, report.point, report.place, report.local_category or report.category,
            report.reporter_kind, report.repeat_victim)  # fmt: skip


def conflicts(placed: Sequence[Placed], others: Collection[str]) -> list[Refusal]:
    """The rows whose `external_id` is one of `others`: known by the same source for another report. Rule C1."""
    return [
        Refusal(item.row, item.report.external_id, Reason.CONFLICTING, CONFLICT)
        for item in placed
        if item.report.external_id in others
    ]


def place_reports(reports: Sequence[Report], areas: Areas) -> list[str | Unfit]:
    """The area of each report: the one it names, else the deepest whose boundary covers its point. Rule C1.

    Where the source names an area in its own words, a point leads further down within it.
    """
    points = [report.point for report in reports if report.area is None and report.point is not None]
    found = iter(areas.place([x for x, _ in points], [y for _, y in points]))
    placed: list[str | Unfit] = []
    for report in reports:
        if report.area is not None:
            placed.append(report.area if areas.holds(report.area) else _unknown_area(areas.root))
            continue
        at_point = next(found) if report.point is not None else None
        if report.local_area is None:
            placed.append(at_point or _outside(report, areas))
            continue
        named = areas.named(report.local_area)
        if named is None:
            placed.append(_unknown_area(areas.root))
        else:
            placed.append(at_point if at_point is not None and covers(named, at_point) else named)
    return placed


def _unknown_area(root: str) -> Unfit:
    return Unfit(Reason.UNKNOWN_AREA, f"The area named is no open area within {root}, or one of several.")


def _outside(report: Report, areas: Areas) -> Unfit:
    assert report.point is not None
    longitude, latitude = report.point
    if abs(longitude) <= 90 and areas.place([latitude], [longitude])[0] is not None:
        return Unfit(
            Reason.OUTSIDE,
            f"outside every area of {areas.root}, but inside when longitude and latitude are swapped: swap them",
        )
    return Unfit(
        Reason.OUTSIDE, f"outside every area of {areas.root}: check longitude and latitude, or send the area"
    )  # fmt: skip


def _external_id(row: Any) -> str | None:
    value = row.get("external_id") if isinstance(row, Mapping) else None
    return str(value)[:200] if isinstance(value, str | int) else None
