"""What a forum's year was, in figures and plain sentences. Pure. Rules F7, F10, F13, F14, F17 to F21."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from statistics import fmean
from typing import Any
from zoneinfo import ZoneInfo

from services.forum.decisions.rules import Delivery

MOST_NAMED = 100
"""Open decisions that a report names; it counts them all."""
TREND_SHARE = 0.1
"""A mean that moved by less than this share of the earlier half's counts as unchanged."""


@dataclass(frozen=True)
class MeetingFact:
    """A meeting of the year; who came is a count."""

    state: str
    starts_at: datetime
    members: int | None
    public: int | None
    minutes_published: bool


@dataclass(frozen=True)
class DecisionFact:
    """A decision made in the year, as it stands."""

    text: str
    owner: str
    due_on: date | None
    state: str
    on_time: bool | None
    asks: bool = True
    """Whether it asks for something, and so can be delivered: information does not."""


@dataclass(frozen=True)
class Year:
    """Everything of a year that a reader may know."""

    meetings: Sequence[MeetingFact] = ()
    decisions: Sequence[DecisionFact] = ()
    concerns: Sequence[tuple[str, bool | None]] = ()
    """State, and whether it was dealt with in the agreed days (None: still waiting, or not known to the reader)."""
    signals: Sequence[str] = ()
    advisories: Sequence[str] = ()
    initiatives: Sequence[str] = ()
    trainings: Sequence[str] = ()
    consultations: int = 0
    corrections: int = 0
    inside: bool = False
    """Whether signals, advisories and trainings are told: from inside only."""


def bounds(year: int, zone: str) -> tuple[datetime, datetime]:
    """From when to before when a year lasts where the forum is."""
    local = ZoneInfo(zone)
    return (
        datetime(year, 1, 1, tzinfo=local).astimezone(UTC),
        datetime(year + 1, 1, 1, tzinfo=local).astimezone(UTC),
    )


def adopting_obstacles(end: datetime, now: datetime, newest: int, reason: str | None) -> list[str]:
    """What keeps a report from being adopted: the year is not over, or a further version has no reason."""
    found = []
    if now < end:
        found.append("The year is not over: its report is adopted afterwards.")
    if newest and not reason:
        found.append("The year's report was adopted before: say why there is another version (reason).")
    return found


def figures(year: Year, today: date) -> dict[str, Any]:
    """The year in figures; `today` tells what is overdue. Shares are 0 to 1, null where nothing was to be counted.

    Rates of delivery are those of Rule F13: per decision due.
    """
    held = sorted((meeting for meeting in year.meetings if meeting.state == "held"), key=lambda m: m.starts_at)
    states = Counter(meeting.state for meeting in year.meetings)
    members = [meeting.members for meeting in held if meeting.members is not None]
    ended = Counter(decision.state for decision in year.decisions)
    delivery = _delivery(year.decisions, today)
    waiting = [decision for decision in year.decisions if decision.state == "open"]
    overdue = [decision for decision in waiting if decision.due_on is not None and decision.due_on < today]
    dealt = [in_time for _, in_time in year.concerns if in_time is not None]
    found: dict[str, Any] = {
        "meetings": {
            "held": states["held"], "postponed": states["postponed"], "cancelled": states["cancelled"],
            "still_planned": states["planned"] + states["invited"],
            "minutes_published": sum(meeting.minutes_published for meeting in held),
        },
        "attendance": {
            "members_mean": round(fmean(members), 1) if members else None,
            "members_first_half": round(fmean(members[: len(members) // 2]), 1) if len(members) > 1 else None,
            "members_second_half": round(fmean(members[len(members) // 2 :]), 1) if len(members) > 1 else None,
            "public_total": sum(meeting.public or 0 for meeting in held),
        },
        "decisions": {
            "made": len(year.decisions), "delivered": ended["delivered"],
            "delivered_on_time": delivery.delivered_on_time, "delivered_late": delivery.delivered_late,
            "declined": ended["declined"], "withdrawn": ended["withdrawn"],
            "open": len(waiting), "overdue": len(overdue),
            "delivery_rate": _rounded(delivery.delivery_rate), "on_time_rate": _rounded(delivery.on_time_rate),
        },
        "concerns": {
            "raised": len(year.concerns), "states": _sorted(Counter(state for state, _ in year.concerns)),
        },
        "initiatives": {"all": len(year.initiatives), **_sorted(Counter(year.initiatives))},
        "consultations": {"all": year.consultations},
        "corrections": {"published": year.corrections},
        "open_decisions": [
            {"text": decision.text, "owner": decision.owner,
             "due_on": decision.due_on.isoformat() if decision.due_on else None, "overdue": decision in overdue}
            for decision in waiting[:MOST_NAMED]
        ],
    }  # fmt: skip
    if year.inside:
        found["concerns"] |= {"in_time": sum(dealt), "late": len(dealt) - sum(dealt)}
        found["signals"] = _sorted(Counter(year.signals))
        found["advisories"] = _sorted(Counter(year.advisories))
        found["trainings"] = {"all": len(year.trainings), **_sorted(Counter(year.trainings))}
    return found


def _delivery(decisions: Sequence[DecisionFact], today: date) -> Delivery:
    asked = [decision for decision in decisions if decision.asks]
    past = [decision for decision in asked if decision.due_on is not None and decision.due_on < today]
    states, states_past = (Counter(decision.state for decision in found) for found in (asked, past))
    on_time = Counter(decision.on_time for decision in asked if decision.state == "delivered")
    return Delivery(
        decided=len(asked), open=states["open"], overdue=states_past["open"], delivered_on_time=on_time[True],
        delivered_late=on_time[False], delivered_undated=on_time[None], declined=states["declined"],
        withdrawn=states["withdrawn"], declined_due=states_past["declined"],
    )  # fmt: skip


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 3)


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def sentences(found: Mapping[str, Any], year: int) -> list[str]:
    """The figures as plain sentences, each of what there is something to say of."""
    meetings, attendance, decisions = found["meetings"], found["attendance"], found["decisions"]
    off = meetings["postponed"] + meetings["cancelled"]
    called_off = _number(off, "meeting was", "meetings were")
    told = [f"In {year} the forum met {_times(meetings['held'])}; {called_off} called off."]
    if meetings["held"]:
        published = meetings["minutes_published"]
        told.append(f"Minutes of {published} of {_number(meetings['held'], 'meeting', 'meetings')} are published.")
    if attendance["members_mean"] is not None:
        told.append(f"On average {attendance['members_mean']} members came{_trend(attendance)}.")
    if attendance["public_total"]:
        told.append(f"{_number(attendance['public_total'], 'visit', 'visits')} by members of the public were counted.")
    if decisions["made"]:
        told.append(
            f"{_number(decisions['made'], 'decision was', 'decisions were')} made. Delivered: {decisions['delivered']}"
            f" ({decisions['delivered_on_time']} on time, {decisions['delivered_late']} late); declined:"
            f" {decisions['declined']}; withdrawn: {decisions['withdrawn']}; still open: {decisions['open']}, of which"
            f" overdue: {decisions['overdue']}."
        )
    concerns = found["concerns"]
    if concerns["raised"]:
        raised = _number(concerns["raised"], "concern was", "concerns were")
        states = ", ".join(f"{state.replace('_', ' ')}: {count}" for state, count in concerns["states"].items())
        told.append(f"{raised} raised; where they stand: {states}.")
    if "in_time" in concerns and concerns["in_time"] + concerns["late"]:
        told.append(f"Dealt with in the agreed days: {concerns['in_time']}; later: {concerns['late']}.")
    if found["initiatives"]["all"]:
        told.append(f"{_number(found['initiatives']['all'], 'initiative', 'initiatives')} ran or were begun.")
    if found["consultations"]["all"]:
        told.append(f"People were consulted outside meetings {_times(found['consultations']['all'])}.")
    if found["corrections"]["published"]:
        told.append(f"{_number(found['corrections']['published'], 'rumour was', 'rumours were')} corrected in public.")
    if sum(found.get("signals", {}).values()):
        told.append(f"{_number(sum(found['signals'].values()), 'warning signal', 'warning signals')} came up.")
    return told


def _trend(attendance: Mapping[str, Any]) -> str:
    first, second = attendance["members_first_half"], attendance["members_second_half"]
    if first is None or second is None:
        return ""
    if abs(second - first) <= TREND_SHARE * first:
        return ", about the same in both halves of the year"
    return f", {'more' if second > first else 'fewer'} in the second half ({second}) than in the first ({first})"


def _times(number: int) -> str:
    return {0: "not at all", 1: "once", 2: "twice"}.get(number, f"{number} times")


def _number(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def markdown(content: Mapping[str, Any]) -> str:
    """A report's content as a document in Markdown; what people wrote can make no heading, link or tag in it."""
    lines = [f"# {_plain(content['forum'])}: report for {content['year']}", ""]
    if content["foreword"]:
        lines += [_plain(paragraph) + "\n" for paragraph in str(content["foreword"]).split("\n") if paragraph.strip()]
    lines += [f"- {_plain(sentence)}" for sentence in content["sentences"]]
    if content["figures"]["open_decisions"]:
        lines += ["", "## What is open", "", "| decision | owner | due |", "| --- | --- | --- |"]
        lines += [
            f"| {_plain(item['text'])} | {_plain(item['owner'])} | {item['due_on'] or ''}"
            f"{' (overdue)' if item['overdue'] else ''} |"
            for item in content["figures"]["open_decisions"]
        ]
    lines += ["", f"As of {content['as_of']}; version {content['number']}."]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    one_line = " ".join(text.split())
    return "".join("\\" + char if char in r"\`*_{}[]<>()#+-!|~&" else char for char in one_line)
