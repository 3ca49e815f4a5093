"""A country as the other services publish it: what a brief is composed from."""

from datetime import UTC, date, datetime, timedelta

from beatbook.contracts.cases import IncidentRecorded, ProblemMoved, ProblemOpened
from beatbook.contracts.forum import (
    DecisionClosed,
    DecisionRecorded,
    ForumFounded,
    MeetingHeld,
    MeetingPlanned,
    MinutesPublished,
    SignalRaised,
)
from beatbook.contracts.kpi import IndicatorMeasured
from beatbook.kit.ids import new_id
from tests.handover.conftest import NOW, area_registered

BUSY, QUIET, ELSEWHERE = (new_id() for _ in range(3))
FELL = SignalRaised(signal_id=new_id(), forum_id=QUIET, area="XK.PRI.DARDANIA", code="attendance-fell")
NAME = 'Safety <script>alert("x")</script> council'


def decision(area, forum_id, due_on, days_ago, owner="Police station 2"):
    return DecisionRecorded(
        decision_id=new_id(), meeting_id=new_id(), forum_id=forum_id, area=area, kind="request_to_police", owner=owner,
        due_on=due_on, recorded_at=NOW - timedelta(days=days_ago),
    )  # fmt: skip


async def publish_country(projections):
    """Prishtina with a busy council and a quiet neighbourhood board, and something elsewhere that must not show."""
    held = NOW - timedelta(days=10)
    meeting_id, minutes_id = new_id(), new_id()
    await projections.hear(
        area_registered("XK.PRI", "Prishtina", 200_000),
        ForumFounded(forum_id=BUSY, area="XK.PRI", kind="community_safety_council", name=NAME),
        ForumFounded(forum_id=QUIET, area="XK.PRI.DARDANIA", kind="community_advisory_board", name="Dardania board"),
        ForumFounded(forum_id=ELSEWHERE, area="XK.GJI", kind="community_safety_council", name="Gjilan council"),
        time=datetime(2025, 1, 1, tzinfo=UTC),
    )
    late = decision("XK.PRI.DARDANIA", QUIET, date(2026, 1, 31), 60)
    done = decision("XK.PRI", BUSY, date(2026, 3, 1), 50)
    problem = ProblemOpened(problem_id=new_id(), area="XK.PRI.DARDANIA", category=None, opened_at=NOW)
    await projections.hear(
        MeetingHeld(
            meeting_id=meeting_id, forum_id=BUSY, area="XK.PRI", held_at=held, purpose="accountability", public=True,
            members_present=9, public_present=31,
        ),
        MeetingPlanned(
            meeting_id=new_id(), forum_id=BUSY, area="XK.PRI", starts_at=NOW + timedelta(days=5),
            purpose="accountability", public=True,
        ),
        MinutesPublished(
            minutes_id=minutes_id, meeting_id=meeting_id, forum_id=BUSY, area="XK.PRI", held_at=held,
            number=1, sha256="aa",
        ),
        MinutesPublished(
            minutes_id=minutes_id, meeting_id=meeting_id, forum_id=BUSY, area="XK.PRI", held_at=held,
            number=2, sha256="bb",
        ),
        decision("XK.PRI", BUSY, date(2026, 3, 15), 20),
        decision("XK.PRI", BUSY, None, 30),
        late,
        done,
        DecisionClosed(
            decision_id=done.decision_id, forum_id=BUSY, area="XK.PRI", kind="decision", outcome="delivered",
            closed_at=NOW, due_on=date(2026, 3, 1), on_time=False,
        ),
        decision("XK.GJI", ELSEWHERE, date(2020, 1, 1), 900, owner="Gjilan police"),
        problem,
        ProblemMoved(
            problem_id=problem.problem_id, area=problem.area, origin="scanning", target="analysis", moved_at=NOW
        ),
        FELL,
        *(
            SignalRaised(signal_id=new_id(), forum_id=forum, area=area, code="decisions-overdue")
            for area, forum in [("XK.PRI.DARDANIA", QUIET), ("XK.GJI", ELSEWHERE)]
        ),
        *(
            IncidentRecorded(incident_id=new_id(), area=area, month=date(2026, month, 1), category="0301")
            for area, month in [("XK.PRI.DARDANIA", 1), ("XK.PRI.ULPIANA", 1), ("XK.PRI.ULPIANA", 3), ("XK.GJI", 2)]
        ),
        *(
            IndicatorMeasured(
                indicator="meetings_held", area=area, month=date(2025 + (month > 12), (month - 1) % 12 + 1, 1),
                numerator=month, denominator=None, value=month if month != 11 else None, measured_id=new_id(),
            )
            for area in ("XK.PRI", "XK.GJI")
            for month in range(1, 15)
        ),
    )  # fmt: skip
    return late


async def compose(http, headers, area="XK.PRI", **body):
    answer = await http.post("/v1/briefs", json={"area": area} | body, headers=headers())
    assert answer.status_code == 201, answer.text
    return answer.json()
