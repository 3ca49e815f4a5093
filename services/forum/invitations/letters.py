"""A mail about a meeting with its calendar entry, as people's programs accept it (RFC 5546, 6047)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vText

from beatbook.kit.zones import vtimezone
from services.forum.invitations.rules import Notice, one_line
from services.forum.invitations.words import Words

PRODID = "-//Beatbook//Invitations//EN"
YEAR = timedelta(days=366)


@dataclass(frozen=True)
class Letter:
    """What a mail is made of: the same letter gives the same mail, its id too, however often it is made."""

    mail_id: UUID
    notice: Notice
    sender: str
    recipient: str
    words: Words
    written_at: datetime
    meeting_id: UUID
    sequence: int
    forum: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    place: str | None
    topics: tuple[str, ...]
    public: bool


def mail_of(letter: Letter) -> EmailMessage:
    """The mail. Nothing in it can begin a header line of its own: texts for headers are of one line."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = letter.sender
    mail["To"] = letter.recipient
    mail["Subject"] = one_line(letter.words.subject[letter.notice].format(forum=one_line(letter.forum)))
    mail["Date"] = letter.written_at
    mail["Message-ID"] = f"<{letter.mail_id}@{letter.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    method, entry = _method(letter), calendar_of(letter)
    mail.set_content(_text(letter))
    mail.add_alternative(entry.decode(), subtype="calendar", params={"method": method})
    mail.add_attachment(entry, maintype="application", subtype="ics", filename="meeting.ics")
    return mail


def calendar_of(letter: Letter) -> bytes:
    """The calendar entry, with the time zone that its times are in."""
    entry = Calendar()
    entry.add("prodid", PRODID)
    entry.add("version", "2.0")
    entry.add("method", _method(letter))
    starts, ends = _local(letter)
    if letter.time_zone != "UTC":
        entry.add_component(vtimezone(ZoneInfo(letter.time_zone), letter.starts_at - YEAR, letter.ends_at + YEAR))
    event = Event()
    event.add("uid", str(letter.meeting_id))
    event.add("sequence", letter.sequence)
    event.add("dtstamp", letter.written_at)
    event.add("dtstart", starts)
    event.add("dtend", ends)
    event.add("summary", one_line(letter.forum))
    event.add("status", "CANCELLED" if letter.notice is Notice.CANCELLATION else "CONFIRMED")
    if letter.place:
        event.add("location", one_line(letter.place))
    if letter.public and letter.topics:
        event.add("description", "\n".join(f"- {one_line(topic)}" for topic in letter.topics))
    event.add("class", "PUBLIC" if letter.public else "PRIVATE")
    event.add("organizer", vCalAddress(f"mailto:{letter.sender}"))
    guest = vCalAddress(f"mailto:{letter.recipient}")
    guest.params["role"] = vText("REQ-PARTICIPANT")
    guest.params["partstat"] = vText("NEEDS-ACTION")
    guest.params["rsvp"] = vText("FALSE")
    event.add("attendee", guest)
    entry.add_component(event)
    text: bytes = entry.to_ical()
    return text


def _method(letter: Letter) -> str:
    return "CANCEL" if letter.notice is Notice.CANCELLATION else "REQUEST"


def _local(letter: Letter) -> tuple[datetime, datetime]:
    zone = ZoneInfo(letter.time_zone)
    return letter.starts_at.astimezone(zone), letter.ends_at.astimezone(zone)


def _text(letter: Letter) -> str:
    words, (starts, ends) = letter.words, _local(letter)
    until = f"{ends:%H:%M}" if ends.date() == starts.date() else f"{ends:%Y-%m-%d %H:%M}"
    lines = [
        words.opening[letter.notice].format(forum=one_line(letter.forum)),
        "",
        f"{words.when}: {starts:%Y-%m-%d %H:%M} - {until} ({letter.time_zone})",
    ]
    if letter.place:
        lines.append(f"{words.where}: {one_line(letter.place, 500)}")
    if not letter.public:
        lines.append(words.closed)
    elif letter.topics and letter.notice is not Notice.CANCELLATION:
        lines += ["", f"{words.topics}:", *(f"- {one_line(topic, 500)}" for topic in letter.topics)]
    return "\n".join(lines) + "\n"
