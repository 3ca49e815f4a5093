"""Setting and settling terms, sessions attended, and warnings. Rules C8, C9a, C10."""

from datetime import date
from uuid import UUID

from beatbook.contracts.cases import DiversionTermSettled, DiversionWarned
from beatbook.kit.errors import Conflict, Refused
from beatbook.kit.events import emit
from beatbook.kit.ids import new_id
from beatbook.kit.web import ExpectedVersion
from services.cases.agreements import queries, rules
from services.cases.agreements.rules import Term, TermState
from services.cases.agreements.schemas import SessionIn, TermCreate, TermPatch, TermSettle, WarningIn
from services.cases.agreements.tables import DiversionSession, DiversionTerm, DiversionWarning
from services.cases.diversion.queries import Case, Desk, open_case, programme_of
from services.cases.diversion.rules import State
from services.cases.files.rules import Action
from services.cases.programmes.rules import ProgrammeRules


async def _at(
    desk: Desk, case_id: UUID, expected: ExpectedVersion, *, under_way: bool = False
) -> tuple[Case, ProgrammeRules]:
    """The case to change, and the rules it is decided under; `under_way`: raises `Conflict` unless it is."""
    case = await open_case(desk, case_id, Action.WRITE)
    expected.check(case.row.version)
    programme = await programme_of(desk.session, case)
    if programme is None:
        raise Conflict("Assess the case first: its programme says what may be agreed.", code="not-assessed", rule="C10")
    if under_way and case.row.state is not State.UNDER_WAY:
        raise Conflict(f"The case is {case.row.state}, not under way.", code="not-under-way", rule="C10")
    case.row.version += 1
    return case, programme


def _check_fit(case: Case, programme: ProgrammeRules, terms: list[Term], due_on: date, today: date) -> None:
    found = rules.flaws(programme, terms, case.row.started_on or today)
    if due_on < today:
        found.append("due_on: set a day to come")
    if found:
        raise Refused("The programme's rules do not allow this.", code="agreement-flawed", rule="C8", unmet=found)


async def add_term(desk: Desk, case_id: UUID, expected: ExpectedVersion, request: TermCreate) -> Case:
    """Set a term, as long as the agreement is being made. Rules C8, C9a."""
    case, programme = await _at(desk, case_id, expected)
    _check_writable(case, programme)
    row = DiversionTerm(id=new_id(), case_id=case.id, state=TermState.OPEN, **request.model_dump(exclude={"text"}))
    row.sealed_text = case.entered.key.seal(request.text, queries.place_of_term(row.id))
    terms = await queries.terms_of(desk.session, case.id)
    _check_fit(case, programme, [*terms, queries.as_term(row)], request.due_on, desk.today)
    desk.session.add(row)
    return case


def _check_writable(case: Case, programme: ProgrammeRules) -> None:
    if case.row.state is State.REFERRED:
        raise Conflict("The case is referred: take it to assessed, then set terms.", code="not-assessed", rule="C10")
    if not rules.may_write_terms(case.row.state, programme):
        raise Conflict(
            f"The case is {case.row.state}: what was agreed stays. Waive a term, or move its day.",
            code="agreement-fixed",
            rule="C10",
        )


async def drop_term(desk: Desk, case_id: UUID, term_id: UUID, expected: ExpectedVersion) -> Case:
    """Take a term away again before anything is agreed."""
    case, _ = await _at(desk, case_id, expected)
    if case.row.state not in {State.ASSESSED, State.OFFERED}:
        raise Conflict(f"The case is {case.row.state}: waive the term instead.", code="agreement-fixed", rule="C10")
    await desk.session.delete(await queries.term_by_id(desk.session, case, term_id))
    return case


async def move_term(desk: Desk, case_id: UUID, term_id: UUID, expected: ExpectedVersion, request: TermPatch) -> Case:
    """Give an open term another day, within the weeks that the rules allow. Rule C8."""
    case, programme = await _at(desk, case_id, expected)
    if case.row.state not in {*rules.WRITABLE, State.UNDER_WAY}:
        raise Conflict(f"The case is {case.row.state}.", code="ended", rule="C10")
    row = await queries.term_by_id(desk.session, case, term_id)
    if row.state is not TermState.OPEN:
        raise Conflict(f"The term is {row.state}.", code="settled", rule="C10")
    row.due_on = request.due_on
    others = [term for term in await queries.terms_of(desk.session, case.id) if term.id != term_id]
    _check_fit(case, programme, [*others, queries.as_term(row)], request.due_on, desk.today)
    return case


async def attend(desk: Desk, case_id: UUID, term_id: UUID, expected: ExpectedVersion, request: SessionIn) -> Case:
    """Record a session of a term; its minutes add up to the hours agreed. Rule C10."""
    case, _ = await _at(desk, case_id, expected, under_way=True)
    row = await queries.term_by_id(desk.session, case, term_id)
    found = []
    if row.state is not TermState.OPEN:
        found.append(f"term: it is {row.state}")
    if request.held_on > desk.today:
        found.append("held_on: record a session when it was held")
    if case.row.started_on is not None and request.held_on < case.row.started_on:
        found.append("held_on: lies before the agreement was under way")
    if request.attended != bool(request.minutes):
        found.append("minutes: how many, if it was attended; none, if not")
    if found:
        raise Refused("The session cannot be recorded so.", code="session-flawed", rule="C10", unmet=found)
    held = DiversionSession(id=new_id(), case_id=case.id, term_id=term_id, **request.model_dump())
    desk.session.add(held)
    return case


async def settle_term(desk: Desk, case_id: UUID, term_id: UUID, expected: ExpectedVersion, request: TermSettle) -> Case:
    """Say that a term is done, or need not be. Rule C10."""
    case, _ = await _at(desk, case_id, expected, under_way=True)
    row = await queries.term_by_id(desk.session, case, term_id)
    if row.state is not TermState.OPEN:
        raise Conflict(f"The term is {row.state}.", code="settled", rule="C10")
    term = next(term for term in await queries.terms_of(desk.session, case.id) if term.id == term_id)
    found = []
    if request.state is TermState.OPEN:
        found.append("state: done or waived")
    if request.settled_on > desk.today:
        found.append("settled_on: lies ahead")
    if (request.state is TermState.WAIVED) != (request.waived_for is not None):
        found.append("waived_for: a waiver needs its reason, and nothing else has one")
    if request.state is TermState.DONE and (left := rules.minutes_left(term)):
        found.append(f"sessions: {left} minutes of the hours agreed are left")
    if found:
        raise Refused("The term cannot be settled so.", code="term-not-done", rule="C10", unmet=found)
    row.state, row.settled_on, row.waived_for = request.state, request.settled_on, request.waived_for
    event = DiversionTermSettled(
        diversion_id=case.id,
        area=case.area,
        term_id=row.id,
        kind=row.kind,
        state=row.state,
        settled_on=request.settled_on,
    )
    await emit(desk.session, event, subject=case.id, area=case.area, actor=desk.actor, at=desk.now)
    return case


async def warn(desk: Desk, case_id: UUID, expected: ExpectedVersion, request: WarningIn) -> Case:
    """Record a warning about a term; without one there is no breach. Rule C10."""
    case, programme = await _at(desk, case_id, expected, under_way=True)
    row = await queries.term_by_id(desk.session, case, request.term_id)
    if found := rules.warning_flaws(programme, queries.as_term(row), request.deadline_on, desk.today):
        raise Refused("This would be no warning.", code="warning-flawed", rule="C10", unmet=found)
    warning_id = new_id()
    warning = DiversionWarning(
        id=warning_id,
        case_id=case.id,
        term_id=row.id,
        deadline_on=request.deadline_on,
        sealed_text=case.entered.key.seal(request.text, queries.place_of_warning(warning_id)),
        warned_at=desk.now,
        warned_by=desk.actor.subject,
    )
    desk.session.add(warning)
    event = DiversionWarned(
        diversion_id=case.id, area=case.area, term_id=row.id, kind=row.kind, deadline_on=request.deadline_on
    )
    await emit(desk.session, event, subject=case.id, area=case.area, actor=desk.actor, at=desk.now)
    return case
