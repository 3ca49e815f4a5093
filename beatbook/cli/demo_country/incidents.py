"""The incidents of fourteen months in Xandovia: seasons, hours of the day and hot spots, made from a seed."""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import shapely
from shapely import Polygon

from beatbook.cli.demo_country.places import COUNTRY, MUNICIPALITIES, area_of

COUNT = 6000
MONTHS = 14
HOT_SPOT_SHARE = 0.22
PLANTED = 14
PLANTED_AREA = "XD.ESKERHOLM.FERRY"
"""Where something began four weeks ago: broken lamps and benches at the ferry steps, in the evening."""


@dataclass(frozen=True)
class Kind:
    """A kind of incident: its ICCS code, its weight, its season (month of the peak, strength) and its usual hour."""

    category: str
    weight: int
    peak: int
    swing: float
    hour: float
    place: str


KINDS = (
    Kind("0801", 34, 7, 0.45, 22.0, "square"),
    Kind("0502", 26, 8, 0.25, 15.0, "shopping street"),
    Kind("0504", 13, 6, 0.20, 23.5, "bus shelter"),
    Kind("0501", 10, 12, 0.55, 18.0, "row of houses"),
    Kind("0201", 9, 7, 0.20, 23.0, "bar"),
    Kind("0601", 5, 5, 0.10, 20.0, "bus station"),
    Kind("0401", 3, 12, 0.20, 21.0, "underpass"),
)


def incidents(random: Random, land: dict[str, Polygon], residents: dict[str, int], today: date) -> list[dict[str, Any]]:
    """Rows for bulk intake, oldest first: none of them later than yesterday."""
    neighbourhoods = [
        area_of(municipality, place) for municipality in MUNICIPALITIES for place in municipality.neighbourhoods
    ]
    pull = [residents[code] * random.uniform(0.6, 1.7) for code in neighbourhoods]
    for code in neighbourhoods:
        shapely.prepare(land[code])
    hot_spots = {code: _inside(random, land[code]) for code in neighbourhoods}
    days = [today - timedelta(days=back) for back in range(1, _days_back(today) + 1)]
    seasons = {kind: [1 + kind.swing * _season(day, kind.peak) for day in days] for kind in KINDS}
    rows = []
    for kind in random.choices(KINDS, [kind.weight for kind in KINDS], k=COUNT - PLANTED):
        code = random.choices(neighbourhoods, pull)[0]
        point, place = _inside(random, land[code]), None
        if random.random() < HOT_SPOT_SHARE:
            x, y = hot_spots[code]
            point, place = (x + random.gauss(0, 2e-4), y + random.gauss(0, 2e-4)), f"On or near the {kind.place}"
        day = random.choices(days, seasons[kind])[0]
        moment = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=_minute(random, kind.hour))
        rows.append(_row(random, moment, point, kind.category, place))
    rows += _planted(random, land[PLANTED_AREA], today)
    rows.sort(key=lambda row: str(row["occurred_at"]))
    return [{"external_id": f"{COUNTRY.code}-{number:05}", **row} for number, row in enumerate(rows)]


def _planted(random: Random, area: Polygon, today: date) -> list[dict[str, Any]]:
    """What the police should see by themselves: one place, the last weeks, the evening. Rule C3."""
    point = _inside(random, area)
    rows = []
    for number in range(PLANTED):
        day = today - timedelta(days=1 + number * 20 // PLANTED)
        moment = datetime(day.year, day.month, day.day, 20, tzinfo=UTC) + timedelta(minutes=random.randrange(180))
        rows.append(_row(random, moment, point, "0504", "Ferry steps"))
    return rows


def _row(
    random: Random, moment: datetime, point: tuple[float, float], category: str, place: str | None
) -> dict[str, Any]:
    return {
        "occurred_at": moment.isoformat(),
        "longitude": round(point[0], 5),
        "latitude": round(point[1], 5),
        "category": category,
        "place": place,
        "reporter_kind": random.choice(("resident", "victim", "witness", "officer", "business")),
        "repeat_victim": random.random() < 0.06,
    }


def first_month(today: date) -> date:
    """The month in which the history begins."""
    ordinal = today.year * 12 + today.month - MONTHS
    return date(ordinal // 12, ordinal % 12 + 1, 1)


def _days_back(today: date) -> int:
    return (today - first_month(today)).days


def _season(day: date, peak: int) -> float:
    return math.cos(math.tau * (day.month - peak) / 12)


def _minute(random: Random, hour: float) -> int:
    return round(random.gauss(hour, 3.0) * 60) % 1440


def _inside(random: Random, area: Polygon) -> tuple[float, float]:
    west, south, east, north = area.bounds
    while True:
        x, y = random.uniform(west, east), random.uniform(south, north)
        if shapely.contains_xy(area, x, y):
            return x, y
