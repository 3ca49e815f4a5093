"""Reads of proposals and repeat places, for officers and supervisors of the area."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, literal_column, or_, true
from sqlalchemy import select as columns
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from beatbook.kit.scoping import lies_within
from services.cases.files import queries as cases
from services.cases.files.rules import Kind as CaseKind
from services.cases.files.tables import CaseFile
from services.cases.patterns.rules import ANY, SEERS, Kind, State, common_area
from services.cases.patterns.schemas import (
    PlaceView,
    ProposalSummary,
    ProposalView,
    RankBy,
    RepeatPlace,
)
from services.cases.patterns.tables import Place, Proposal, Sighting


def visible_to(statement: SelectOfScalar[Proposal], actor: Actor) -> SelectOfScalar[Proposal]:
    """Leave only the proposals of areas whose patterns the actor may see. Rule C3."""
    return statement.where(lies_within(col(Proposal.area), *actor.areas_as(SEERS)))


async def proposal_by_id(session: AsyncSession, actor: Actor, proposal_id: UUID, *, locked: bool = False) -> Proposal:
    """One proposal; raises `NotFound`, also for one that the actor may not see."""
    statement = visible_to(select(Proposal).where(Proposal.id == proposal_id), actor)
    proposal = (await session.exec(statement.with_for_update() if locked else statement)).first()
    if proposal is None:
        raise NotFound("pattern")
    return proposal


async def list_proposals(
    session: AsyncSession, actor: Actor, *, area: str | None, state: State | None, after: UUID | None, limit: int
) -> Sequence[Proposal]:
    """Proposals, the newest first."""
    statement = visible_to(select(Proposal), actor).order_by(col(Proposal.id).desc()).limit(limit)
    if area is not None:
        statement = statement.where(lies_within(col(Proposal.area), area))
    if state is not None:
        statement = statement.where(Proposal.state == state)
    if after is not None:
        statement = statement.where(col(Proposal.id) < after)
    return (await session.exec(statement)).all()


async def incidents_of(session: AsyncSession, proposal: Proposal) -> Sequence[tuple[UUID, int]]:
    """The incidents that a proposal's test counted, and no later ones, each with its place."""
    weekday_part = func.concat(col(Sighting.weekday), "-", col(Sighting.part))
    band: ColumnElement[bool] = (
        true()
        if proposal.band == ANY
        else or_(col(Sighting.part) == proposal.band, weekday_part == proposal.band)
    )  # fmt: skip
    places = proposal.places if proposal.kind is Kind.CLUSTER else [proposal.place_id]
    statement = (
        select(col(Sighting.incident_id), col(Sighting.place_id))
        .where(
            col(Sighting.place_id).in_(places),
            Sighting.family == proposal.family,
            Sighting.grain == proposal.grain,
            Sighting.bucket >= proposal.window_from,
            Sighting.bucket < proposal.window_until,
            Sighting.position <= proposal.evidence_position,
            band,
        )
        .order_by(col(Sighting.day), col(Sighting.incident_id))
    )
    return (await session.exec(statement)).all()


async def view(session: AsyncSession, actor: Actor, now: datetime, proposal: Proposal) -> ProposalView:
    """A proposal's whole answer."""
    incidents = await incidents_of(session, proposal)
    at = [place_id for _, place_id in incidents]
    rows = (await session.exec(select(Place).where(col(Place.id).in_(set(at))))).all()
    found = [PlaceView.model_validate(row.model_dump() | {"incidents": at.count(row.id)}) for row in rows]
    return ProposalView(
        **ProposalSummary.model_validate(proposal).model_dump(),
        places=sorted(found, key=lambda item: -item.incidents),
        incidents=[incident_id for incident_id, _ in incidents],
        reason=proposal.reason,
        ended_by=proposal.ended_by,
        problem_id=await _case_known_to(session, actor, now, proposal),
    )


async def _case_known_to(session: AsyncSession, actor: Actor, now: datetime, proposal: Proposal) -> UUID | None:
    """The case that a proposal led to, for whoever may know of it. Rule C14."""
    known = cases.visible_to(
        select(CaseFile.id).where(CaseFile.id == proposal.problem_id), actor, now, CaseKind.PROBLEM
    )
    return (await session.exec(known)).first()


async def repeat_places(
    session: AsyncSession,
    actor: Actor,
    *,
    area: str | None,
    category: str | None,
    local_category: str | None,
    start: date | None,
    until: date | None,
    by: RankBy,
    limit: int,
) -> list[RepeatPlace]:
    """The places with most incidents, of those the actor may see. Rule C3."""
    counted: Any = {
        RankBy.PLACE: literal_column("null::text"),
        RankBy.CATEGORY: col(Sighting.category),
        RankBy.LOCAL_CATEGORY: col(Sighting.local_category),
    }[by]
    incidents = func.count().label("incidents")
    # where there is a point the same text there is one place, whichever areas its reports were given
    apart = case((col(Place.longitude).is_(None), col(Place.area)))
    ranked = (
        columns(
            func.min(col(Place.place)).label("place"),
            func.min(col(Place.longitude)).label("longitude"),
            func.min(col(Place.latitude)).label("latitude"),
            func.array_agg(col(Place.area).distinct()).label("areas"),
            counted.label("category"),
            incidents,
            func.count(func.date_trunc("month", col(Sighting.day)).distinct()).label("months"),
            func.min(col(Sighting.day)).label("first_on"),
            func.max(col(Sighting.day)).label("last_on"),
        )
        .join(Place, col(Place.id) == col(Sighting.place_id))
        .where(lies_within(col(Place.area), *actor.areas_as(SEERS)))
        .group_by(col(Place.key), apart, counted)
        .order_by(incidents.desc(), func.min(col(Place.id)))
        .limit(limit)
    )
    if area is not None:
        ranked = ranked.where(lies_within(col(Place.area), area))
    if category is not None:
        ranked = ranked.where(col(Sighting.category).startswith(category, autoescape=True))
    if local_category is not None:
        ranked = ranked.where(col(Sighting.local_category) == local_category)
    if start is not None:
        ranked = ranked.where(col(Sighting.day) >= start)
    if until is not None:
        ranked = ranked.where(col(Sighting.day) < until)
    rows = (await (await session.connection()).execute(ranked)).all()
    return [RepeatPlace.model_validate({**row._mapping, "area": common_area(row.areas)}) for row in rows]
