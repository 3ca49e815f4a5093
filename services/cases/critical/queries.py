"""Reads of critical incidents, each through the doors of case files. Rules C14, C15, C17."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from beatbook.kit.scoping import lies_within
from beatbook.kit.sealing import KeyRing, SealingKey
from services.cases.critical.rules import Command, Holder, RiskState, State, score
from services.cases.critical.schemas import (
    CommandView,
    CriticalSummary,
    CriticalView,
    DecisionView,
    ImpactView,
    RiskView,
)
from services.cases.critical.tables import (
    CriticalCommand,
    CriticalDecision,
    CriticalImpact,
    CriticalIncident,
    CriticalRisk,
)
from services.cases.files.queries import Entered, enter, visible_to
from services.cases.files.rules import Action, Kind
from services.cases.files.tables import CaseFile

TITLE, CONCEPTS, STAND_DOWN = "critical_incidents.title", "critical_incidents.concepts", "critical_incidents.stand_down"
COMMUNITIES, RISK, DECISION = "critical_impacts.communities", "critical_risks.words", "critical_decisions.words"


async def entered(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    case_id: UUID,
    action: Action = Action.READ,
    *,
    locked: bool = False,
) -> tuple[Entered, CriticalIncident]:
    """Let the actor into a critical incident; raises as `files.queries.enter` does."""
    into = await enter(session, actor, now, vault, case_id, action, Kind.CRITICAL_INCIDENT, locked=locked)
    return into, (await session.exec(select(CriticalIncident).where(CriticalIncident.id == case_id))).one()


async def list_critical(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    *,
    area: str | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> Sequence[CriticalIncident]:
    """Critical incidents in the order in which they were declared."""
    joined = select(CriticalIncident).join(CaseFile, col(CaseFile.id) == col(CriticalIncident.id))
    statement = visible_to(joined, actor, now, Kind.CRITICAL_INCIDENT).order_by(col(CriticalIncident.id)).limit(limit)
    if area is not None:
        statement = statement.where(lies_within(col(CriticalIncident.area), area))
    if state is not None:
        statement = statement.where(CriticalIncident.state == state)
    if after is not None:
        statement = statement.where(col(CriticalIncident.id) > after)
    return (await session.exec(statement)).all()


async def command(session: AsyncSession, case_id: UUID) -> Sequence[CriticalCommand]:
    """Who held which command role, from the first on."""
    order = (col(CriticalCommand.from_at), col(CriticalCommand.id))
    return (
        await session.exec(select(CriticalCommand).where(CriticalCommand.case_id == case_id).order_by(*order))
    ).all()


def holders(commands: Sequence[CriticalCommand]) -> list[Holder]:
    """Who holds a command role now."""
    return [Holder(row.role, row.function, row.subject) for row in commands if row.until_at is None]


async def risks(session: AsyncSession, case_id: UUID) -> Sequence[CriticalRisk]:
    """Each risk as it stands now."""
    statement = (
        select(CriticalRisk)
        .where(CriticalRisk.case_id == case_id)
        .ext(distinct_on(col(CriticalRisk.number)))
        .order_by(col(CriticalRisk.number), col(CriticalRisk.version).desc())
    )
    return (await session.exec(statement)).all()


async def open_risks(session: AsyncSession, case_id: UUID) -> list[int]:
    """The numbers of the risks that are open."""
    return [row.number for row in await risks(session, case_id) if row.state is RiskState.OPEN]


async def risk_history(session: AsyncSession, case_id: UUID, number: int) -> Sequence[CriticalRisk]:
    """Every version of a risk, the first one first; raises `NotFound`."""
    statement = select(CriticalRisk).where(CriticalRisk.case_id == case_id, CriticalRisk.number == number)
    found = (await session.exec(statement.order_by(col(CriticalRisk.version)))).all()
    if not found:
        raise NotFound("risk")
    return found


async def count(
    session: AsyncSession, table: type[CriticalImpact] | type[CriticalDecision] | type[CriticalRisk], case_id: UUID
) -> int:
    """The highest number that a case has in a table whose rows are numbered; 0 for none."""
    statement = select(func.coalesce(func.max(table.number), 0)).where(table.case_id == case_id)
    return (await session.exec(statement)).one()


async def decisions(
    session: AsyncSession, key: SealingKey, case_id: UUID, *, after: int, limit: int
) -> list[DecisionView]:  # fmt: skip
    """The decision log from an entry on, each entry with those that put it right."""
    mine = select(CriticalDecision).where(CriticalDecision.case_id == case_id)
    statement = mine.where(col(CriticalDecision.number) > after).order_by(col(CriticalDecision.number)).limit(limit)
    rows = (await session.exec(statement)).all()
    fixes: dict[int, list[int]] = {}
    corrections = mine.where(col(CriticalDecision.corrects).in_([row.number for row in rows]))
    for row in (await session.exec(corrections.order_by(col(CriticalDecision.number)))).all():
        fixes.setdefault(row.corrects or 0, []).append(row.number)
    return [
        DecisionView(
            **row.model_dump(exclude={"case_id", "sealed_words"}),
            **key.read(row.sealed_words, f"{DECISION}.{row.number}"),
            corrected_by=fixes.get(row.number, []),
        )
        for row in rows
    ]


def risk_view(key: SealingKey, row: CriticalRisk) -> RiskView:
    """A risk's answer."""
    return RiskView(
        **row.model_dump(exclude={"case_id", "sealed_words"}),
        **key.read(row.sealed_words, f"{RISK}.{row.number}.{row.version}"),
        score=score(row.likelihood, row.impact),
    )


async def view(session: AsyncSession, into: Entered, incident: CriticalIncident) -> CriticalView:
    """A critical incident's whole answer."""
    statement = select(CriticalImpact).where(CriticalImpact.case_id == incident.id)
    impacts = (await session.exec(statement.order_by(col(CriticalImpact.number)))).all()
    sealed = incident.sealed_stand_down
    return CriticalView(
        **CriticalSummary.model_validate(incident).model_dump(),
        title=into.key.read(incident.sealed_title, TITLE),
        concepts=into.key.read(incident.sealed_concepts, CONCEPTS),
        command=[CommandView.model_validate(row) for row in await command(session, incident.id)],
        impacts=[
            ImpactView(
                **row.model_dump(exclude={"case_id", "sealed_communities"}),
                communities=into.key.read(row.sealed_communities, f"{COMMUNITIES}.{row.number}"),
            )
            for row in impacts
        ],
        risks=[risk_view(into.key, row) for row in await risks(session, incident.id)],
        decisions=await count(session, CriticalDecision, incident.id),
        stand_down=into.key.read(sealed, STAND_DOWN) if sealed else None,
    )


def held_by(commands: Sequence[CriticalCommand], role: Command, function: str | None) -> CriticalCommand | None:
    """The row of who holds a command role now."""
    return next(
        (row for row in commands if row.until_at is None and (row.role, row.function) == (role, function)), None
    )
