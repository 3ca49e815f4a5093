"""What is kept of other services' events: in sets, in any order of aggregates, once. Rules X1, K12."""

from datetime import UTC, date, datetime, timedelta

import pytest

from beatbook.contracts.cases import IncidentRecorded, ProblemMoved, ProblemOpened
from beatbook.contracts.envelope import Event
from beatbook.contracts.forum import (
    AreaClosed,
    DecisionClosed,
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
from beatbook.kit.feed import FeedReader
from beatbook.kit.ids import new_id
from beatbook.kit.rebuild import rebuild
from beatbook.kit.reconcile import reconcile
from services.handover.app import service
from tests.handover.conftest import NOW, area_registered

THEN = datetime(2026, 2, 1, 17, tzinfo=UTC)
FORUM, MEETING, DECISION, PROBLEM, SIGNAL = (new_id() for _ in range(5))

FOUNDED = ForumFounded(forum_id=FORUM, area="XK.PRI", kind="youth", name="Youth forum")
PLANNED = MeetingPlanned(
    meeting_id=MEETING, forum_id=FORUM, area="XK.PRI", starts_at=THEN, purpose="accountability", public=True
)
HELD = MeetingHeld(
    meeting_id=MEETING, forum_id=FORUM, area="XK.PRI", held_at=THEN, purpose="accountability", public=True,
    members_present=9, public_present=31,
)  # fmt: skip
OFF = MeetingCalledOff(meeting_id=MEETING, forum_id=FORUM, area="XK.PRI", state="postponed")
RECORDED = DecisionRecorded(
    decision_id=DECISION, meeting_id=MEETING, forum_id=FORUM, area="XK.PRI", kind="decision", owner="Police station 2",
    due_on=date(2026, 3, 1), recorded_at=THEN,
)  # fmt: skip
CLOSED = DecisionClosed(
    decision_id=DECISION, forum_id=FORUM, area="XK.PRI", kind="decision", outcome="delivered",
    closed_at=THEN, due_on=date(2026, 3, 1), on_time=True,
)  # fmt: skip
RAISED = SignalRaised(signal_id=SIGNAL, forum_id=FORUM, area="XK.PRI", code="hostile-climate")
CLEARED = SignalCleared(**RAISED.model_dump())
OPENED = ProblemOpened(problem_id=PROBLEM, area="XK.PRI", category=None, opened_at=THEN)


def moved(origin: str, target: str, hours: int) -> ProblemMoved:
    return ProblemMoved(
        problem_id=PROBLEM, area="XK.PRI", origin=origin, target=target, moved_at=THEN + timedelta(hours=hours)
    )


def minutes(number: int) -> MinutesPublished:
    return MinutesPublished(
        minutes_id=MEETING, meeting_id=MEETING, forum_id=FORUM, area="XK.PRI", held_at=THEN, number=number, sha256="ab"
    )


def measured(value: float, month: int = 1) -> IndicatorMeasured:
    return IndicatorMeasured(
        indicator="meetings_held", area="XK", month=date(2026, month, 1), numerator=value, denominator=None,
        value=value, measured_id=new_id(),
    )  # fmt: skip


async def snapshot(projections) -> dict[str, list[str]]:
    return {
        table: [str(row) for row in await projections.rows(f"select {table}::text from {table} order by 1")]
        for table in service.projections
    }


async def test_a_forum_keeps_its_newest_name(projections):
    forum = new_id()
    await projections.hear(ForumFounded(forum_id=forum, area="XK.PRI", kind="community_safety_council", name="Old"))
    changes = [ForumChanged(forum_id=forum, area="XK.PRI", name=name, interval_days=60) for name in ("Newer", "Newest")]
    await projections.hear_run(changes)
    assert await projections.rows("select name from forums") == [("Newest",)]


async def test_the_last_of_a_run_wins(projections):
    """One statement for a run in which a thing comes twice."""
    await projections.hear_run([area_registered("XK", "Old", 5), area_registered("XK", "New", None)])
    assert await projections.rows("select code, names->>'en', population from areas") == [("XK", "New", None)]
    await projections.hear_run([measured(1), measured(2), measured(7, month=2)])
    assert await projections.rows("select value from indicator_months order by month") == [(2,), (7,)]
    await projections.hear_run([minutes(1), minutes(2), minutes(2)])
    assert await projections.rows("select number from published_minutes order by 1") == [(1,), (2,)]


async def test_incidents_are_counted_by_area_and_month(projections):
    """Rule C1; a thousand at a time."""
    january, february = date(2026, 1, 1), date(2026, 2, 1)
    run = [
        IncidentRecorded(incident_id=new_id(), area=f"XK.PRI.{n % 3}", month=january, category="0301")
        for n in range(1000)
    ]
    await projections.hear_run(run)
    await projections.hear(IncidentRecorded(incident_id=new_id(), area="XK.PRI.0", month=january, category="0301"))
    await projections.hear(IncidentRecorded(incident_id=new_id(), area="XK.PRI.0", month=february, category="0301"))
    assert await projections.rows("select area, month, incidents from incident_months order by 1, 2") == [
        ("XK.PRI.0", january, 335), ("XK.PRI.0", february, 1), ("XK.PRI.1", january, 333), ("XK.PRI.2", january, 333),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("in_order", "otherwise"),
    [
        ([RECORDED, CLOSED], [CLOSED, RECORDED]),
        ([PLANNED, HELD], [HELD, PLANNED]),
        ([RAISED, CLEARED], [CLEARED, RAISED]),
        ([OPENED, moved("scanning", "analysis", 1)], [moved("scanning", "analysis", 1), OPENED]),
        (
            [OPENED, moved("scanning", "analysis", 1), moved("analysis", "scanning", 2)],
            [OPENED, moved("analysis", "scanning", 2), moved("scanning", "analysis", 1)],
        ),
        ([FOUNDED, HELD, minutes(1)], [minutes(1), HELD, FOUNDED]),
    ],
)
async def test_order_does_not_matter(projections, in_order, otherwise):
    """An event that was parked and comes late leaves the same rows."""
    await projections.hear(*in_order)
    expected = await snapshot(projections)
    for table in service.projections:
        await projections.db.execute(f"truncate {table}")
    await projections.hear(*otherwise)
    assert await snapshot(projections) == expected


async def test_what_ended_is_kept(projections):
    await projections.hear(area_registered("XK"), FOUNDED, PLANNED, OFF, RECORDED, CLOSED)
    await projections.hear(AreaClosed(code="XK", closed_on=date(2026, 3, 1), successors=[]))
    assert await projections.rows("select closed_on from areas") == [(date(2026, 3, 1),)]
    assert await projections.rows("select state, held_at from meetings") == [("postponed", None)]
    assert await projections.rows("select outcome, on_time, owner from decisions") == [
        ("delivered", True, "Police station 2")
    ]


async def test_a_signal_stands_until_it_is_cleared(projections):
    """Rule F17: told twice it is one; one that comes back is another."""
    again = RAISED.model_copy(update={"signal_id": new_id()})
    await projections.hear_run([RAISED, RAISED])
    await projections.hear(RAISED, CLEARED, CLEARED, again)
    assert await projections.rows("select signal_id from signals where cleared_at is null") == [(again.signal_id,)]
    assert await projections.rows("select raised_at, code from signals where cleared_at is not null") == [
        (NOW, "hostile-climate")
    ]


async def test_live_equals_rebuilt(stack, log, eventually):
    """Rules X1, K12: through the real logs, relay and broker; then the same from the logs alone."""
    running = await stack("forum", "cases", "kpi", "handover")
    count = 1200

    def incident() -> tuple[Event, object, str]:
        event = IncidentRecorded(incident_id=new_id(), area="XK.PRI", month=date(2026, 1, 1), category="0301")
        return event, event.incident_id, event.area

    await log(running["cases"].settings.database_url, *(incident() for _ in range(count)))
    entry, other = area_registered("XK.PRI"), new_id()
    await log(
        running["forum"].settings.database_url,
        *((entry, new_id(), "XK.PRI"), (FOUNDED, FORUM, "XK.PRI"), (HELD, MEETING, "XK.PRI")),
        *((RECORDED, DECISION, "XK.PRI"), (minutes(1), MEETING, "XK.PRI"), (CLOSED, DECISION, "XK.PRI")),
        *((RAISED, SIGNAL, "XK.PRI"), (CLEARED, SIGNAL, "XK.PRI")),
        (RAISED.model_copy(update={"signal_id": other}), other, "XK.PRI"),
    )
    database = running["handover"].app.state.database
    pool = await database.pool()

    async def all_applied():
        rows = await pool.fetch("select source, position from checkpoints")
        return {row["source"]: row["position"] for row in rows}.items() >= {"cases": count, "forum": 9}.items()

    await eventually(all_applied)
    assert await pool.fetchval("select incidents from incident_months") == count
    assert await pool.fetchval("select name from forums") == "Youth forum"
    assert await pool.fetchval("select signal_id from signals where cleared_at is null") == other
    feed = FeedReader(running["handover"].settings)
    try:
        found = await reconcile(service, database, feed)
        assert found.equal, found.differences
        assert (await rebuild(service, database, feed)).items() >= {"incident_months": 1, "signals": 2}.items()
    finally:
        await feed.close()
    await log(running["cases"].settings.database_url, incident())

    async def one_more():
        return await pool.fetchval("select incidents from incident_months") == count + 1

    await eventually(one_more)
