"""A week's level from graded readings, and its trend. Rule C18."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.tension.rules import (
    LEVELS,
    UNSOUND_TOP,
    Information,
    Reading,
    Source,
    Trend,
    jumped,
    parse_week,
    trend,
    week_name,
    week_of,
    weekly_level,
)

pytestmark = pytest.mark.pure

GRADES = st.one_of(
    st.just((None, None)), st.tuples(st.sampled_from(list(Source)), st.sampled_from(list(Information)))
)  # fmt: skip
READING = st.builds(lambda level, grades: Reading(level, *grades), st.sampled_from(list(LEVELS)), GRADES)
READINGS = st.lists(READING, max_size=12)
SOUND = (Source.RELIABLE, Information.KNOWN_DIRECTLY)


@given(READINGS)
def test_never_above_the_worst_nor_below_the_mildest_of_what_counts(readings: list[Reading]) -> None:
    level = weekly_level(readings)
    counting = [reading.level for reading in readings if reading.weight]
    if level is None:
        assert not counting
    else:
        assert min(*counting, UNSOUND_TOP, 9) <= level <= max(counting)


@given(READINGS, READING)
def test_raising_a_reading_never_lowers_the_week(readings: list[Reading], one: Reading) -> None:
    levels = [
        weekly_level([*readings, Reading(level, one.source, one.information)]) or 0 for level in LEVELS
    ]  # fmt: skip
    assert levels == sorted(levels)


@given(READINGS, READING)
def test_a_reading_as_tense_as_the_week_never_lowers_it(readings: list[Reading], one: Reading) -> None:
    before = weekly_level(readings) or 0
    if one.level >= before:
        assert (weekly_level([*readings, one]) or 0) >= before


@given(st.lists(READING.filter(lambda reading: reading.weight < 6), min_size=1, max_size=60))
def test_what_is_not_sound_never_raises_a_week_to_the_top(readings: list[Reading]) -> None:
    assert (weekly_level(readings) or 0) <= UNSOUND_TOP


@given(READINGS.filter(lambda readings: all(reading.level < 5 for reading in readings)), st.integers(1, 40))
def test_ungraded_alarm_alone_never_reaches_the_top(readings: list[Reading], count: int) -> None:
    assert (weekly_level([*readings, *[Reading(5)] * count]) or 0) < 5


def test_one_sound_alarm_is_not_drowned_by_calm() -> None:
    assert weekly_level([Reading(5, *SOUND), *[Reading(1, *SOUND)] * 2]) == 5
    assert weekly_level([Reading(5, *SOUND), *[Reading(1, *SOUND)] * 3]) == 1
    assert weekly_level([Reading(5, *SOUND), *[Reading(1)] * 20]) == 5


def test_nothing_to_go_by_is_no_level() -> None:
    assert weekly_level([]) is None
    assert weekly_level([Reading(5, Source.RELIABLE, Information.SUSPECTED_FALSE)]) is None


def test_jumps() -> None:
    assert [jumped(4, 2), jumped(3, 2), jumped(5, None), jumped(None, 1), jumped(3, 2, jump=1)] == [
        True, False, False, False, True,
    ]  # fmt: skip


@given(st.lists(st.one_of(st.none(), st.integers(1, 5)), max_size=20))
def test_a_trend_turns_over_with_its_levels_and_missing_weeks_are_no_zeros(levels: list[int | None]) -> None:
    turned = {Trend.RISING: Trend.FALLING, Trend.FALLING: Trend.RISING}
    found = trend(levels)
    assert trend([None if level is None else 6 - level for level in levels]) == turned.get(found, found)
    assert (found is Trend.UNKNOWN) == (sum(level is not None for level in levels[-6:]) < 3)
    known = [level for level in levels[-6:] if level is not None]
    if known == sorted(known):
        assert found is not Trend.FALLING


def test_trends() -> None:
    assert [trend(weeks) for weeks in ([1, 2, 3], [3, None, None, 3, 2, 1], [2, 2, 2, 3, 2, 2])] == [
        Trend.RISING, Trend.FALLING, Trend.STEADY,
    ]  # fmt: skip


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_weeks_are_iso_weeks(day: date) -> None:
    monday = week_of(day)
    assert timedelta(0) <= day - monday < timedelta(weeks=1)
    assert parse_week(week_name(monday)) == monday


@pytest.mark.parametrize(
    "text", ["2026-W54", "2026-11", "2026-W1", "26-W011", "2026-W٠١", "", "0000-W01", "0001-W01", "9999-W52"]
)
def test_what_is_no_week(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_week(text)
