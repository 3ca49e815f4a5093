"""Who may hear of an event is who may read, in its owner, what it is about. ARCHITECTURE 6, Rules C14, G2."""

import pytest

from beatbook.contracts import cases, forum, handover, kpi
from beatbook.contracts.actor import Role
from beatbook.contracts.catalogue import EVENTS
from beatbook.contracts.envelope import EVERYONE, Event
from services.cases.files.rules import ROLES, Kind
from services.cases.incidents import rules as incidents
from services.cases.tasks import rules as tasks
from services.cases.tension import rules as tension
from services.forum.forums import rules as forums
from services.handover.assignments import rules as assignments
from services.handover.briefs import rules as briefs
from services.kpi.indicators import rules as indicators

pytestmark = pytest.mark.pure

READERS = {
    forum.ForumChanged: forums.INSIDERS,
    forum.MemberSeated: forums.INSIDERS,
    forum.MeetingPlanned: forums.INSIDERS,
    forum.MeetingHeld: forums.INSIDERS,
    forum.MeetingCalledOff: forums.INSIDERS,
    forum.MinutesApproved: forums.INSIDERS,
    forum.DecisionRecorded: forums.INSIDERS,
    forum.ConcernRaised: forums.INSIDERS,
    forum.ConcernTriaged: forums.INSIDERS,
    forum.ConcernOverdue: forums.INSIDERS,
    forum.DecisionClosed: forums.INSIDERS,
    forum.RecordsExported: forums.INSIDERS,
    forum.SignalRaised: forums.INSIDERS,
    forum.SignalCleared: forums.INSIDERS,
    cases.HateCrimeFlagged: tasks.SUPERVISING,
    cases.HateCrimeClassified: tasks.SUPERVISING,
    cases.TaskGiven: tasks.SUPERVISING,
    cases.TaskClosed: tasks.SUPERVISING,
    cases.IncidentRecorded: incidents.RECORDERS,
    cases.ProblemOpened: ROLES[Kind.PROBLEM].overseers,
    cases.PlanItemSet: ROLES[Kind.PROBLEM].overseers,
    cases.PlanItemEnded: ROLES[Kind.PROBLEM].overseers,
    cases.PlanItemOverdue: ROLES[Kind.PROBLEM].overseers,
    cases.ProblemMoved: ROLES[Kind.PROBLEM].overseers,
    cases.VictimPromiseMissed: ROLES[Kind.VICTIM].overseers,
    cases.VictimPromiseKept: ROLES[Kind.VICTIM].overseers,
    cases.TensionJumped: tension.READERS,
    cases.ComplaintReceived: ROLES[Kind.COMPLAINT].overseers,
    cases.ComplaintMoved: ROLES[Kind.COMPLAINT].overseers,
    cases.ComplaintOverdue: ROLES[Kind.COMPLAINT].overseers,
    cases.CriticalIncidentDeclared: ROLES[Kind.CRITICAL_INCIDENT].overseers,
    cases.CriticalReviewOverdue: ROLES[Kind.CRITICAL_INCIDENT].overseers,
    cases.CriticalIncidentStoodDown: ROLES[Kind.CRITICAL_INCIDENT].overseers,
    kpi.IndicatorMeasured: indicators.READERS_OF_INCIDENTS,
    handover.AdvisorAssigned: assignments.READERS,
    handover.BriefComposed: briefs.READERS,
}


@pytest.mark.parametrize("event", READERS, ids=lambda event: event.short_type())
def test_an_event_is_heard_by_its_owners_readers_and_nobody_else(event: type[Event]) -> None:
    assert event.audience == READERS[event]


def test_what_everyone_hears_is_on_the_public_face() -> None:
    public = {kind.short_type() for kind in EVENTS.values() if Role.PUBLIC in kind.audience}
    assert public == {
        "area.registered",
        "area.closed",
        "consultation.published",
        "consultation.withdrawn",
        "correction.published",
        "correction.withdrawn",
        "forum.founded",
        "minutes.published",
        "report.adopted",
    }
    assert all(kind.audience == EVERYONE for kind in EVENTS.values() if Role.PUBLIC in kind.audience)
