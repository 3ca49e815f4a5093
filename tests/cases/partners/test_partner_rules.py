"""When agencies are open and what memoranda cover. Rules C11, C12."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.files.rules import Field
from services.cases.partners.rules import (
    WEEK,
    DataCategory,
    Hours,
    Weekday,
    in_force,
    minute_of_week,
    open_minutes,
    terms_flaws,
    uncovered,
)

pytestmark = pytest.mark.pure

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


@dataclass
class Signed:
    services: list[str]
    areas: list[str]
    categories: list[str]
    starts_on: date = date(2026, 1, 1)
    ends_on: date = date(2026, 12, 31)
    ended_at: datetime | None = None


SIGNED = Signed(["shelter"], ["XK.PRI"], ["identity", "needs"])


def test_every_data_category_is_a_field_of_the_policy() -> None:
    assert {category.value for category in DataCategory} <= {field.value for field in Field}


clock = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))


@given(st.sampled_from(Weekday), clock, clock)
def test_a_stretch_opens_when_it_says_and_closes_within_a_day(day: Weekday, opens: str, closes: str) -> None:
    """Rule C11: also over midnight, and over the end of the week."""
    stretches = open_minutes([Hours(day, opens, closes)])
    assert all(0 <= start < end <= WEEK for start, end in stretches)
    assert 0 < sum(end - start for start, end in stretches) <= 24 * 60
    assert len(stretches) == 1 or (stretches[0][1], stretches[1][0]) == (WEEK, 0)


def test_hours_are_by_the_agencys_clocks_whatever_the_season() -> None:
    """Rule C11: nine in the morning is nine in winter and in summer."""
    [(opens, _)] = open_minutes([Hours(Weekday.MONDAY, "09:00", "17:00")])
    assert minute_of_week(datetime(2026, 1, 5, 8, tzinfo=UTC), "Europe/Belgrade") == opens
    assert minute_of_week(datetime(2026, 7, 6, 7, tzinfo=UTC), "Europe/Belgrade") == opens
    assert minute_of_week(datetime(2026, 3, 29, 1, tzinfo=UTC), "Europe/Belgrade") == WEEK - 24 * 60 + 3 * 60


def test_a_memorandum_is_in_force_from_its_first_day_to_its_last_unless_ended() -> None:
    day = timedelta(days=1)
    assert [in_force(SIGNED, datetime(2026, 1, 1, tzinfo=UTC) + after) for after in (-day / 24, 0 * day, 364.9 * day,
            365 * day)] == [False, True, True, False]  # fmt: skip
    assert in_force(replace(SIGNED, ended_at=NOW + day), NOW)
    assert not in_force(replace(SIGNED, ended_at=NOW), NOW)


def test_one_memorandum_has_to_cover_all() -> None:
    """Rule C12: two that cover a part each do not add up; what is missing is named."""
    assert uncovered([SIGNED], "shelter", "XK.PRI.DARDANIA", ["identity"], NOW) == []
    other = replace(SIGNED, categories=["health"])
    assert uncovered([SIGNED, other], "shelter", "XK.PRI", ["identity", "health"], NOW) == [
        "memorandum: does not cover the data category health"
    ]
    assert uncovered([SIGNED], "legal_aid", "XK.PEC", ["contact", "health"], NOW) == [
        "memorandum: does not cover the service legal_aid",
        "memorandum: does not cover the area",
        "memorandum: does not cover the data category contact",
        "memorandum: does not cover the data category health",
    ]
    ended = replace(SIGNED, ended_at=NOW)
    assert uncovered([ended], "shelter", "XK.PRI", [], NOW) == ["memorandum: none is in force with the agency"]
    assert uncovered([SIGNED], "shelter", "XK.PRIZREN", [], NOW) == ["memorandum: does not cover the area"]


@given(st.lists(st.sets(st.sampled_from(DataCategory)), max_size=4), st.sets(st.sampled_from(DataCategory)))
def test_covered_only_when_a_single_memorandum_has_every_category(
    agreed: list[set[DataCategory]], sent: set[DataCategory]
) -> None:
    memoranda = [replace(SIGNED, categories=[category.value for category in has]) for has in agreed]
    covered = uncovered(memoranda, "shelter", "XK.PRI", sent, NOW) == []
    assert covered == any(sent <= has for has in agreed)


def test_terms_are_within_what_the_agency_does() -> None:
    flawed = replace(
        SIGNED, services=["shelter", "housing"], areas=["XK.PRI", "XK.PEC"], ends_on=date(2025, 1, 1)
    )  # fmt: skip
    assert terms_flaws(flawed, ["shelter"], ["XK.PRI"], NOW.date()) == [
        "ends_on: a day to come, not before starts_on",
        "services: the agency does not offer housing",
        "areas: the agency does not work in XK.PEC",
    ]
    assert terms_flaws(SIGNED, ["shelter"], ["XK"], NOW.date()) == []
    long = replace(SIGNED, ends_on=date(2040, 1, 1))
    assert terms_flaws(long, ["shelter"], ["XK"], NOW.date()) == ["ends_on: at most five years after starts_on"]


def test_weeks_do_not_overlap_themselves() -> None:
    week = open_minutes([Hours(day, "22:00", "04:00") for day in Weekday])
    assert all(first[1] <= second[0] for first, second in pairwise(sorted(week)))
