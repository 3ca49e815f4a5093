"""What is looked at when incidents are scanned for patterns, and who may decide on what was found. Pure. Rule C3."""

import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from dateutil.relativedelta import relativedelta

from beatbook.contracts.actor import Actor, Role

FALSE_DISCOVERY_RATE = 0.05
"""Of what is proposed, the share that chance alone may make, on average; where all is chance, how often anything is."""
FEWEST = 5
"""Incidents that a pattern has in its window, and a hypothesis in all, to be looked at; also how many new ones bring
a dismissed pattern back."""
RADIUS_METRES = 100.0
"""A cluster is what lies within this of one of its places, so that no two of it are more than 200 m apart."""
SEERS = frozenset({Role.OFFICER, Role.SUPERVISOR})
DISMISSERS = frozenset({Role.SUPERVISOR})


class Kind(StrEnum):
    """What makes incidents one place: the address, or the circle about it."""

    ADDRESS = "address"
    CLUSTER = "cluster"


class Grain(StrEnum):
    """How finely the time of a report is known, and by what its counts are kept."""

    WEEK = "week"
    MONTH = "month"


class Span(StrEnum):
    """The length of a window: in weeks where days are known, else in months."""

    SHORT = "short"
    LONG = "long"


class State(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    ACCEPTED = "accepted"
    MERGED = "merged"
    DISMISSED = "dismissed"
    LAPSED = "lapsed"


WINDOWS = {
    Grain.WEEK: {Span.SHORT: 4, Span.LONG: 13},
    Grain.MONTH: {Span.SHORT: 1, Span.LONG: 3},
}
"""How many weeks (from Monday) or calendar months a window has: 28 and 91 days, or one and three months."""
LOOK_BACK = {Grain.WEEK: 65, Grain.MONTH: 15}
"""How many weeks or months are looked at in all: the longer window, and a year before it."""
PARTS = ("night", "morning", "afternoon", "evening")
"""Six hours each, from midnight."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ANY = "any"


@dataclass(frozen=True, slots=True)
class Seen:
    """When an incident was: the week or month it counts in, its day, and weekday and part of day where known."""

    grain: Grain
    bucket: date
    day: date
    weekday: str | None = None
    part: str | None = None

    def bands(self) -> list[str]:
        """The weekday and hour bands it belongs to: all, every day's part, one weekday's part. Rule C3."""
        if self.weekday is None or self.part is None:
            return [ANY]
        return [ANY, self.part, f"{self.weekday}-{self.part}"]


def seen_at(start: datetime, end: datetime, month: date, weekday: int | None, hour: int | None) -> Seen:
    """Read an incident's time: a span over a week counts by month; only a known hour gives it a part of day. Rule C3.

    `weekday` (Monday 0) and `hour` are those of the source's own clock, start and end in UTC.
    """
    if end - start > timedelta(days=7):
        return Seen(Grain.MONTH, month, month)
    day = start.date()
    if weekday is not None:  # the source's day is at most one off
        day += timedelta(days=(weekday - day.weekday() + 1) % 7 - 1)
    monday = day - timedelta(days=day.weekday())
    if weekday is None or hour is None:
        return Seen(Grain.WEEK, monday, day)
    return Seen(Grain.WEEK, monday, day, WEEKDAYS[weekday], PARTS[hour // 6])


def back(grain: Grain, bucket: date, by: int) -> date:
    """The bucket that lies so many weeks or months before another."""
    return bucket - (timedelta(weeks=by) if grain is Grain.WEEK else relativedelta(months=by))


@dataclass(frozen=True, slots=True)
class Horizon:
    """The last week or month that a country's reports reach: windows end with it, whatever the clock says. Rule C3.

    Reports come late, and a whole source may lag by months: what nobody has sent yet is no quiet.
    """

    grain: Grain
    last: date

    def start(self, span: Span) -> date:
        """The first bucket of a window."""
        return back(self.grain, self.last, WINDOWS[self.grain][span] - 1)

    @property
    def earliest(self) -> date:
        """The first bucket that is looked at."""
        return back(self.grain, self.last, LOOK_BACK[self.grain] - 1)

    def end(self) -> date:
        """The day after the last bucket."""
        return back(self.grain, self.last, -1)

    def left_by(self, earlier: "Horizon") -> list[tuple[date, date]]:
        """What changed its part since an earlier horizon: from these buckets up to before those."""
        borders = [(earlier.earliest, self.earliest)]
        borders += [(earlier.start(span), self.start(span)) for span in Span]
        return borders


def normalised(place: str | None) -> str:
    """A place's text in one form: without case, width and spacing. Rule C3."""
    return " ".join(unicodedata.normalize("NFKC", place or "").casefold().split())


def place_key(place: str | None, longitude: float | None, latitude: float | None) -> str | None:
    """What makes two reports of an area one address: the same text at the same point (to a metre). Rule C3.

    Where one of both is missing the other alone; None without either: an area is no place.
    """
    text = normalised(place)
    if longitude is None or latitude is None:
        return f"|{text}" if text else None
    return f"{longitude:.5f},{latitude:.5f}|{text}"


def family_of(category: str) -> str:
    """The division of the ICCS that a category belongs to (`0801`), or its section (`08`) where no more is said."""
    return category[:4]


def municipality_of(area: str) -> str:
    """The municipality that an area lies in, whose past its patterns are compared with; a country alone is itself."""
    return ".".join(area.split(".")[:2])


def common_area(areas: Iterable[str]) -> str:
    """The deepest area that covers all of these."""
    paths = [area.split(".") for area in areas]
    shared: list[str] = []
    for parts in zip(*paths, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return ".".join(shared)


def may_see_patterns(actor: Actor, area: str) -> bool:
    """Officers and supervisors of an area see what is proposed there, and open or join cases. Rule C3."""
    return actor.may_as(SEERS, area)


def may_dismiss(actor: Actor, area: str) -> bool:
    """Supervisors of the area dismiss: it silences the place for everybody until there is more. Rule C3."""
    return actor.may_as(DISMISSERS, area)


def is_silenced(state: State, *, case_open: bool, new_incidents: int) -> bool:
    """Whether what was decided on an overlapping pattern still answers this one. Rule C3.

    While its case is open; after that, as after a dismissal, until `FEWEST` incidents of the pattern were recorded
    since the evidence that was decided on.
    """
    if state in {State.ACCEPTED, State.MERGED} and case_open:
        return True
    return state in {State.ACCEPTED, State.MERGED, State.DISMISSED} and new_incidents < FEWEST


@dataclass(frozen=True, slots=True)
class Finding:
    """A hypothesis that is significant: its place with all that belong to it, and its p-value."""

    kind: Kind
    place_id: int
    family: str
    band: str
    grain: Grain
    span: Span
    observed: int
    expected: float
    p_value: float
    q_value: float
    places: frozenset[int]


def leads(findings: Collection[Finding]) -> list[Finding]:
    """Of findings that share a place and a family the most significant one: one proposal for one pattern. Rule C3.

    The others say the same more weakly. Of equals: an address before a cluster, the broader band, the longer window.
    """
    taken: set[tuple[int, str]] = set()
    chosen = []
    for finding in sorted(findings, key=_rank):
        cells = {(place, finding.family) for place in finding.places}
        if not cells & taken:
            taken |= cells
            chosen.append(finding)
    return chosen


def _rank(finding: Finding) -> tuple[float, str, int, int, int, str, str]:
    return (
        finding.p_value, finding.kind, len(finding.band), -finding.observed, finding.place_id, finding.family,
        finding.band,
    )  # fmt: skip
