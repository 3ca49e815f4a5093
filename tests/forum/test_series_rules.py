"""Which days a recurrence rule gives. Rule F7, RFC 5545. Pure."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from services.forum.series.rules import MOST_AHEAD, moment_of, normal_rule, occurrences, parse_recurrence

pytestmark = pytest.mark.pure


def clock(*parts: int) -> datetime:
    """What clocks show: a time without a zone."""
    return datetime(*parts)  # type: ignore[misc]  # noqa: DTZ001


START = clock(2026, 3, 3, 18)
YEAR = timedelta(days=366)


def days(rule: str, start: datetime = START, *, excluded: tuple[date, ...] = (), last: date | None = None) -> list[str]:
    recurrence = parse_recurrence(rule, start, "Europe/Belgrade")
    found = occurrences(recurrence, after=start - timedelta(1), until=start + YEAR, excluded=excluded, last_day=last)
    return [each.local.strftime("%m-%d") for each in found]


EXAMPLES = [
    ("FREQ=MONTHLY;BYDAY=1TU;COUNT=4", ["03-03", "04-07", "05-05", "06-02"]),
    ("rrule:freq=weekly;interval=2;count=3", ["03-03", "03-17", "03-31"]),
    ("FREQ=MONTHLY;BYDAY=TU,TH;BYSETPOS=1;UNTIL=20260501", ["03-03", "04-02"]),
    ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=5", ["03-03", "03-04", "03-05", "03-06", "03-09"]),
    ("FREQ=YEARLY;BYMONTH=3,9;BYDAY=1TU;COUNT=3", ["03-03", "09-01", "03-02"]),
    ("FREQ=MONTHLY;INTERVAL=3;COUNT=3", ["03-03", "06-03", "09-03"]),
    ("FREQ=WEEKLY;UNTIL=20260317T180000", ["03-03", "03-10", "03-17"]),
    ("FREQ=WEEKLY;UNTIL=20260317T165959Z", ["03-03", "03-10"]),
    ("FREQ=WEEKLY;UNTIL=20260317T170000Z", ["03-03", "03-10", "03-17"]),
]


@pytest.mark.parametrize(("rule", "wanted"), EXAMPLES)
def test_rule_f7_the_days_are_those_of_the_standard(rule: str, wanted: list[str]) -> None:
    assert days(rule) == wanted


def test_the_last_day_of_the_month_is_the_last() -> None:
    rule = "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=4"
    assert days(rule, clock(2026, 1, 31, 18)) == ["01-31", "02-28", "03-31", "04-30"]


def test_days_left_out_and_the_last_day() -> None:
    rule = "FREQ=WEEKLY;COUNT=5"
    assert days(rule, excluded=(date(2026, 3, 10),)) == ["03-03", "03-17", "03-24", "03-31"]
    assert days(rule, last=date(2026, 3, 17)) == ["03-03", "03-10", "03-17"]


REFUSED = [
    "",
    "every tuesday",
    "FREQ=SECONDLY",
    "FREQ=MINUTELY;COUNT=3",
    "FREQ=HOURLY",
    "FREQ=DAILY;BYHOUR=1,2,3",
    "FREQ=DAILY;BYMINUTE=1",
    "FREQ=DAILY;BYSECOND=0",
    "FREQ=WEEKLY;COUNT=3;UNTIL=20270101",
    "FREQ=WEEKLY;FREQ=DAILY",
    "INTERVAL=2",
    "FREQ=WEEKLY;INTERVAL=0",
    "FREQ=WEEKLY;INTERVAL=1000",
    "FREQ=WEEKLY;COUNT=0",
    "FREQ=WEEKLY;COUNT=1000000",
    "FREQ=WEEKLY;COUNT=\u0663",
    "FREQ=WEEKLY;UNTIL=20261340",
    "FREQ=WEEKLY;UNTIL=20260101",
    "FREQ=WEEKLY;BYDAY=2TU",
    "FREQ=WEEKLY;BYDAY=XX",
    "FREQ=WEEKLY;BYMONTHDAY=3",
    "FREQ=WEEKLY;BYDAY=TU;BYSETPOS=2",
    "FREQ=MONTHLY;BYSETPOS=1",
    "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=7",
    "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYMONTH=2",
    "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
    "FREQ=YEARLY;BYEASTER=0",
    "FREQ=YEARLY;BYWEEKNO=20",
    "FREQ=MONTHLY;BYDAY=1WE",
    "FREQ=WEEKLY\nDTSTART:20260101T000000",
    "FREQ=WEEKLY;" * 20,
]


@pytest.mark.parametrize("rule", REFUSED)
def test_a_rule_no_meeting_can_follow_is_refused_at_once(rule: str) -> None:
    with pytest.raises(ValueError, match=r"[a-z]"):
        parse_recurrence(rule, START, "Europe/Belgrade")


def test_a_first_start_that_the_rule_does_not_give_is_named() -> None:
    with pytest.raises(ValueError, match="begin on 2026-03-04"):
        parse_recurrence("FREQ=MONTHLY;BYDAY=1WE", START, "UTC")


PART = st.sampled_from([
    "FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY", "FREQ=SECONDLY", "INTERVAL=2", "INTERVAL=53",
    "INTERVAL=999", "COUNT=1", "COUNT=999", "UNTIL=20260601", "UNTIL=21991231T235959Z", "WKST=SU", "BYMONTH=2",
    "BYMONTH=2,4,6,9,11", "BYMONTHDAY=29", "BYMONTHDAY=30", "BYMONTHDAY=31", "BYMONTHDAY=-31", "BYDAY=MO",
    "BYDAY=5FR", "BYDAY=-1SU", "BYDAY=53MO", "BYDAY=MO,TU,WE,TH,FR,SA,SU", "BYSETPOS=1", "BYSETPOS=-53", "BYHOUR=3",
])  # fmt: skip


@given(st.lists(PART, min_size=1, max_size=7), st.datetimes(clock(2000, 1, 1), clock(2199, 1, 1)))
def test_whatever_rule_is_sent_it_is_refused_or_gives_few_dates_in_order(parts: list[str], start: datetime) -> None:
    """Rule F7: never more than `MOST_AHEAD`, one a day, all in the window, none twice; and the standard's own."""
    try:
        recurrence = parse_recurrence(";".join(parts), start, "Europe/Belgrade")
    except ValueError:
        return
    found = occurrences(recurrence, after=start - timedelta(1), until=start + YEAR, excluded=(), last_day=None)
    locals_ = [each.local for each in found]
    assert locals_ == sorted(set(locals_))
    assert len({each.day for each in found}) == len(found) <= MOST_AHEAD
    assert locals_[0] == start
    assert locals_[-1] <= start + YEAR
    unended = ";".join(part for part in parts if not part.startswith("UNTIL"))
    plain = rrulestr(unended, dtstart=start)
    end = start + YEAR if recurrence.until is None else min(recurrence.until, start + YEAR)
    assert locals_ == [each for each in plain.xafter(start, count=MOST_AHEAD, inc=True) if each <= end][:MOST_AHEAD]


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_recurrence(text, START, "UTC")
    except ValueError as error:
        assert str(error)  # noqa: PT017 - either outcome is right


@pytest.mark.parametrize("zone", ["Europe/Belgrade", "America/New_York", "Africa/Nairobi", "Australia/Lord_Howe"])
def test_rule_f7_the_clock_shows_the_same_hour_all_year(zone: str) -> None:
    recurrence = parse_recurrence("FREQ=WEEKLY", START, zone)
    found = occurrences(recurrence, after=START, until=START + YEAR, excluded=(), last_day=None)
    moments = [moment_of(each.local, zone) for each in found]
    assert {moment.astimezone(ZoneInfo(zone)).hour for moment in moments} == {18}
    assert len({moment.hour * 60 + moment.minute for moment in moments}) == (1 if zone == "Africa/Nairobi" else 2)


def test_an_hour_that_summer_time_skips_or_doubles() -> None:
    """RFC 5545, 3.3.5: by the offset before the gap; of two, the first."""
    skipped, doubled = clock(2026, 3, 29, 2, 30), clock(2026, 10, 25, 2, 30)
    assert moment_of(skipped, "Europe/Belgrade") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert moment_of(doubled, "Europe/Belgrade") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_rule_is_kept_in_one_form() -> None:
    assert normal_rule(" rrule:freq=weekly ") == "FREQ=WEEKLY"
