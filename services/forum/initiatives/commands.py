"""Changes of initiatives."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col

from beatbook.contracts.actor import Actor
from beatbook.contracts.areas import covers
from beatbook.contracts.envelope import Event
from beatbook.contracts.forum import (
    InitiativeEnded,
    InitiativePaused,
    InitiativeProposed,
    InitiativeReported,
    InitiativeStarted,
)
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Refused
from beatbook.kit.events import emit
from beatbook.kit.web import ANY_VERSION, ExpectedVersion
from services.forum.areas.queries import area_by_code
from services.forum.forums.queries import managed_forum
from services.forum.initiatives import queries, rules
from services.forum.initiatives.schemas import (
    InitiativeCreate,
    InitiativeEnd,
    InitiativePatch,
    InitiativePause,
    InitiativeStart,
    ReportCreate,
    SafePlacesPut,
)
from services.forum.initiatives.tables import Initiative, InitiativeReport, SafePlace


async def propose_initiative(
    session: AsyncSession, actor: Actor, now: datetime, forum_id: UUID, request: InitiativeCreate
) -> Initiative:
    """Propose an initiative of a forum, in its area or a part of it. Rule F18."""
    forum = await managed_forum(session, actor, forum_id)
    area = await area_by_code(session, request.area or forum.area)
    if not covers(forum.area, area.code):
        raise Refused("A forum's initiatives are in its own area.", code="wrong-area", rule="F18")
    if area.valid_to is not None:
        raise Conflict(f"{area.code} was closed on {area.valid_to}; take a successor.", rule="A3")
    public = rules.public_by_default(request.kind) if request.public is None else request.public
    initiative = Initiative(
        **request.model_dump(exclude={"area", "public"}),
        forum_id=forum_id,
        area=area.code,
        public=public,
        state=rules.InitiativeState.PROPOSED,
        proposed_at=now,
    )
    _check_span(initiative)
    session.add(initiative)
    await session.flush()
    event = InitiativeProposed(
        initiative_id=initiative.id, forum_id=forum_id, area=initiative.area, kind=initiative.kind
    )
    await _tell(session, actor, now, initiative, event)
    return initiative


async def change_initiative(
    session: AsyncSession, actor: Actor, initiative_id: UUID, expected: ExpectedVersion, request: InitiativePatch
) -> Initiative:
    """Change an initiative that has not ended; a running watch scheme keeps what it needs. Rule F18."""
    initiative = await _stepped(session, actor, initiative_id, expected, "changed")
    emptied = {"starts_on", "ends_on", "written_rules", "supervisor"}
    for name, value in request.model_dump(exclude_unset=True).items():
        if value is not None or name in emptied:
            setattr(initiative, name, value)
    _check_span(initiative)
    if initiative.state is not rules.InitiativeState.PROPOSED:
        _refuse_unmet(queries.unmet(initiative))
    return initiative


async def start_initiative(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    initiative_id: UUID,
    expected: ExpectedVersion,
    request: InitiativeStart,
) -> Initiative:
    """Start an initiative, or have it go on after a pause; a watch scheme only with all it needs. Rule F18."""
    initiative = await _stepped(session, actor, initiative_id, expected, "started")
    day = request.on or now.date()
    unmet = queries.unmet(initiative) + _day_obstacles(day, now)
    if initiative.started_on is not None and day < initiative.started_on:
        unmet.append("It can't go on before the day it started.")
    _refuse_unmet(unmet)
    resumed = initiative.state is rules.InitiativeState.PAUSED
    initiative.started_on = initiative.started_on or day
    initiative.state, initiative.state_reason = rules.InitiativeState.RUNNING, None
    event = InitiativeStarted(
        initiative_id=initiative.id,
        forum_id=initiative.forum_id,
        area=initiative.area,
        kind=initiative.kind,
        started_on=initiative.started_on,
        resumed_on=day if resumed else None,
    )
    await _tell(session, actor, now, initiative, event)
    return initiative


async def pause_initiative(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    initiative_id: UUID,
    expected: ExpectedVersion,
    request: InitiativePause,
) -> Initiative:
    """Pause a running initiative, with the reason. Rule F18."""
    initiative = await _stepped(session, actor, initiative_id, expected, "paused")
    initiative.state, initiative.state_reason = rules.InitiativeState.PAUSED, request.reason
    event = InitiativePaused(
        initiative_id=initiative.id, forum_id=initiative.forum_id, area=initiative.area, kind=initiative.kind
    )
    await _tell(session, actor, now, initiative, event)
    return initiative


async def end_initiative(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    initiative_id: UUID,
    expected: ExpectedVersion,
    request: InitiativeEnd,
) -> Initiative:
    """End an initiative with its result. Rule F18."""
    initiative = await _stepped(session, actor, initiative_id, expected, "ended")
    day = request.on or now.date()
    unmet = rules.ending_obstacles(initiative.state, request.outcome, initiative.started_on, day)
    _refuse_unmet(unmet + _day_obstacles(day, now))
    initiative.state, initiative.state_reason = rules.InitiativeState.ENDED, None
    initiative.ended_on, initiative.outcome, initiative.result = day, request.outcome, request.result
    event = InitiativeEnded(
        initiative_id=initiative.id,
        forum_id=initiative.forum_id,
        area=initiative.area,
        kind=initiative.kind,
        outcome=request.outcome,
        started_on=initiative.started_on,
        ended_on=day,
        reached=initiative.reached,
    )
    await _tell(session, actor, now, initiative, event)
    return initiative


async def report_on_initiative(
    session: AsyncSession, actor: Actor, now: datetime, initiative_id: UUID, request: ReportCreate
) -> InitiativeReport:
    """Note what was seen of an initiative and how many people it reached. Rule F18."""
    initiative = await _stepped(session, actor, initiative_id, ANY_VERSION, "reported on")
    unmet = _day_obstacles(request.happened_on, now)
    if initiative.started_on is not None and request.happened_on < initiative.started_on:
        unmet.append("The day lies before the initiative started.")
    if initiative.ended_on is not None and request.happened_on > initiative.ended_on:
        unmet.append("The day lies after the initiative ended.")
    _refuse_unmet(unmet)
    report = InitiativeReport(initiative_id=initiative_id, noted_at=now, **request.model_dump())
    session.add(report)
    initiative.reached += request.reached
    initiative.reached_shown += rules.shown_count(request.reached) or 0
    event = InitiativeReported(
        initiative_id=initiative.id,
        forum_id=initiative.forum_id,
        area=initiative.area,
        kind=initiative.kind,
        happened_on=request.happened_on,
        reached=request.reached,
    )
    await _tell(session, actor, now, initiative, event)
    return report


async def put_places(
    session: AsyncSession, actor: Actor, initiative_id: UUID, expected: ExpectedVersion, request: SafePlacesPut
) -> Sequence[SafePlace]:
    """Write the places of a safe house network in the place of those before; no event tells of them. Rule F18."""
    initiative = await _stepped(session, actor, initiative_id, expected, "changed")
    if initiative.kind is not rules.InitiativeKind.SAFE_HOUSE_NETWORK:
        raise Refused("Only a safe house network has places.", code="no-places", rule="F18")
    await session.exec(delete(SafePlace).where(col(SafePlace.initiative_id) == initiative_id))
    session.add_all(SafePlace(initiative_id=initiative_id, **place.model_dump()) for place in request.places)
    await session.flush()
    return await queries.list_places(session, actor, initiative_id)


async def _stepped(
    session: AsyncSession, actor: Actor, initiative_id: UUID, expected: ExpectedVersion, step: str
) -> Initiative:
    initiative = await queries.managed_initiative(session, actor, initiative_id)
    expected.check(initiative.version)
    if obstacle := rules.step_obstacle(initiative.state, step):
        raise Conflict(obstacle, rule="F18")
    initiative.version += 1
    return initiative


def _check_span(initiative: Initiative) -> None:
    if initiative.starts_on and initiative.ends_on and initiative.ends_on < initiative.starts_on:
        raise Refused("ends_on lies before starts_on.", code="wrong-dates", rule="F18")


def _day_obstacles(day: date, now: datetime) -> list[str]:
    obstacle = rules.day_obstacle(day, now.date())
    return [obstacle] if obstacle else []


def _refuse_unmet(unmet: list[str]) -> None:
    if unmet:
        raise Refused("The initiative can't be so yet.", code="not-ready", rule="F18", unmet=unmet)


async def _tell(session: AsyncSession, actor: Actor, now: datetime, initiative: Initiative, event: Event) -> None:
    await emit(session, event, subject=initiative.id, area=initiative.area, actor=actor, at=now)
