"""What the handover service keeps of the other services' events. Rules H6, H8, X1.

Each handler takes a run of events of one type and writes it by one statement. Handlers of one aggregate bear any order,
so that an event retried late leaves the same rows.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, TypeVar

import asyncpg

from beatbook.contracts.cases import IncidentRecorded, ProblemMoved, ProblemOpened
from beatbook.contracts.envelope import Event, Received
from beatbook.contracts.forum import (
    AreaClosed,
    AreaRegistered,
    DecisionClosed,
    DecisionDueMoved,
    DecisionRecorded,
    ForumChanged,
    ForumFounded,
    MeetingCalledOff,
    MeetingHeld,
    MeetingPlanned,
    MinutesPublished,
    SignalCleared,
    SignalRaised,
)
from beatbook.contracts.kpi import IndicatorMeasured
from beatbook.kit.consumers import Consumer, Handler

E = TypeVar("E", bound=Event)


def _last_of_each(events: Sequence[Received[E]], *key: str) -> list[E]:
    """The data of the last event for each value of the named fields: one statement can write a row only once."""
    last: dict[Hashable, E] = {}
    for event in events:
        last[tuple(getattr(event.data, name) for name in key)] = event.data
    return list(last.values())


def _columns(data: Sequence[Event], *names: str) -> list[list[Any]]:
    return [[getattr(item, name) for item in data] for name in names]


async def on_area_registered(db: asyncpg.Connection, events: Sequence[Received[AreaRegistered]]) -> None:
    """Keep the newest entry of each area. Rule A3."""
    data = _last_of_each(events, "code")
    await db.execute(
        """insert into areas (code, names, population)
           select * from unnest($1::text[], $2::jsonb[], $3::int[])
           on conflict (code) do update set names = excluded.names, population = excluded.population""",
        *_columns(data, "code", "names", "population"),
    )


async def on_area_closed(db: asyncpg.Connection, events: Sequence[Received[AreaClosed]]) -> None:
    """Note that areas closed. Rule A3."""
    await db.execute(
        """update areas set closed_on = closed.on_day
           from unnest($1::text[], $2::date[]) as closed (code, on_day) where areas.code = closed.code""",
        *_columns(_last_of_each(events, "code"), "code", "closed_on"),
    )


async def on_forum_founded(db: asyncpg.Connection, events: Sequence[Received[ForumFounded]]) -> None:
    """Keep forums. Rule F1."""
    await db.execute(
        """insert into forums (forum_id, area, kind, name, founded_at)
           select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
           on conflict (forum_id) do nothing""",
        *_columns([event.data for event in events], "forum_id", "area", "kind", "name"),
        [event.time for event in events],
    )


async def on_forum_changed(db: asyncpg.Connection, events: Sequence[Received[ForumChanged]]) -> None:
    """Keep a forum's newest name. Rule F1."""
    await db.execute(
        """update forums set name = changed.name
           from unnest($1::uuid[], $2::text[]) as changed (forum_id, name) where forums.forum_id = changed.forum_id""",
        *_columns(_last_of_each(events, "forum_id"), "forum_id", "name"),
    )


async def on_meeting_planned(db: asyncpg.Connection, events: Sequence[Received[MeetingPlanned]]) -> None:
    """Keep a meeting's date; one already held stays held. Rule F7."""
    await db.execute(
        """insert into meetings (meeting_id, forum_id, area, starts_at, state)
           select *, 'planned' from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[])
           on conflict (meeting_id) do update set starts_at = excluded.starts_at,
               state = case when meetings.state = 'held' then 'held' else 'planned' end""",
        *_columns(_last_of_each(events, "meeting_id"), "meeting_id", "forum_id", "area", "starts_at"),
    )


async def on_meeting_held(db: asyncpg.Connection, events: Sequence[Received[MeetingHeld]]) -> None:
    """Keep that a meeting was held, and how many came. Rules F7, F10."""
    names = ("meeting_id", "forum_id", "area", "held_at", "members_present", "public_present")
    await db.execute(
        """insert into meetings (meeting_id, forum_id, area, held_at, members_present, public_present, state)
           select *, 'held' from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::int[], $6::int[])
           on conflict (meeting_id) do update set held_at = excluded.held_at, state = 'held',
               members_present = excluded.members_present, public_present = excluded.public_present""",
        *_columns(_last_of_each(events, "meeting_id"), *names),
    )


async def on_meeting_called_off(db: asyncpg.Connection, events: Sequence[Received[MeetingCalledOff]]) -> None:
    """Keep that a meeting was postponed or cancelled. Rule F7."""
    await db.execute(
        """insert into meetings (meeting_id, forum_id, area, state)
           select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])
           on conflict (meeting_id) do update set state = excluded.state""",
        *_columns(_last_of_each(events, "meeting_id"), "meeting_id", "forum_id", "area", "state"),
    )


async def on_minutes_published(db: asyncpg.Connection, events: Sequence[Received[MinutesPublished]]) -> None:
    """Keep where published minutes are, each version. Rule F11."""
    names = ("minutes_id", "number", "meeting_id", "forum_id", "area", "held_at", "sha256")
    await db.execute(
        """insert into published_minutes (minutes_id, number, meeting_id, forum_id, area, held_at, sha256)
           select * from unnest($1::uuid[], $2::int[], $3::uuid[], $4::uuid[], $5::text[],
                                $6::timestamptz[], $7::text[])
           on conflict (minutes_id, number) do nothing""",
        *_columns(_last_of_each(events, "minutes_id", "number"), *names),
    )


async def on_decision_recorded(db: asyncpg.Connection, events: Sequence[Received[DecisionRecorded]]) -> None:
    """Keep a promise with its owner and due date. Rules F12, H6."""
    names = ("decision_id", "forum_id", "area", "kind", "owner", "due_on", "recorded_at")
    await db.execute(
        """insert into decisions (decision_id, forum_id, area, kind, owner, due_on, recorded_at)
           select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::date[],
                                $7::timestamptz[])
           on conflict (decision_id) do update set owner = excluded.owner, recorded_at = excluded.recorded_at""",
        *_columns(_last_of_each(events, "decision_id"), *names),
    )


async def on_decision_closed(db: asyncpg.Connection, events: Sequence[Received[DecisionClosed]]) -> None:
    """Keep how a promise ended. Rules F13, H6."""
    names = ("decision_id", "forum_id", "area", "kind", "due_on", "outcome", "closed_at", "on_time")
    await db.execute(
        """insert into decisions (decision_id, forum_id, area, kind, due_on, outcome, closed_at, on_time)
           select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::date[], $6::text[],
                                $7::timestamptz[], $8::bool[])
           on conflict (decision_id) do update set outcome = excluded.outcome, closed_at = excluded.closed_at,
               on_time = excluded.on_time""",
        *_columns(_last_of_each(events, "decision_id"), *names),
    )


async def on_decision_due_moved(db: asyncpg.Connection, events: Sequence[Received[DecisionDueMoved]]) -> None:
    """Keep the date that a promise got since. Rules F13, H6."""
    await db.execute(
        """update decisions set due_on = moved.due_on
           from unnest($1::uuid[], $2::date[]) as moved (decision_id, due_on)
           where decisions.decision_id = moved.decision_id""",
        *_columns(_last_of_each(events, "decision_id"), "decision_id", "due_on"),
    )


async def on_signal_raised(db: asyncpg.Connection, events: Sequence[Received[SignalRaised]]) -> None:
    """Keep that a forum's history shows a warning signal, and since when. Rules F17, H8."""
    await db.execute(
        """insert into signals (signal_id, forum_id, area, code, raised_at)
           select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[])
           on conflict (signal_id) do update set raised_at = excluded.raised_at""",
        *_signals(events),
    )


async def on_signal_cleared(db: asyncpg.Connection, events: Sequence[Received[SignalCleared]]) -> None:
    """Keep that a warning signal's cause has gone; one that is raised again has another id. Rules F17, H8."""
    await db.execute(
        """insert into signals (signal_id, forum_id, area, code, cleared_at)
           select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[])
           on conflict (signal_id) do update set cleared_at = excluded.cleared_at""",
        *_signals(events),
    )


def _signals(events: Sequence[Received[SignalRaised]] | Sequence[Received[SignalCleared]]) -> list[list[Any]]:
    """A run of signals as columns, each signal once."""
    last = {event.data.signal_id: event for event in events}.values()
    return [
        *_columns([event.data for event in last], "signal_id", "forum_id", "area", "code"),
        [event.time for event in last],
    ]


async def on_problem_opened(db: asyncpg.Connection, events: Sequence[Received[ProblemOpened]]) -> None:
    """Keep a problem-solving case: area, category, phase, nobody's name. Rules C4, C13."""
    await db.execute(
        """insert into problems (problem_id, area, category, opened_at, phase)
           select *, 'scanning' from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[])
           on conflict (problem_id) do update set category = excluded.category, opened_at = excluded.opened_at""",
        *_columns(_last_of_each(events, "problem_id"), "problem_id", "area", "category", "opened_at"),
    )


async def on_problem_moved(db: asyncpg.Connection, events: Sequence[Received[ProblemMoved]]) -> None:
    """Keep the phase a case is in. Rule C4."""
    await db.execute(
        """insert into problems (problem_id, area, phase, moved_at)
           select * from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[])
           on conflict (problem_id) do update set phase = excluded.phase, moved_at = excluded.moved_at
           where problems.moved_at is null or problems.moved_at <= excluded.moved_at""",
        *_columns(_last_of_each(events, "problem_id"), "problem_id", "area", "target", "moved_at"),
    )


async def on_incident_recorded(db: asyncpg.Connection, events: Sequence[Received[IncidentRecorded]]) -> None:
    """Count incidents by area and month. Rule C1."""
    counts = Counter((event.data.area, event.data.month) for event in events)
    await db.execute(
        """insert into incident_months (area, month, incidents)
           select * from unnest($1::text[], $2::date[], $3::bigint[])
           on conflict (area, month) do update set incidents = incident_months.incidents + excluded.incidents""",
        [area for area, _ in counts],
        [month for _, month in counts],
        list(counts.values()),
    )


async def on_indicator_measured(db: asyncpg.Connection, events: Sequence[Received[IndicatorMeasured]]) -> None:
    """Keep the newest value of each indicator, area and month. Rule K2."""
    names = ("indicator", "area", "month", "numerator", "denominator", "value")
    await db.execute(
        """insert into indicator_months (indicator, area, month, numerator, denominator, value)
           select * from unnest($1::text[], $2::text[], $3::date[], $4::float8[], $5::float8[], $6::float8[])
           on conflict (indicator, area, month) do update set numerator = excluded.numerator,
               denominator = excluded.denominator, value = excluded.value""",
        *_columns(_last_of_each(events, "indicator", "area", "month"), *names),
    )


FORUM_HANDLERS: Mapping[type[Event], Handler] = {
    AreaRegistered: on_area_registered,
    AreaClosed: on_area_closed,
    ForumFounded: on_forum_founded,
    ForumChanged: on_forum_changed,
    MeetingPlanned: on_meeting_planned,
    MeetingHeld: on_meeting_held,
    MeetingCalledOff: on_meeting_called_off,
    MinutesPublished: on_minutes_published,
    DecisionRecorded: on_decision_recorded,
    DecisionClosed: on_decision_closed,
    DecisionDueMoved: on_decision_due_moved,
    SignalRaised: on_signal_raised,
    SignalCleared: on_signal_cleared,
}
CASES_HANDLERS: Mapping[type[Event], Handler] = {
    ProblemOpened: on_problem_opened,
    ProblemMoved: on_problem_moved,
    IncidentRecorded: on_incident_recorded,
}
KPI_HANDLERS: Mapping[type[Event], Handler] = {IndicatorMeasured: on_indicator_measured}

CONSUMERS = (
    Consumer(name="handover", source="forum", handlers=FORUM_HANDLERS),
    Consumer(name="handover", source="cases", handlers=CASES_HANDLERS),
    Consumer(name="handover", source="kpi", handlers=KPI_HANDLERS),
)
