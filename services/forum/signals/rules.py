"""Warning signals over a forum's history: each with its evidence and the questions to explore. Pure. Rule F17.

Source of all: ICT sprint 7. A signal stands as long as its rule finds its cause, and no longer.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from statistics import fmean, median_low
from typing import Any, NamedTuple
from uuid import UUID

from beatbook.contracts.actor import Actor, Role
from services.forum.forums.rules import INSIDERS, MANAGERS
from services.forum.meetings.rules import Climate

WINDOW = 12
"""How many of a forum's latest meetings are its history here."""
USUAL = 6
"""How many earlier meetings make what is usual."""
ENOUGH = 3
"""With fewer earlier meetings there is no usual yet."""
ATTENDANCE_SHARE = 0.7
OVERDUE_SHARE = 1 / 3

FINDERS = MANAGERS | {Role.SUPERVISOR}
"""Who may say what was found behind a signal."""
COUNTERS = INSIDERS | {Role.CORE_GROUP}
"""Who may read how many signals stand where; what they say is for those inside."""


class SignalCode(StrEnum):
    """The warning signals. Rule F17."""

    ATTENDANCE_FELL = "attendance-fell"
    POSTPONED_TWICE = "postponed-twice"
    POLICE_RANK_FELL = "police-rank-fell"
    HOSTILE_CLIMATE = "hostile-climate"
    GROUP_STOPPED_COMING = "group-stopped-coming"
    DECISIONS_OVERDUE = "decisions-overdue"


class Held(NamedTuple):
    """One meeting that was held, as far as signals ask."""

    meeting_id: UUID
    held_at: datetime
    public: bool
    attended: int
    """Members and public, people."""
    rank: int | None
    """The level of the highest police rank that came, 1 the lowest of the country's scale; None: unknown."""
    climate: Climate | None
    marked: bool
    """Whether members were marked at all."""
    counted: bool
    """Whether the public was counted by anything: sex, age band or minority group."""


class Postponed(NamedTuple):
    """A date at which a meeting was to be held, later than the last one that was."""

    meeting_id: UUID
    starts_at: datetime


class Group(NamedTuple):
    """People who have something in common: `kind` is `sector`, `sex`, `age_band` or `minority_group`."""

    kind: str
    name: str


class History(NamedTuple):
    """What a forum's signals are found in; `held` is newest first, at most `WINDOW`.

    `came` says of each group at which of these meetings it was: bit n is meeting n of `held`.
    """

    held: Sequence[Held]
    postponed: Sequence[Postponed]
    came: Mapping[Group, int]
    open_decisions: int
    overdue_decisions: int


class Signal(NamedTuple):
    """A signal that stands; its evidence is JSON as it is stored."""

    code: SignalCode
    evidence: dict[str, Any]


class Standing(NamedTuple):
    """A stored signal that has not cleared yet."""

    forum_id: UUID
    signal_id: UUID
    evidence: dict[str, Any]


class Changes(NamedTuple):
    """What to write so that the stored signals are those found."""

    raised: list[tuple[UUID, Signal]]
    """By forum."""
    mended: list[tuple[Standing, dict[str, Any]]]
    """Each with its evidence as it is now."""
    cleared: list[Standing]

    def forums(self) -> list[UUID]:
        """The forums in which anything differs, in their order."""
        return sorted(
            {forum_id for forum_id, _ in self.raised}
            | {standing.forum_id for standing, _ in self.mended}
            | {standing.forum_id for standing in self.cleared}
        )


Found = Mapping[UUID, Mapping[SignalCode, Signal]]
"""Signals by forum and code."""


def changes(found: Found, standing: Mapping[UUID, Mapping[SignalCode, Standing]]) -> Changes:
    """What differs between the signals found and those that stand; what does not differ is not written."""
    changed = Changes([], [], [])
    for forum_id, signals_of in found.items():
        there = standing.get(forum_id, {})
        for code, signal in signals_of.items():
            if code not in there:
                changed.raised.append((forum_id, signal))
            elif there[code].evidence != signal.evidence:
                changed.mended.append((there[code], signal.evidence))
        changed.cleared.extend(stored for code, stored in there.items() if code not in signals_of)
    return changed


def may_find(actor: Actor, area: str) -> bool:
    """Whether the actor may say what was found behind a signal of a forum there."""
    return actor.may_as(FINDERS, area)


def may_order_ranks(actor: Actor, country: str) -> bool:
    """Whether the actor may order the police ranks of a country: its administrator."""
    return actor.may_as({Role.ADMIN}, country)


def attendance_fell(attended: int, previous: Sequence[int]) -> bool:
    """Whether attendance is under 70 % of the mean of up to six earlier meetings (people, newest first).

    Fewer than three earlier meetings: no call. Rule F17. Source: ICT sprint 7.
    """
    return len(previous) >= ENOUGH and attended < ATTENDANCE_SHARE * fmean(previous[:USUAL])


def postponed_in_a_row(postponements: int) -> bool:
    """Whether the last two occasions were postponed; given how many there were since one was held.

    Rule F17. Source: ICT sprint 7.
    """
    return postponements >= 2


def rank_fell(levels: Sequence[int]) -> bool:
    """Whether the last two known police ranks are both below the usual: the median of up to six before them.

    Levels newest first; of an even number the lower middle one is the median. Fewer than three before: no call. One
    meeting alone can be a matter of leave. Rule F17. Source: ICT sprint 7.
    """
    before = levels[2 : 2 + USUAL]
    return len(before) >= ENOUGH and max(levels[:2]) < median_low(before)


def hostile(climates: Sequence[Climate | None]) -> bool:
    """Whether the last three meetings were noted hostile twice; newest first. Rule F17. Source: ICT sprint 7."""
    return climates[:3].count(Climate.HOSTILE) >= 2


def stopped_coming(came: int, told: int) -> bool:
    """Whether a group that used to come was at none of the last three meetings that tell of its kind.

    Used to: at half of up to six meetings before those, and at three at least. Bit n of `came` and `told` is the nth
    latest meeting; a meeting that does not tell of the kind says nothing. Rule F17. Source: ICT sprint 7.
    """
    seen = [bool(came >> n & 1) for n in range(told.bit_length()) if told >> n & 1]
    earlier = seen[3 : 3 + USUAL]
    return not any(seen[:3]) and sum(earlier) >= max(ENOUGH, len(earlier) / 2)


def decisions_fail(open_decisions: int, overdue: int) -> bool:
    """Whether more than a third of a forum's open decisions are overdue. Rule F17. Source: ICT sprint 7."""
    return overdue > open_decisions * OVERDUE_SHARE


def signals(history: History) -> dict[SignalCode, Signal]:
    """The signals that stand in a forum's history, by code. Rule F17. Source: ICT sprint 7."""
    return {signal.code: signal for signal in _found(history)}


def _found(history: History) -> Iterator[Signal]:
    held = history.held
    yield from _attendance(held)
    if postponed_in_a_row(len(history.postponed)):
        dates = sorted((_day(each.starts_at), str(each.meeting_id)) for each in history.postponed)
        evidence = [{"meeting_id": meeting_id, "was_planned_for": day} for day, meeting_id in dates]
        yield Signal(SignalCode.POSTPONED_TWICE, {"postponed": evidence})
    ranked = [meeting for meeting in held if meeting.rank is not None]
    levels = [meeting.rank for meeting in ranked if meeting.rank is not None]
    if rank_fell(levels):
        evidence = [_named(meeting, level=meeting.rank) for meeting in ranked[:2]]
        usual = median_low(levels[2 : 2 + USUAL])
        yield Signal(SignalCode.POLICE_RANK_FELL, {"usual_level": usual, "meetings": evidence})
    if hostile([meeting.climate for meeting in held[:3]]):
        evidence = [_named(meeting) for meeting in held[:3] if meeting.climate is Climate.HOSTILE]
        yield Signal(SignalCode.HOSTILE_CLIMATE, {"meetings": evidence})
    yield from _groups(history)
    if decisions_fail(history.open_decisions, history.overdue_decisions):
        counts = {"open": history.open_decisions, "overdue": history.overdue_decisions}
        yield Signal(SignalCode.DECISIONS_OVERDUE, counts)


def _attendance(held: Sequence[Held]) -> Iterator[Signal]:
    """Open meetings are compared with open ones and closed with closed: the public can come to one kind only."""
    found = []
    for public in (True, False):
        alike = [meeting for meeting in held if meeting.public is public]
        attended = [meeting.attended for meeting in alike]
        if alike and attendance_fell(attended[0], attended[1:]):
            usual = round(fmean(attended[1 : 1 + USUAL]), 1)
            found.append(_named(alike[0], attended=attended[0], usual=usual, public=public))
    if found:
        yield Signal(SignalCode.ATTENDANCE_FELL, {"meetings": found})


def _groups(history: History) -> Iterator[Signal]:
    if len(history.held) < 2 * ENOUGH:
        return
    told = _told(history)
    stopped = sorted(
        group for group, came in history.came.items() if came and stopped_coming(came, told[group.kind] | came)
    )
    if stopped:
        groups = [
            {
                "kind": group.kind,
                "group": group.name,
                "last_came_on": _day(_latest(history.held, history.came[group]).held_at),
            }
            for group in stopped
        ]
        yield Signal(SignalCode.GROUP_STOPPED_COMING, {"groups": groups})


def _told(history: History) -> dict[str, int]:
    """Which meetings tell of which kind of group, as bits.

    Seats are known wherever members were marked. The rest is told by open meetings alone, as the public can be at no
    other: of sexes and age bands by those at which any was noted, of minorities by those at which anything was.
    """
    marked = counted = public = 0
    for number, meeting in enumerate(history.held):
        bit = 1 << number
        marked |= bit if meeting.marked else 0
        counted |= bit if meeting.counted else 0
        public |= bit if meeting.public else 0
    noted = dict.fromkeys(("sex", "age_band"), 0)
    for group, came in history.came.items():
        if group.kind in noted:
            noted[group.kind] |= came
    return {"sector": marked, "minority_group": (marked | counted) & public} | {
        kind: bits & public for kind, bits in noted.items()
    }


def _latest(held: Sequence[Held], came: int) -> Held:
    return held[(came & -came).bit_length() - 1]


def _named(meeting: Held, **more: object) -> dict[str, Any]:
    return {"meeting_id": str(meeting.meeting_id), "held_on": _day(meeting.held_at), **more}


def _day(moment: datetime) -> str:
    day: date = moment.date()
    return day.isoformat()
