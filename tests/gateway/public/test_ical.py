"""F20: the iCalendar feed's time zones, read by another library, are those of the world, over every change. Pure."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz
from icalendar import Calendar

from gateway.clients.forum import ForumRecord, MeetingRecord
from gateway.web.languages import words_of
from gateway.web.public.ical import Listed, calendar, made_at, plain
from gateway.web.public.reading import sitting, zone_of

pytestmark = pytest.mark.pure

FORUM = UUID("01890000-0000-7000-8000-000000000001")
ZONES = ("Europe/Belgrade", "America/New_York", "Asia/Kathmandu", "Africa/Casablanca", "Australia/Lord_Howe", "UTC")


def forum(zone):
    return ForumRecord(id=FORUM, area="XK", kind="youth", name="Youth", time_zone=zone)


def meeting(number, starts_at, **fields):
    made = {"purpose": "accountability", "state": "planned", "public": True, "duration_minutes": 90, **fields}
    identifier = UUID(int=FORUM.int + number)
    return MeetingRecord(id=identifier, forum_id=FORUM, area="XK", starts_at=starts_at, **made)


def feed(zone, moments, **fields):
    listed = [
        Listed(sitting(meeting(number, at, **fields), forum(zone)), forum(zone), "https://here.example/x")
        for number, at in enumerate(moments)
    ]
    return calendar("Youth", listed, words_of("en"))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("year", [2025, 2026, 2027, 2060])
def test_every_hour_around_every_change_is_where_the_world_has_it(zone, year):
    """Around each transition of the year, and once a week besides."""
    hours = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(365 * 24)]
    offsets = [at.astimezone(ZoneInfo(zone)).utcoffset() for at in hours]
    changes = [place for place in range(1, len(hours)) if offsets[place] != offsets[place - 1]]
    near = sorted({place + step for place in changes for step in range(-30, 30)} | set(range(0, len(hours), 168)))
    moments = [hours[place] for place in near if 0 <= place < len(hours)]
    text = feed(zone, moments).decode()
    named = tz.tzical(StringIO(text)).get(zone) if zone != "UTC" else tz.UTC
    found = Calendar.from_ical(text)
    for event, at in zip(found.walk("VEVENT"), moments, strict=True):
        wall = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        told = event["DTSTART"].to_ical().decode()
        if zone == "UTC" or at.astimezone(ZoneInfo(zone)).fold:  # the hour that comes again has no name of its own
            assert told == f"{at:%Y%m%dT%H%M%SZ}"
            continue
        assert told == f"{wall:%Y%m%dT%H%M%S}"
        assert event["DTSTART"].params["TZID"] == zone
        assert wall.replace(tzinfo=named).astimezone(UTC) == at


@pytest.mark.parametrize(
    ("starts", "start", "end"),
    [
        ("2027-03-28T00:30", "20270328T013000", "20270328T043000"),
        ("2026-10-24T23:30", "20261025T013000", "20261025T013000Z"),
        ("2026-10-25T00:30", "20261025T023000", "20261025T033000"),
        ("2026-10-25T01:30", "20261025T013000Z", "20261025T043000"),
    ],
)
def test_a_meeting_over_a_change_of_the_clock_lasts_as_long_as_any_other(starts, start, end):
    text = feed("Europe/Belgrade", [datetime.fromisoformat(f"{starts}+00:00")], duration_minutes=120)
    event = Calendar.from_ical(text.decode()).walk("VEVENT")[0]
    assert [event[name].to_ical().decode() for name in ("DTSTART", "DTEND")] == [start, end]
    assert event["DTEND"].dt.astimezone(UTC) - event["DTSTART"].dt.astimezone(UTC) == timedelta(hours=2)


def test_an_unknown_zone_is_utc():
    for name in ("Nowhere/Atlantis", "../../etc/passwd", "", "x" * 300):
        assert zone_of(forum(name)).key == "UTC"


def test_states_and_stamps_say_the_same_each_time():
    at = datetime(2026, 5, 1, 17, tzinfo=UTC)
    for state, status in (
        ("planned", "CONFIRMED"),
        ("postponed", "TENTATIVE"),
        ("cancelled", "CANCELLED"),
        ("x", "CANCELLED"),
    ):
        text = feed("Europe/Belgrade", [at], state=state, version=4)
        assert text == feed("Europe/Belgrade", [at], state=state, version=4)
        (event,) = Calendar.from_ical(text).walk("VEVENT")
        assert (event["STATUS"], int(event["SEQUENCE"])) == (status, 3)
        assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=90)
        assert event["DTSTAMP"].dt == made_at(FORUM.int)


def test_what_no_calendar_can_carry_is_left_out():
    assert plain("Evil\u202e name") + " 2026" == "Evil\u202e name\u202c 2026"  # else 6202 stands in the footer
    assert plain("\u2067a\u202bb\u2069c\u202c") == "\u2067a\u202bb\u2069c\u202c"
    assert plain("\u202ea\nb\u2068") == "\u202ea\nb\u2068\u2069"
    assert plain("a\x00b\x1b\x85\ud800\ufffe\ufdd0c\nd\te") == "abc\nd\te"
    text = feed("UTC", [datetime(2026, 5, 1, tzinfo=UTC)], place="x\r\nATTENDEE:mailto:a@b\x00\nEND:VEVENT")
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert "ATTENDEE" not in event
    assert str(event["LOCATION"]) == "x\nATTENDEE:mailto:a@b\nEND:VEVENT"
