"""Rule C1: what a report of an incident must say."""

import json
import math
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.areas.rules import AreaIndex
from services.cases.categories.rules import is_category
from services.cases.incidents.rules import take_batch
from services.cases.reports.rules import Reading, ReporterKind, read_report
from services.cases.reports.unfit import Reason, Unfit

pytestmark = pytest.mark.pure

NOW = datetime(2026, 3, 15, 12, 0, tzinfo=UTC)
SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]}
GOOD: dict[str, Any] = {
    "external_id": "1",
    "month": "2022-01",
    "longitude": 21.05,
    "latitude": 42.05,
    "category": "0801",
}


def reason(**changes: Any) -> Reason:
    with pytest.raises(Unfit) as caught:
        read_report({**GOOD, **changes}, NOW)
    return caught.value.reason


def test_a_month_stands_for_all_of_it() -> None:
    report = read_report(GOOD, NOW)
    assert report.span.start == datetime(2022, 1, 1, tzinfo=UTC)
    assert report.span.end == datetime(2022, 2, 1, tzinfo=UTC)
    assert report.span.month == date(2022, 1, 1)
    assert (report.reporter_kind, report.repeat_victim) == (ReporterKind.UNKNOWN, False)


def test_text_as_a_csv_file_has_it() -> None:
    report = read_report(
        {
            **GOOD,
            "month": "2022-01-01",
            "longitude": "21.05",
            "latitude": " 42.05",
            "repeat_victim": "Yes",
            "place": "  Market ",
            "area": "",
        },
        NOW,
    )
    assert report.point == (21.05, 42.05)
    assert report.repeat_victim
    assert report.place == "Market"
    assert report.area is None


def test_the_month_is_that_of_the_clock_on_the_wall() -> None:
    report = read_report({**GOOD, "month": None, "occurred_at": "2022-02-01T00:30+01:00"}, NOW)
    assert report.span.month == date(2022, 2, 1)
    assert report.span.start == report.span.end == datetime(2022, 1, 31, 23, 30, tzinfo=UTC)


def test_a_span() -> None:
    report = read_report({**GOOD, "month": "", "occurred_from": "2022-01-31", "occurred_until": "2022-02-01"}, NOW)
    assert (report.span.start, report.span.end) == (
        datetime(2022, 1, 31, tzinfo=UTC),
        datetime(2022, 2, 2, tzinfo=UTC),
    )


CHICAGO = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("times", "zone", "weekday", "hour", "starts"),
    [
        ({"month": "2022-01"}, None, None, None, "2022-01-01T00:00Z"),
        ({"occurred_at": "2022-01-31"}, None, 0, None, "2022-01-31T00:00Z"),
        ({"occurred_at": "2022-01-31"}, CHICAGO, 0, None, "2022-01-31T06:00Z"),
        ({"occurred_at": "2022-02-01T00:30+01:00"}, None, 1, 0, "2022-01-31T23:30Z"),
        ({"occurred_at": "2022-02-01T00:30+01:00"}, CHICAGO, 0, 17, "2022-01-31T23:30Z"),
        ({"occurred_at": "2022-02-01T00:30"}, CHICAGO, 1, 0, "2022-02-01T06:30Z"),
        ({"occurred_at": "2010-01-03", "hour": "23"}, CHICAGO, 6, 23, "2010-01-04T05:00Z"),
        ({"occurred_at": "2010-03-14", "hour": "2"}, CHICAGO, 6, 2, "2010-03-14T08:00Z"),  # an hour the clocks left out
        ({"occurred_from": "2022-01-31", "occurred_until": "2022-01-31"}, None, 0, None, "2022-01-31T00:00Z"),
        ({"occurred_from": "2022-01-31", "occurred_until": "2022-02-01"}, None, None, None, "2022-01-31T00:00Z"),
        ({"occurred_from": "2022-01-31T10Z", "occurred_until": "2022-01-31T10:50Z"}, None, 0, 10, "2022-01-31T10:00Z"),
        ({"occurred_from": "2022-01-31T10Z", "occurred_until": "2022-01-31T12Z"}, None, 0, None, "2022-01-31T10:00Z"),
    ],
)  # fmt: skip
def test_weekday_and_hour_are_those_of_the_clock_on_the_wall(
    times: dict[str, str], zone: ZoneInfo | None, weekday: int | None, hour: int | None, starts: str
) -> None:
    span = read_report({**GOOD, "month": None, **times}, NOW, Reading(zone)).span
    assert (span.weekday, span.hour, span.start) == (weekday, hour, datetime.fromisoformat(starts))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"external_id": ""}, Reason.MISSING),
        ({"external_id": "x" * 201}, Reason.BAD_VALUE),
        ({"external_id": ["1"]}, Reason.BAD_VALUE),
        ({"category": None}, Reason.MISSING),
        ({"category": "ASB"}, Reason.UNKNOWN_CATEGORY),
        ({"category": "0899"}, Reason.UNKNOWN_CATEGORY),
        ({"month": None}, Reason.MISSING),
        ({"occurred_at": "2022-01-01"}, Reason.MISSING),
        ({"month": "January"}, Reason.BAD_TIME),
        ({"month": "2022-13"}, Reason.BAD_TIME),
        ({"month": "9999-12"}, Reason.BAD_TIME),
        ({"month": "2026-04"}, Reason.FUTURE),
        ({"month": "1822-04"}, Reason.BAD_TIME),
        ({"month": None, "occurred_at": "2026-03-17"}, Reason.FUTURE),
        ({"month": None, "occurred_at": "2026-03-15T14:00+01:00"}, Reason.FUTURE),
        ({"month": None, "occurred_at": "2022-01-01T10:00"}, Reason.BAD_TIME),
        ({"month": None, "occurred_from": "2022-01-02", "occurred_until": "2022-01-01"}, Reason.BAD_TIME),
        ({"month": None, "occurred_from": "2022-01-01", "occurred_until": "2099-01-01"}, Reason.FUTURE),
        ({"month": None, "occurred_from": "2022-01-01", "occurred_until": "2026-03-17"}, Reason.FUTURE),
        ({"month": None, "occurred_from": "2022-01-01", "occurred_until": "2026-03-15T13:01Z"}, Reason.FUTURE),
        (
            {"month": None, "occurred_from": "2026-03-15T13:00Z", "occurred_until": "2026-03-16"},
            Reason.FUTURE,
        ),
        ({"occurred_until": "2022-01-01"}, Reason.BAD_TIME),
        ({"longitude": None, "latitude": None}, Reason.MISSING),
        ({"longitude": None}, Reason.BAD_COORDINATES),
        ({"longitude": None, "area": "XK"}, Reason.BAD_COORDINATES),
        ({"longitude": "21,05"}, Reason.BAD_COORDINATES),
        ({"longitude": math.nan}, Reason.BAD_COORDINATES),
        ({"longitude": True}, Reason.BAD_COORDINATES),
        ({"latitude": 91}, Reason.BAD_COORDINATES),
        ({"latitude": 10**400}, Reason.BAD_COORDINATES),
        ({"area": "kosovo"}, Reason.UNKNOWN_AREA),
        ({"place": "a\0b"}, Reason.BAD_VALUE),
        ({"hour": "3"}, Reason.BAD_TIME),
        ({"month": None, "occurred_at": "2022-01-01", "hour": "24"}, Reason.BAD_TIME),
        ({"month": None, "occurred_at": "2022-01-01T10:00Z", "hour": "10"}, Reason.BAD_TIME),
        ({"reporter_kind": "neighbour"}, Reason.BAD_VALUE),
        ({"repeat_victim": "perhaps"}, Reason.BAD_VALUE),
        ({"victim_name": "Ana"}, Reason.UNKNOWN_FIELD),
    ],
)
def test_refusals(changes: dict[str, Any], expected: Reason) -> None:
    assert reason(**changes) is expected


def test_this_month_and_a_day_that_has_begun_somewhere_are_no_future() -> None:
    read_report({**GOOD, "month": "2026-03"}, NOW)
    read_report({**GOOD, "month": None, "occurred_at": "2026-03-16"}, NOW)
    read_report({**GOOD, "month": None, "occurred_from": "2026-03-14", "occurred_until": "2026-03-16"}, NOW)
    read_report({**GOOD, "month": None, "occurred_from": "2026-03-14", "occurred_until": "2026-03-15T12:00Z"}, NOW)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3),
)


@given(st.dictionaries(st.sampled_from([*GOOD, "area", "occurred_at", "occurred_from", "place", "x"]), json_values))
def test_whatever_is_sent_is_read_or_refused(row: dict[str, Any]) -> None:
    try:
        report = read_report(row, NOW)
    except Unfit:
        return
    assert report.span.start <= report.span.end


class Everywhere:
    """Areas that hold the eastern half of the world."""

    root = "XK"

    def holds(self, code: str) -> bool:
        return code == "XK.PRI"

    def named(self, part: str) -> str | None:
        return None

    def place(self, longitudes: Any, latitudes: Any) -> list[str | None]:
        return ["XK.PRI" if x > 0 else None for x in longitudes]


rows = st.lists(
    st.fixed_dictionaries(
        {
            "external_id": st.sampled_from(["1", "2", "3", "4", ""]),
            "month": st.sampled_from(["2022-01", "2999-01"]),
            "longitude": st.floats(-180, 180),
            "latitude": st.just(91.0) | st.floats(-90, 90),
            "category": st.just("0801"),
        }
    )
)


@given(rows)
def test_each_row_of_a_batch_is_taken_once_or_refused_once(batch: list[dict[str, Any]]) -> None:
    taken = take_batch(batch, Everywhere(), NOW)
    assert len(taken.placed) + taken.repeated + len(taken.refused) == len(batch)
    assert len({item.report.external_id for item in taken.placed}) == len(taken.placed)
    assert len({item.row for item in [*taken.placed, *taken.refused]}) == len(batch) - taken.repeated


def test_a_point_outside_says_what_to_check() -> None:
    (refusal,) = take_batch([{**GOOD, "longitude": -30}], Everywhere(), NOW).refused
    assert (refusal.row, refusal.reason) == (0, Reason.OUTSIDE)
    assert refusal.detail == ("outside every area of XK, but inside when longitude and latitude are swapped: swap them")
    (refusal,) = take_batch([{**GOOD, "longitude": -30, "latitude": -40}], Everywhere(), NOW).refused
    assert refusal.detail == "outside every area of XK: check longitude and latitude, or send the area"


def test_a_row_that_names_its_area() -> None:
    named = {"external_id": "1", "month": "2022-01", "category": "0801"}
    (placed,) = take_batch([{**named, "area": "XK.PRI"}], Everywhere(), NOW).placed
    assert (placed.row, placed.area) == (0, "XK.PRI")
    (refusal,) = take_batch([{**named, "area": "AL"}], Everywhere(), NOW).refused
    assert refusal.reason is Reason.UNKNOWN_AREA


def test_a_row_that_names_its_area_in_the_words_of_its_source() -> None:
    """The register made XK.PRI of it; a point in an area below leads there, and one elsewhere doesn't."""
    named = {"external_id": "1", "month": "2022-01", "category": "0801"}
    areas = AreaIndex("XK", ["XK", "XK.OLD-TOWN", "XK.OLD-TOWN.A", "XK.NEW", "XK.NEW.A"],
                      [None, None, json.dumps(SQUARE), None, None])  # fmt: skip
    for row, area in {
        (("local_area", "old town"),): "XK.OLD-TOWN",
        (("local_area", "Old Town"), ("longitude", "1"), ("latitude", "1")): "XK.OLD-TOWN.A",
        (("local_area", "new"), ("longitude", "1"), ("latitude", "1")): "XK.NEW",
    }.items():
        (placed,) = take_batch([{**named, **dict(row)}], areas, NOW).placed
        assert placed.area == area
    for name in ("A", "nowhere", "!"):
        (refusal,) = take_batch([{**named, "local_area": name}], areas, NOW).refused
        assert refusal.reason is Reason.UNKNOWN_AREA


def test_local_categories_are_looked_up_in_the_table_and_kept() -> None:
    reading = Reading(codes={"theft": "0502"})
    report = read_report({**GOOD, "category": " Theft"}, NOW, reading)
    assert (report.category, report.local_category) == ("0502", "Theft")
    for category in ("0801", "robbery"):
        with pytest.raises(Unfit) as caught:
            read_report({**GOOD, "category": category}, NOW, reading)
        assert caught.value.reason is Reason.UNMAPPED_CATEGORY


@pytest.mark.parametrize("code", ["08", "0801", "08011", "050211", "0219"])
def test_iccs_codes(code: str) -> None:
    assert is_category(code)


@pytest.mark.parametrize("code", ["", "8", "12", "080", "0899", "0801111", "٠٨٠١", "08 1", "0801\n"])
def test_no_iccs_codes(code: str) -> None:
    assert not is_category(code)
