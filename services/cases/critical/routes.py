"""Critical incidents over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Response

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import AsyncSession, Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.cases.areas.queries import KnownPlaces
from services.cases.critical import commands, queries
from services.cases.critical.rules import State
from services.cases.critical.schemas import (
    CommandIn,
    CriticalDeclare,
    CriticalSummary,
    CriticalView,
    DecisionIn,
    DecisionView,
    ImpactIn,
    RiskIn,
    RiskView,
    StandDown,
)
from services.cases.critical.tables import CriticalIncident
from services.cases.files.queries import Entered, Vault
from services.cases.files.routes import private

routes = router("/critical-incidents", tags=["critical incidents"])
PRIVATE = [Depends(private)]
Number = Annotated[int, Path(ge=1, le=100_000)]


async def _answer(session: AsyncSession, made: tuple[Entered, CriticalIncident], response: Response) -> CriticalView:
    into, incident = made
    await session.flush()
    set_etag(response, incident.version)
    return await queries.view(session, into, incident)


@routes.post("", status_code=201, dependencies=PRIVATE)
async def declare(
    request: CriticalDeclare, session: Write, actor: CurrentActor, now: Now, vault: Vault, places: KnownPlaces,
    response: Response,
) -> CriticalView:  # fmt: skip
    """Declare a critical incident: a reason for each of the four concepts, and who is gold and silver."""
    return await _answer(session, await commands.declare(session, actor, now, vault, places, request), response)


@routes.get("")
async def list_critical(
    session: Read, actor: CurrentActor, now: Now, page: PageParams, area: AreaCode | None = None,
    state: State | None = None,
) -> Page[CriticalSummary]:  # fmt: skip
    """The critical incidents that you have a part in or oversee, in the area and below it."""
    rows = await queries.list_critical(
        session, actor, now, area=area, state=state, after=page.after_id(), limit=page.limit + 1
    )
    return page.page(rows, CriticalSummary.model_validate, lambda row: row.id)


@routes.get("/{case_id}", dependencies=PRIVATE)
async def read_critical(
    case_id: UUID, session: Write, actor: CurrentActor, now: Now, vault: Vault, response: Response
) -> CriticalView:
    """One critical incident: concepts, command, every version of the impact assessment, risks as they stand."""
    return await _answer(session, await queries.entered(session, actor, now, vault, case_id), response)


@routes.post("/{case_id}/command", dependencies=PRIVATE)
async def hand_over(
    case_id: UUID, request: CommandIn, session: Write, actor: CurrentActor, now: Now, vault: Vault, expected: IfMatch,
    response: Response,
) -> CriticalView:  # fmt: skip
    """Hand over a command role, or set up or end a bronze; for whoever leads the case."""
    made = await commands.hand_over(session, actor, now, vault, case_id, expected, request)
    return await _answer(session, made, response)


@routes.post("/{case_id}/impacts", status_code=201, dependencies=PRIVATE)
async def assess_impact(
    case_id: UUID, request: ImpactIn, session: Write, actor: CurrentActor, now: Now, vault: Vault, response: Response
) -> CriticalView:
    """Write the next version of the community impact assessment."""
    return await _answer(session, await commands.assess_impact(session, actor, now, vault, case_id, request), response)


@routes.post("/{case_id}/risks", status_code=201, dependencies=PRIVATE)
async def add_risk(
    case_id: UUID, request: RiskIn, session: Write, actor: CurrentActor, now: Now, vault: Vault, response: Response
) -> RiskView:
    """Put a risk into the register."""
    into, risk = await commands.write_risk(session, actor, now, vault, case_id, request)
    set_etag(response, risk.version)
    return queries.risk_view(into.key, risk)


@routes.put("/{case_id}/risks/{number}", dependencies=PRIVATE)
async def write_risk(
    case_id: UUID, number: Number, request: RiskIn, session: Write, actor: CurrentActor, now: Now, vault: Vault,
    expected: IfMatch, response: Response,
) -> RiskView:  # fmt: skip
    """Write a risk anew: its weight, its owner, what is done against it, how it stands."""
    into, risk = await commands.write_risk(session, actor, now, vault, case_id, request, number, expected)
    set_etag(response, risk.version)
    return queries.risk_view(into.key, risk)


@routes.get("/{case_id}/risks/{number}", dependencies=PRIVATE)
async def read_risk(
    case_id: UUID, number: Number, session: Write, actor: CurrentActor, now: Now, vault: Vault, response: Response
) -> list[RiskView]:
    """A risk's history, from its first version to how it stands."""
    into, _ = await queries.entered(session, actor, now, vault, case_id)
    versions = await queries.risk_history(session, case_id, number)
    set_etag(response, versions[-1].version)
    return [queries.risk_view(into.key, row) for row in versions]


@routes.post("/{case_id}/decisions", status_code=201, dependencies=PRIVATE)
async def log_decision(
    case_id: UUID, request: DecisionIn, session: Write, actor: CurrentActor, now: Now, vault: Vault
) -> DecisionView:
    """Append to the decision log; an entry is corrected by another one, never changed."""
    into, number = await commands.log_decision(session, actor, now, vault, case_id, request)
    await session.flush()
    (logged,) = await queries.decisions(session, into.key, case_id, after=number - 1, limit=1)
    return logged


@routes.get("/{case_id}/decisions", dependencies=PRIVATE)
async def list_decisions(
    case_id: UUID, session: Write, actor: CurrentActor, now: Now, vault: Vault, page: PageParams
) -> Page[DecisionView]:
    """The decision log, from its first entry on."""
    into, _ = await queries.entered(session, actor, now, vault, case_id)
    rows = await queries.decisions(session, into.key, case_id, after=page.after_number(), limit=page.limit + 1)
    return page.page(rows, lambda row: row, lambda row: row.number)


@routes.post("/{case_id}/stand-down", dependencies=PRIVATE)
async def stand_down(
    case_id: UUID, request: StandDown, session: Write, actor: CurrentActor, now: Now, vault: Vault, expected: IfMatch,
    response: Response,
) -> CriticalView:  # fmt: skip
    """Stand it down, with reasons, debrief and learning points; what is still missing is listed."""
    made = await commands.stand_down(session, actor, now, vault, case_id, expected, request)
    return await _answer(session, made, response)
