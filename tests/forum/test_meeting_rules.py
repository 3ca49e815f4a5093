"""What is worth a word of caution when a meeting is planned. Rules F7, F8. Pure."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forum.meetings.rules import Circumstances, PlaceKind, Planned, in_daytime, planning_cautions
from services.forum.trust.rules import TrustLevel, standing_level

pytestmark = pytest.mark.pure

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
START = datetime(2026, 6, 1, 10, tzinfo=UTC)
AGREED = {"time_zone": "Europe/Belgrade", "interval_days": 90, "notice_days": 7}


def codes(planned: dict[str, object], now: datetime = NOW, **around: object) -> list[str]:
    starts_at = planned.pop("starts_at", START)
    assert isinstance(starts_at, datetime)
    made = Planned(starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), **planned)  # type: ignore[arg-type]
    found = planning_cautions(made, Circumstances(**(AGREED | around)), now)  # type: ignore[arg-type]
    assert all(caution.text.endswith(".") for caution in found)
    return [caution.code for caution in found]


def test_rule_f7_a_plan_without_anything_special_gets_no_caution() -> None:
    assert codes({}) == []
    assert codes({"languages": frozenset({"sq"})}, area_languages=frozenset({"sq"})) == []


@pytest.mark.parametrize("place", PlaceKind)
def test_rule_f7_a_sensitive_topic_wants_a_neutral_place(place: PlaceKind) -> None:
    assert codes({"sensitive": True, "place_kind": place}) == (
        [] if place is PlaceKind.NEUTRAL else ["place-not-neutral"]
    )
    assert codes({"place_kind": place}) == []


@pytest.mark.parametrize("low", [True, False])
@pytest.mark.parametrize("place", PlaceKind)
def test_rule_f7_a_police_station_where_trust_is_low(place: PlaceKind, low: bool) -> None:
    found = codes({"place_kind": place}, trust_is_low=low)
    assert (found == ["police-station-low-trust"]) is (low and place is PlaceKind.POLICE_STATION)


@pytest.mark.parametrize("in_area", [True, False, None])
def test_rule_f7_personal_safety_is_spoken_of_where_people_live(in_area: bool | None) -> None:
    found = codes({"personal_safety": True, "in_area": in_area})
    assert found == (["safety-outside-area"] if in_area is False else [])
    assert codes({"in_area": in_area}) == []


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - by the clocks of a place to be drawn
    st.integers(15, 1440),
    st.sampled_from(["UTC", "Europe/Belgrade", "America/New_York", "Asia/Kathmandu"]),
)
def test_rule_f7_daytime_is_by_the_clocks_of_the_place(local: datetime, minutes: int, zone: str) -> None:
    starts_at = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    ends = (starts_at + timedelta(minutes=minutes)).astimezone(ZoneInfo(zone))
    begins = starts_at.astimezone(ZoneInfo(zone))
    by_day = (
        begins.hour >= 8
        and ends.date() == begins.date()
        and (ends.hour, ends.minute, ends.second, ends.microsecond) <= (18, 0, 0, 0)
    )
    assert in_daytime(starts_at, starts_at + timedelta(minutes=minutes), zone) is by_day


def test_rule_f7_daytime_follows_the_clock_over_summer_time() -> None:
    """Half past six in the morning in UTC is 7:30 in Belgrade in winter, 8:30 in summer."""
    for month, cautioned in ((1, True), (7, False)):
        starts_at = datetime(2027, month, 5, 6, 30, tzinfo=UTC)
        found = codes({"personal_safety": True, "starts_at": starts_at})
        assert ("safety-outside-daytime" in found) is cautioned


@given(st.integers(1, 400), st.integers(0, 400))
def test_rule_f7_the_agreed_interval(agreed: int, days: int) -> None:
    found = codes({}, previous=START - timedelta(days=days), interval_days=agreed)
    assert (found == ["interval-passed"]) is (days > agreed)


@given(st.integers(0, 90), st.integers(-5, 100), st.booleans())
def test_rule_f8_short_notice_binds_no_emergency(agreed: int, ahead: int, emergency: bool) -> None:
    now = START - timedelta(days=ahead)
    found = codes({"emergency": emergency}, now, notice_days=agreed)
    assert (found == ["short-notice"]) is (not emergency and 0 < ahead < agreed)


def test_rule_f7_a_language_of_the_area_is_spoken_or_interpreted() -> None:
    area = frozenset({"sq", "sr"})
    assert codes({"languages": frozenset({"sq"})}, area_languages=area) == ["language-without-interpreter"]
    assert codes({"languages": frozenset({"sq", "sr", "tr"})}, area_languages=area) == []
    assert codes({}, area_languages=area) == []


LEVELS = st.lists(
    st.tuples(
        st.sampled_from(["XK", "XK.PRI", "XK.PRI.A"]),
        st.dates(date(2020, 1, 1), date(2026, 1, 1)),
        st.sampled_from(TrustLevel),
    ),
    max_size=6,
)


@given(LEVELS)
def test_rule_f7_the_nearest_areas_newest_level_stands(known: list[tuple[str, date, TrustLevel]]) -> None:
    found = standing_level(known)
    assert (found is None) is (not known)
    for code in ("XK.PRI.A", "XK.PRI", "XK"):
        own = [(day, level) for at, day, level in known if at == code]
        if own:
            newest = max(day for day, _ in own)
            assert found is [level for day, level in own if day == newest][-1]
            return
