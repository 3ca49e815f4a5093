"""What members are told, and mails that nobody can bend. Rule F7. Pure."""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from pydantic import TypeAdapter, ValidationError

from services.forum.invitations.letters import Letter, calendar_of, mail_of
from services.forum.invitations.rules import (
    CANCELLED,
    LONGEST_PAUSE,
    Notice,
    one_line,
    pause_after,
    told_of,
    wanted_notice,
)
from services.forum.invitations.words import WORDS, words_for
from services.forum.meetings.rules import MeetingState
from services.forum.settings import EmailText

pytestmark = pytest.mark.pure

STATES = st.sampled_from(MeetingState)
TOLD = st.sampled_from([None, "a", "b", CANCELLED])
START = datetime(2026, 7, 1, 16, tzinfo=UTC)
EMAIL = TypeAdapter(EmailText)


def letter(**more: object) -> Letter:
    fields = {
        "mail_id": UUID(int=1), "notice": Notice.INVITATION, "sender": "council@example.org",
        "recipient": "ana@example.org", "words": WORDS["en"], "written_at": START - timedelta(days=9),
        "meeting_id": UUID(int=2), "sequence": 3, "forum": "Council", "starts_at": START,
        "ends_at": START + timedelta(hours=2), "time_zone": "Europe/Belgrade", "place": "School",
        "topics": ("Lamps",), "public": True,
    }  # fmt: skip
    return Letter(**(fields | more))  # type: ignore[arg-type]


@given(STATES, TOLD, st.sampled_from(["a", "b"]), st.booleans())
def test_rule_f7_who_was_told_is_told_nothing_twice(
    state: MeetingState,
    told: str | None,
    details: str,
    over: bool,
) -> None:
    notice = wanted_notice(state, details, told, over=over)
    assert not (over and notice)
    if notice is not None:
        after = CANCELLED if notice is Notice.CANCELLATION else details
        assert wanted_notice(state, details, after, over=over) is None
    if told is None:
        assert notice in {None, Notice.INVITATION}
    assert (notice is Notice.CANCELLATION) <= (state in {MeetingState.POSTPONED, MeetingState.CANCELLED})


def test_rule_f7_time_length_and_place_are_what_mails_tell() -> None:
    plain = told_of(START, 120, "School")
    assert plain == told_of(START, 120, "School")
    for other in ((START, 60, "School"), (START, 120, None), (START + timedelta(minutes=1), 120, "School")):
        assert told_of(*other) != plain


def test_pauses_grow_to_six_hours() -> None:
    pauses = [pause_after(attempt) for attempt in range(1, 17)]
    assert pauses[0] == timedelta(minutes=2)
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE


GOOD = ["ana@example.org", "a.b+c@sub.example.co.uk", "o'hara@example.org", "x@a-b.example"]
BAD = [
    "", "ana", "ana@", "@example.org", "ana@example", "ana@@example.org", "ana@example.org\nBcc: x@y.zz",
    "ana@example.org, b@example.org", "<ana@example.org>", "Ana <ana@example.org>", "ana@[127.0.0.1]",
    "a b@example.org", "anä@example.org",
    ".ana@example.org", "ana.@example.org", "ana@-example.org", "ana@example.org.", "\"a\"@example.org",
    "ana@exämple.org", "a" * 65 + "@example.org", "a@" + "b." * 200 + "org", "ana@example.org\r", "ana@example.org\0",
]  # fmt: skip


def test_an_address_is_of_the_usual_form() -> None:
    assert [EMAIL.validate_python(text) for text in GOOD] == GOOD
    for text in BAD:
        with pytest.raises(ValidationError):
            EMAIL.validate_python(text)


@given(st.text(max_size=300))
def test_any_text_makes_one_line(text: str) -> None:
    line = one_line(text)
    assert len(line) <= 150
    assert line.isprintable()


@given(
    st.text(max_size=120),
    st.text(max_size=120),
    st.text(max_size=60),
    st.sampled_from([*WORDS]),
    st.sampled_from(Notice),
)
def test_no_text_begins_a_header_or_a_property_of_its_own(
    forum: str, place: str, topic: str, language: str, notice: Notice
) -> None:
    made = letter(forum=forum, place=place, topics=(topic,), words=WORDS[language], notice=notice)
    raw = mail_of(made).as_bytes()
    read = message_from_bytes(raw, policy=default)
    assert sorted(read.keys()) == [
        "Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Subject", "To",
    ]  # fmt: skip
    assert (read["To"], read["From"]) == ("ana@example.org", "council@example.org")
    (attached,) = read.iter_attachments()
    entry = Calendar.from_ical(attached.get_content())
    (event,) = entry.walk("VEVENT")
    assert str(event["uid"]) == str(made.meeting_id)
    assert set(event) <= {
        "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS", "LOCATION", "DESCRIPTION", "CLASS",
        "ORGANIZER", "ATTENDEE",
    }  # fmt: skip
    assert len(re.findall(rb"(?m)^BEGIN:VEVENT", attached.get_content())) == 1


def test_the_calendar_entry_has_its_time_zone_over_summer_time() -> None:
    for starts_at, clock in ((START, "20260701T180000"), (datetime(2026, 12, 1, 17, tzinfo=UTC), "20261201T180000")):
        made = letter(starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))
        (attached,) = message_from_bytes(mail_of(made).as_bytes(), policy=default).iter_attachments()
        entry = attached.get_content().decode()
        assert f"DTSTART;TZID=Europe/Belgrade:{clock}" in entry
        assert "METHOD:REQUEST" in entry
        assert {"BEGIN:DAYLIGHT", "BEGIN:STANDARD"} <= set(entry.splitlines())


def test_the_calendar_entry_tells_each_change_by_the_clock_before_it() -> None:
    """RFC 5545, 3.6.5: an onset less the offset before it is the moment at which the clocks change."""
    zone, found = ZoneInfo("Europe/Belgrade"), 0
    for part in Calendar.from_ical(calendar_of(letter()).decode()).walk("VTIMEZONE")[0].subcomponents:
        before, after = part["TZOFFSETFROM"].td, part["TZOFFSETTO"].td
        more = [each.dt for each in part["RDATE"].dts] if "RDATE" in part else []
        for onset in [part["DTSTART"].dt, *more] if before != after else []:
            moment = (onset - before).replace(tzinfo=UTC)
            offsets = [at.astimezone(zone).utcoffset() for at in (moment - timedelta(seconds=1), moment)]
            assert offsets == [before, after]
            found += 1
    assert found >= 4


def test_a_closed_meeting_tells_its_place_and_no_topics() -> None:
    text = mail_of(letter(public=False, topics=("Secret",))).as_string()
    assert "School" in text
    assert "Secret" not in text
    assert "CLASS:PRIVATE" in text


def test_a_mail_made_twice_is_the_same_but_for_its_boundaries() -> None:
    first, second = mail_of(letter()), mail_of(letter())
    assert first["Message-ID"] == second["Message-ID"] == f"<{UUID(int=1)}@example.org>"
    assert first.get_body(("plain",)) == second.get_body(("plain",)) or first["Date"] == second["Date"]


@pytest.mark.parametrize(
    ("wanted", "language"), [(["sq"], "sq"), ([None, "sr", "sq"], "sr"), (["xx"], "en"), ([], "en")]
)
def test_words_are_of_the_first_language_that_has_some(wanted: list[str | None], language: str) -> None:
    assert words_for(wanted) is WORDS[language]
    for words in WORDS.values():
        assert words.subject.keys() == words.opening.keys() == set(Notice)
