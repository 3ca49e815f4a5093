"""Deciding on what was proposed: a case is opened, joined, or there is none. Rule C3."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import PatternDecided, ProblemMoved
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Forbidden
from beatbook.kit.events import emit
from beatbook.kit.reactions import Fact
from beatbook.kit.sealing import KeyRing
from beatbook.kit.web import ANY_VERSION, ExpectedVersion
from services.cases.areas.queries import Places
from services.cases.categories.rules import DIVISIONS, SECTIONS
from services.cases.patterns import queries, rules
from services.cases.patterns.schemas import AcceptIn, DismissIn, MergeIn
from services.cases.patterns.tables import Proposal
from services.cases.problems.commands import link_incidents, open_problem
from services.cases.problems.rules import Phase, Statement
from services.cases.problems.schemas import ProblemCreate


async def accept(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    places: Places,
    proposal_id: UUID,
    expected: ExpectedVersion,
    request: AcceptIn,
) -> Proposal:
    """Open a case from a proposal, in scanning, with what was found as its first likeness. Rules C3, C4."""
    proposal = await _open_one(session, actor, proposal_id, expected)
    incidents = [incident_id for incident_id, _ in await queries.incidents_of(session, proposal)]
    case = await open_problem(session, actor, now, vault, places, _case(proposal, request.title, incidents))
    return await _end(session, actor, now, proposal, rules.State.ACCEPTED, problem_id=case.problem.id)


async def merge(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    proposal_id: UUID,
    expected: ExpectedVersion,
    request: MergeIn,
) -> Proposal:
    """Have a proposal join a case that the actor works on and that is not closed: it is about its incidents too.

    Rule C3.
    """
    proposal = await _open_one(session, actor, proposal_id, expected)
    incidents = [incident_id for incident_id, _ in await queries.incidents_of(session, proposal)]
    case = await link_incidents(session, actor, now, vault, request.problem_id, ANY_VERSION, incidents)
    if case.problem.phase is Phase.CLOSED:
        raise Conflict("The case is closed: take it back to an earlier phase first, or open another.", rule="C3")
    return await _end(session, actor, now, proposal, rules.State.MERGED, problem_id=case.problem.id)


async def dismiss(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    proposal_id: UUID,
    expected: ExpectedVersion,
    request: DismissIn,
) -> Proposal:
    """Dismiss a proposal; it does not come back for the same evidence. Rule C3."""
    proposal = await _open_one(session, actor, proposal_id, expected)
    if not rules.may_dismiss(actor, proposal.area):
        raise Forbidden("To dismiss a pattern you need a supervisor grant for its area.", rule="C3")
    proposal.reason = request.reason
    return await _end(session, actor, now, proposal, rules.State.DISMISSED)


async def follow_cases(session: AsyncSession, _actor: Actor, _now: datetime, facts: Sequence[Fact]) -> None:
    """Note which cases that patterns led to were closed or taken up again: an open one answers its pattern. Rule C3."""
    for fact in facts:
        assert isinstance(fact.event, ProblemMoved)
        case_open = Phase(fact.event.target) is not Phase.CLOSED
        await session.exec(
            update(Proposal).where(col(Proposal.problem_id) == fact.event.problem_id).values(case_open=case_open)
        )


async def _open_one(session: AsyncSession, actor: Actor, proposal_id: UUID, expected: ExpectedVersion) -> Proposal:
    proposal = await queries.proposal_by_id(session, actor, proposal_id, locked=True)
    expected.check(proposal.version)
    if proposal.state is not rules.State.OPEN:
        raise Conflict(f"The proposal is {proposal.state}: there is nothing left to decide.", code="decided", rule="C3")
    return proposal


async def _end(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    proposal: Proposal,
    state: rules.State,
    *,
    problem_id: UUID | None = None,
) -> Proposal:
    proposal.state, proposal.problem_id, proposal.case_open = state, problem_id, problem_id is not None
    proposal.ended_at, proposal.ended_by = now, actor.subject
    proposal.version += 1
    event = PatternDecided(proposal_id=proposal.id, area=proposal.area, outcome=state.value, problem_id=problem_id)
    await emit(session, event, subject=proposal.id, area=proposal.area, actor=actor, at=now)
    return proposal


def _case(proposal: Proposal, title: str | None, incidents: list[UUID]) -> ProblemCreate:
    """The case that a proposal opens; where it is, is for its team to write."""
    family = DIVISIONS.get(proposal.family) or SECTIONS[proposal.family]
    where = "at one address" if proposal.kind is rules.Kind.ADDRESS else "within 200 metres"
    when = "" if proposal.band == rules.ANY else f", {proposal.band}"
    counts = f"{proposal.observed} from {proposal.window_from} to before {proposal.window_until}"
    return ProblemCreate(
        area=proposal.area,
        title=title or f"{family}: {counts}",
        category=proposal.family,
        incident_ids=incidents,
        statement=Statement(
            similarity=f"{family} {where}{when}: {counts}; {proposal.expected:.1f} were to be expected from "
            f"the past (p = {proposal.p_value:.2g}, corrected {proposal.q_value:.2g})."
        ),
    )
