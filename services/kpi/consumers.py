"""What the kpi service does with others' events."""

from collections.abc import Sequence

import asyncpg

from beatbook.contracts.cases import IncidentRecorded
from beatbook.contracts.envelope import Received
from beatbook.contracts.forum import (
    AreaClosed,
    AreaRegistered,
    DecisionClosed,
    DecisionDueMoved,
    DecisionRecorded,
    MeetingHeld,
)
from beatbook.kit.consumers import Consumer
from services.kpi.areas import commands as areas
from services.kpi.facts import commands as facts
from services.kpi.facts.rules import Cell, DecisionState, Measure, month_of


async def on_area_registered(db: asyncpg.Connection, events: Sequence[Received[AreaRegistered]]) -> None:
    """Take over entries of the register; a population new or changed changes every rate of the area. Rules A3, K3."""
    changed = await areas.register_areas(db, [event.data for event in events])
    if changed:
        await facts.mark_population_changed(db, changed)


async def on_area_closed(db: asyncpg.Connection, events: Sequence[Received[AreaClosed]]) -> None:
    """Note until when areas are valid; their residents leave the base of every area above. Rules A2a, K3."""
    closed_on = {event.data.code: event.data.closed_on for event in events}
    await areas.close_areas(db, closed_on)
    await facts.mark_population_changed(db, list(closed_on))


async def on_incident_recorded(db: asyncpg.Connection, events: Sequence[Received[IncidentRecorded]]) -> None:
    """Count incidents by month and category. Rules C1, K2."""
    await facts.count(
        db,
        [Cell(Measure.INCIDENTS, event.data.area, month_of(event.data.month), event.data.category) for event in events],
    )


async def on_meeting_held(db: asyncpg.Connection, events: Sequence[Received[MeetingHeld]]) -> None:
    """Count public meetings by month: a public figure must not tell of closed ones. Rules F20, K2."""
    await facts.count(
        db,
        [
            Cell(Measure.MEETINGS_HELD, event.data.area, month_of(event.data.held_at))
            for event in events
            if event.data.public
        ],
    )


async def on_decision_recorded(db: asyncpg.Connection, events: Sequence[Received[DecisionRecorded]]) -> None:
    """Count decisions from the day after their due date. Rules F12, K2."""
    await facts.take_decisions(
        db, [(event.data.decision_id, DecisionState(event.data.area, event.data.due_on)) for event in events]
    )


async def on_decision_closed(db: asyncpg.Connection, events: Sequence[Received[DecisionClosed]]) -> None:
    """Count decisions by how they ended. Rules F13, K2."""
    ended = [event.data for event in events]
    await facts.take_decisions(
        db, [(item.decision_id, DecisionState(item.area, item.due_on, item.outcome, item.on_time)) for item in ended]
    )


async def on_decision_due_moved(db: asyncpg.Connection, events: Sequence[Received[DecisionDueMoved]]) -> None:
    """Count an open decision by its new due date. Rules F13, K2."""
    await facts.take_decisions(
        db, [(event.data.decision_id, DecisionState(event.data.area, event.data.due_on)) for event in events]
    )


CONSUMERS = (
    Consumer(
        name="kpi",
        source="forum",
        handlers={
            AreaRegistered: on_area_registered,
            AreaClosed: on_area_closed,
            MeetingHeld: on_meeting_held,
            DecisionRecorded: on_decision_recorded,
            DecisionClosed: on_decision_closed,
            DecisionDueMoved: on_decision_due_moved,
        },
    ),
    Consumer(name="kpi", source="cases", handlers={IncidentRecorded: on_incident_recorded}),
)
