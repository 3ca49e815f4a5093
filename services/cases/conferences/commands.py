"""Planning, screening, holding and stopping a restorative meeting. Rule C9a."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import DiversionConsentWithdrawn, MeetingEnded
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Forbidden, Refused
from beatbook.kit.events import Fact, emit
from beatbook.kit.web import ExpectedVersion
from services.cases.conferences import queries, rules
from services.cases.conferences.rules import OVER, MeetingState, Side, StoppedBy
from services.cases.conferences.schemas import ConferencePlan, Result, Screening, Stop
from services.cases.conferences.tables import Conference
from services.cases.diversion.commands import withdraw
from services.cases.diversion.queries import Case, Desk, consents_of, open_case, programme_of
from services.cases.diversion.rules import ENDED, Purpose
from services.cases.files.rules import Action, Field
from services.cases.people.queries import Role, person_by_id
from services.cases.programmes.rules import MEETING_KINDS, Capacity


async def plan(desk: Desk, case_id: UUID, expected: ExpectedVersion, request: ConferencePlan) -> Case:
    """Plan the meeting, or plan it anew as long as it has not started; a new plan needs a new screen."""
    case = await open_case(desk, case_id, Action.WRITE)
    expected.check(case.row.version)
    programme = await programme_of(desk.session, case)
    if programme is None or programme.kind not in MEETING_KINDS or case.row.state in ENDED:
        raise Conflict(
            "No meeting belongs to this case's programme, or the case has ended.", code="no-meeting", rule="C9a"
        )
    for person_id, role in ((request.victim_id, Role.VICTIM), (request.responsible_id, Role.RESPONSIBLE)):
        if (await person_by_id(desk.session, case.entered, person_id)).role is not role:
            raise Refused(f"Name a {role} person of this case for that side.", code="wrong-side", rule="C9a")
    there = await queries.conference_of(desk.session, case.id)
    if there is not None and there.state is not MeetingState.PLANNED:
        raise Conflict(f"The meeting is {there.state}.", code="meeting-over", rule="C9a")
    planned = Conference(
        case_id=case.id,
        state=MeetingState.PLANNED,
        sealed_place=case.entered.key.seal(request.place, queries.PLACE),
        screened_at=None,
        screened_by=None,
        is_safe=None,
        sealed_screening=None,
        **request.model_dump(exclude={"agency", "place"}),
    )
    await desk.session.merge(planned)
    case.entered.file.agency = request.agency
    case.row.version += 1
    return case


async def screen(desk: Desk, case_id: UUID, expected: ExpectedVersion, request: Screening) -> Case:
    """Record what the safety screen of both sides found, before they meet."""
    case, conference = await _open(desk, case_id, expected, MeetingState.PLANNED)
    conference.screened_at, conference.screened_by = desk.now, desk.actor.subject
    conference.is_safe = request.is_safe
    conference.sealed_screening = case.entered.key.seal(request.text, queries.SCREENING)
    return case


async def start(desk: Desk, case_id: UUID, expected: ExpectedVersion) -> Case:
    """Start the meeting; refused with everything that it still needs."""
    case, conference = await _open(desk, case_id, expected, MeetingState.PLANNED)
    if found := await queries.unmet(desk.session, case, conference):
        raise Refused("The meeting cannot start.", code="meeting-unmet", rule="C9a", unmet=found)
    conference.state = MeetingState.STARTED
    return case


async def hold(desk: Desk, case_id: UUID, expected: ExpectedVersion, request: Result) -> Case:
    """Record that the meeting was held to its end."""
    case, conference = await _open(desk, case_id, expected, MeetingState.STARTED)
    conference.state, conference.ended_at = MeetingState.HELD, desk.now
    conference.sealed_result = case.entered.key.seal(request.text, queries.RESULT)
    await _tell(desk.session, desk.actor, desk.now, conference, case.area)
    return case


async def _open(desk: Desk, case_id: UUID, expected: ExpectedVersion, state: MeetingState) -> tuple[Case, Conference]:
    case = await open_case(desk, case_id, Action.WRITE)
    expected.check(case.row.version)
    conference = await queries.the_conference(desk.session, case.id)
    if conference.state is not state:
        raise Conflict(f"The meeting is {conference.state}, not {state}.", code="meeting-state", rule="C9a")
    case.row.version += 1
    return case, conference


async def stop(desk: Desk, case_id: UUID, request: Stop) -> Case:
    """Stop the meeting at once, in whatever state case and meeting are, and take back that side's consent to it.

    It asks for no version, and stopping again changes nothing. An agency that leads the meeting may stop it too.
    """
    case = await open_case(
        desk, case_id, Action.READ, field=Field.SUMMARY, locked=True, detail={"does": "stop_meeting"}
    )
    if not (case.entered.may(Action.WRITE, Field.TEXT) or case.entered.may(Action.ANSWER, Field.SUMMARY)):
        raise Forbidden("Your part in this case does not allow this.", rule="C14")
    conference = await queries.the_conference(desk.session, case.id)
    if conference.state is MeetingState.HELD:
        raise Conflict(
            "The meeting was held to its end. Who agreed to terms in it can withdraw that consent.",
            code="meeting-over",
            rule="C9a",
        )
    if conference.state is MeetingState.STOPPED:
        return case
    conference.sealed_result = case.seal(request.text, queries.RESULT)
    await _stopped(desk.session, desk.actor, desk.now, conference, request.by, case.area)
    case.row.version += 1
    if request.by in {StoppedBy.VICTIM, StoppedBy.RESPONSIBLE}:
        speaking = rules.SPEAKS_FOR[Side(request.by)] - {Capacity.GUARDIAN}
        for consent in await consents_of(desk.session, case.id):
            if consent.purpose is Purpose.MEETING and consent.capacity in speaking and consent.withdrawn_at is None:
                await withdraw(desk, case, consent)
    return case


async def end_with_case(desk: Desk, case: Case) -> None:
    """Stop a meeting that has not been held when its case ends; an agency that led it sees no more of the case."""
    case.entered.file.agency = None
    conference = await queries.conference_of(desk.session, case.id)
    if conference is not None and conference.state not in OVER:
        await _stopped(desk.session, desk.actor, desk.now, conference, StoppedBy.CASE_ENDED, case.area)


async def stop_unconsented(session: AsyncSession, actor: Actor, now: datetime, facts: Sequence[Fact]) -> None:
    """Stop the meetings that a side has withdrawn its consent to: in the same transaction. Rule C9a."""
    for fact in facts:
        told = fact.event
        if not isinstance(told, DiversionConsentWithdrawn) or told.purpose != Purpose.MEETING:
            continue
        conference = await session.get(Conference, told.diversion_id, with_for_update=True)
        if conference is not None and conference.state not in OVER:
            await _stopped(session, actor, now, conference, rules.stopped_by(Capacity(told.capacity)), fact.area)


async def _stopped(
    session: AsyncSession, actor: Actor, now: datetime, conference: Conference, by: StoppedBy, area: str
) -> None:  # fmt: skip
    conference.state, conference.ended_at, conference.stopped_by = MeetingState.STOPPED, now, by
    await _tell(session, actor, now, conference, area)


async def _tell(session: AsyncSession, actor: Actor, now: datetime, conference: Conference, area: str) -> None:
    event = MeetingEnded(diversion_id=conference.case_id, area=area, outcome=conference.state, ended_at=now)
    await emit(session, event, subject=conference.case_id, area=area, actor=actor, at=now)
