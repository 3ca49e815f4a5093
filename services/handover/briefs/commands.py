"""Composing a brief. Rule H8."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from beatbook.contracts.actor import Actor
from beatbook.contracts.areas import tier_of
from beatbook.contracts.handover import BriefComposed
from beatbook.kit.crypto import canonical_json, sha256_hex
from beatbook.kit.errors import NotFound, Refused
from beatbook.kit.events import emit
from services.handover.areas.queries import area_by_code, count_below
from services.handover.assignments.queries import assignment_by_id, current_gaps
from services.handover.briefs import queries, rules
from services.handover.briefs.gathering import Scope
from services.handover.briefs.schemas import AreaFacts, BriefContent, BriefCreate
from services.handover.briefs.situation import situation, warning_signals
from services.handover.briefs.tables import Brief


async def compose_brief(
    session: AsyncSession, actor: Actor, now: datetime, request: BriefCreate, *, links: str
) -> Brief:  # fmt: skip
    """Compose an area's next brief from what every service published, as of now, and freeze it. Rule H8."""
    if not rules.may_read(actor, request.area):
        raise NotFound("area")
    await _check_assignment(session, actor, request.area, request.assignment_id)
    number = await queries.next_number(session, request.area)
    content = await _content(session, now, request, number, links)
    frozen = canonical_json(content.model_dump(mode="json"))
    brief = Brief(
        area=request.area,
        number=number,
        assignment_id=request.assignment_id,
        as_of=now,
        content=frozen.decode(),
        sha256=sha256_hex(frozen),
    )
    session.add(brief)
    await session.flush()
    event = BriefComposed(
        brief_id=brief.id,
        assignment_id=brief.assignment_id,
        area=brief.area,
        as_of=now,
        number=number,
        sha256=brief.sha256,
    )
    await emit(session, event, subject=brief.id, area=brief.area, actor=actor, at=now)
    return brief


async def _check_assignment(session: AsyncSession, actor: Actor, area: str, assignment_id: UUID | None) -> None:
    if assignment_id is None:
        return
    assignment = await assignment_by_id(session, assignment_id, actor)
    if assignment.area != area:
        raise Refused("The assignment is to another area; compose the brief for that one.", rule="H8")


async def _content(session: AsyncSession, now: datetime, request: BriefCreate, number: int, links: str) -> BriefContent:
    scope = Scope(session, request.area, now, links)
    read_up_to = await scope.read_up_to()
    area = await _area(session, request.area)
    section, forums = await scope.forums()
    promises, problems, indicators = await scope.promises(), await scope.problems(), await scope.indicators()
    gaps = await current_gaps(session, request.area, now.date())
    warnings = warning_signals(area, gaps, await scope.signals())
    quiet = [forum for forum in forums if rules.gone_quiet(forum.last_held_at, forum.founded_at, now)]
    return BriefContent(
        number=number,
        as_of=now,
        assignment_id=request.assignment_id,
        read_up_to=read_up_to,
        area=area,
        situation=situation(area, section, quiet, promises, problems, indicators, warnings),
        forums_and_minutes=section,
        promises=promises,
        warning_signals=warnings[: rules.ROWS_SHOWN],
        problems=problems,
        indicators_with_trend=indicators,
    )


async def _area(session: AsyncSession, code: str) -> AreaFacts:
    area = await area_by_code(session, code)
    return AreaFacts(
        code=code,
        name=area.names.get("en") or next(iter(area.names.values()), code),
        tier=tier_of(code),
        population=area.population,
        areas_below=await count_below(session, code),
    )
