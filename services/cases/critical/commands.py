"""Declaring, commanding, assessing, deciding and standing down. Rule C17."""

from datetime import datetime
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import CriticalIncidentDeclared, CriticalIncidentStoodDown
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Refused
from beatbook.kit.events import emit
from beatbook.kit.sealing import KeyRing
from beatbook.kit.web import ExpectedVersion
from services.cases.areas.queries import Places
from services.cases.critical import queries, rules
from services.cases.critical.schemas import CommandIn, CriticalDeclare, DecisionIn, ImpactIn, RiskIn, StandDown
from services.cases.critical.tables import (
    CriticalCommand,
    CriticalDecision,
    CriticalImpact,
    CriticalIncident,
    CriticalRisk,
)
from services.cases.files.commands import Opening, assign, close, open_file
from services.cases.files.queries import Entered
from services.cases.files.rules import Action, Kind
from services.cases.incidents.queries import incident_by_id

_DEPTH = list(rules.Effect)


async def declare(
    session: AsyncSession, actor: Actor, now: datetime, vault: KeyRing, places: Places, request: CriticalDeclare
) -> tuple[Entered, CriticalIncident]:
    """Declare a critical incident; gold leads its case, silver is in the team. Rules C14, C17."""
    opening = Opening(
        Kind.CRITICAL_INCIDENT,
        request.area,
        supervisor=request.gold,
        team=[subject for subject in (request.gold, request.silver) if subject],
    )
    into = await open_file(session, actor, now, vault, opening)
    if not (await places.under(session, request.area, now.date())).holds(request.area):
        raise Refused(f"{request.area} is no open area of the register.", code="unknown_area", rule="C17")
    if unmet := rules.declaring_obstacles(request.concepts, request.gold, request.silver):
        raise Refused("It can't be declared critical yet.", code="not-declarable", rule="C17", unmet=unmet)
    if request.incident_id is not None:
        await incident_by_id(session, actor, request.incident_id)
    incident = CriticalIncident(
        id=into.file.id,
        area=request.area,
        state=rules.State.DECLARED,
        incident_id=request.incident_id,
        sealed_title=into.key.seal(request.title, queries.TITLE),
        sealed_concepts=into.key.seal(request.model_dump(mode="json")["concepts"], queries.CONCEPTS),
        declared_at=now,
        declared_by=actor.subject,
        review_due_at=now + rules.FIRST_ASSESSMENT,
    )
    session.add(incident)
    await session.flush()
    for role, subject in ((rules.Command.GOLD, request.gold), (rules.Command.SILVER, request.silver)):
        session.add(CriticalCommand(case_id=incident.id, role=role, subject=subject or "", from_at=now))
    event = CriticalIncidentDeclared(critical_incident_id=incident.id, area=incident.area, declared_at=now)
    await emit(session, event, subject=incident.id, area=incident.area, actor=actor, at=now)
    return into, incident


async def _changing(
    session: AsyncSession, actor: Actor, now: datetime, vault: KeyRing, case_id: UUID, action: Action = Action.WRITE
) -> tuple[Entered, CriticalIncident]:
    """A declared critical incident, locked by its file; raises `Conflict` for one that was stood down."""
    into, incident = await queries.entered(session, actor, now, vault, case_id, action, locked=True)
    if incident.state is not rules.State.DECLARED:
        raise Conflict("The critical incident was stood down: declare it anew if it is critical again.", rule="C17")
    return into, incident


async def hand_over(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    case_id: UUID,
    expected: ExpectedVersion,
    request: CommandIn,
) -> tuple[Entered, CriticalIncident]:
    """Hand a command role over: one ends where the other begins. Who takes it has a part in the case. Rule C17."""
    into, incident = await _changing(session, actor, now, vault, case_id, Action.LEAD)
    expected.check(incident.version)
    commands = await queries.command(session, case_id)
    unmet = rules.handover_obstacles(request.role, request.function, request.subject, queries.holders(commands))
    if unmet:
        raise Refused("Command can't go over like this.", code="not-to-hand-over", rule="C17", unmet=unmet)
    if (held := queries.held_by(commands, request.role, request.function)) is not None:
        held.until_at = now
        await session.flush()
    if request.subject is not None:
        taken = CriticalCommand(
            case_id=case_id, role=request.role, function=request.function, subject=request.subject, from_at=now
        )
        session.add(taken)
        gold = request.subject if request.role is rules.Command.GOLD else None
        assign(into, team=[*into.file.team, request.subject], supervisor=gold)
    incident.version += 1
    return into, incident


async def assess_impact(
    session: AsyncSession, actor: Actor, now: datetime, vault: KeyRing, case_id: UUID, request: ImpactIn
) -> tuple[Entered, CriticalIncident]:
    """Write the next version of the community impact assessment, and when it is due for review. Rule C17."""
    into, incident = await _changing(session, actor, now, vault, case_id)
    if obstacle := rules.review_obstacle(request.review_due_at, now):
        raise Refused("The review can't be due then.", code="review-date", rule="C17", unmet=[obstacle])
    communities = request.model_dump(mode="json")["communities"]
    number = await queries.count(session, CriticalImpact, case_id) + 1
    session.add(
        CriticalImpact(
            case_id=case_id,
            number=number,
            assessed_at=now,
            assessed_by=actor.subject,
            review_due_at=request.review_due_at,
            worst=max((row.effect for row in request.communities), key=_DEPTH.index),
            sealed_communities=into.key.seal(communities, f"{queries.COMMUNITIES}.{number}"),
        )
    )
    incident.review_due_at, incident.review_told_at = request.review_due_at, None
    incident.version += 1
    return into, incident


async def write_risk(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    case_id: UUID,
    request: RiskIn,
    number: int | None = None,
    expected: ExpectedVersion | None = None,
) -> tuple[Entered, CriticalRisk]:
    """Put a risk into the register, or write a known one anew; what it said before stays in its history. Rule C17."""
    into, _ = await _changing(session, actor, now, vault, case_id)
    version = 1
    if number is not None and expected is not None:
        before = (await queries.risk_history(session, case_id, number))[-1]
        expected.check(before.version)
        version = before.version + 1
    number = number or await queries.count(session, CriticalRisk, case_id) + 1
    words = request.model_dump(include={"risk", "mitigations"})
    risk = CriticalRisk(
        case_id=case_id,
        number=number,
        version=version,
        **request.model_dump(include={"likelihood", "impact", "state", "owner"}),
        sealed_words=into.key.seal(words, f"{queries.RISK}.{number}.{version}"),
        written_at=now,
        written_by=actor.subject,
    )
    session.add(risk)
    return into, risk


async def log_decision(
    session: AsyncSession, actor: Actor, now: datetime, vault: KeyRing, case_id: UUID, request: DecisionIn
) -> tuple[Entered, int]:
    """Append to the decision log; the entry's number. Nothing in the log is ever changed. Rule C17."""
    into, _ = await _changing(session, actor, now, vault, case_id)
    last = await queries.count(session, CriticalDecision, case_id)
    if request.corrects is not None and request.corrects > last:
        raise Refused("The log has no such entry to correct.", code="no-such-entry", rule="C17", unmet=["corrects"])
    words = request.model_dump(include={"decision", "rationale", "options"})
    session.add(
        CriticalDecision(
            case_id=case_id,
            number=last + 1,
            corrects=request.corrects,
            decided_at=now,
            decided_by=actor.subject,
            sealed_words=into.key.seal(words, f"{queries.DECISION}.{last + 1}"),
        )
    )
    return into, last + 1


async def stand_down(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    case_id: UUID,
    expected: ExpectedVersion,
    request: StandDown,
) -> tuple[Entered, CriticalIncident]:
    """Stand a critical incident down, with reasons, debrief and what was learned; command ends. Rule C17."""
    into, incident = await _changing(session, actor, now, vault, case_id, Action.LEAD)
    expected.check(incident.version)
    unmet = rules.stand_down_obstacles(
        assessed=await queries.count(session, CriticalImpact, case_id) > 0,
        open_risks=await queries.open_risks(session, case_id),
        reasons=request.reasons,
        debrief=request.debrief,
        learning=request.learning,
    )
    if unmet:
        raise Refused("It can't be stood down yet.", code="not-to-stand-down", rule="C17", unmet=unmet)
    for row in await queries.command(session, case_id):
        row.until_at = row.until_at or now
    incident.state, incident.stood_down_at, incident.stood_down_by = rules.State.STOOD_DOWN, now, actor.subject
    incident.sealed_stand_down = into.key.seal(request.model_dump(), queries.STAND_DOWN)
    incident.version += 1
    close(into, now)
    event = CriticalIncidentStoodDown(critical_incident_id=incident.id, area=incident.area, stood_down_at=now)
    await emit(session, event, subject=incident.id, area=incident.area, actor=actor, at=now)
    return into, incident
