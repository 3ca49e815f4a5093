"""Reads of initiatives: public ones once they have run, the others from inside. Rule F18."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import and_, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Forbidden, NotFound
from beatbook.kit.scoping import lies_within
from services.forum.forums.rules import INSIDERS, may_manage, may_see_inside
from services.forum.initiatives import rules
from services.forum.initiatives.schemas import InitiativeView, ReportView
from services.forum.initiatives.tables import Initiative, InitiativeReport, SafePlace


def visible_to(statement: SelectOfScalar[Initiative], actor: Actor) -> SelectOfScalar[Initiative]:
    """The one scoping door: public initiatives that have run, and all in areas where the actor is inside."""
    inside = lies_within(col(Initiative.area), *actor.areas_as(INSIDERS))
    return statement.where(or_(and_(col(Initiative.public), col(Initiative.started_on).is_not(None)), inside))


def _may_see(actor: Actor, initiative: Initiative) -> bool:
    return (initiative.public and initiative.started_on is not None) or may_see_inside(actor, initiative.area)


async def initiative_by_id(
    session: AsyncSession, actor: Actor, initiative_id: UUID, *, locked: bool = False
) -> Initiative:
    """One initiative the actor may know of; raises `NotFound`."""
    initiative = await session.get(Initiative, initiative_id, with_for_update=locked or None)
    if initiative is None or not _may_see(actor, initiative):
        raise NotFound("initiative")
    return initiative


async def managed_initiative(session: AsyncSession, actor: Actor, initiative_id: UUID) -> Initiative:
    """An initiative, locked, whose records the actor may keep; raises `NotFound` or `Forbidden`."""
    initiative = await initiative_by_id(session, actor, initiative_id, locked=True)
    if not may_manage(actor, initiative.area):
        raise Forbidden("To change an initiative you need a council or admin grant for its area.")
    return initiative


async def list_initiatives(
    session: AsyncSession,
    actor: Actor,
    *,
    within: str | None,
    areas: Sequence[str] | None,
    forum_id: UUID | None,
    state: rules.InitiativeState | None,
    kind: rules.InitiativeKind | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Initiative]:
    """Initiatives the actor may know of, newest first."""
    statement = visible_to(select(Initiative), actor)
    if within is not None:
        statement = statement.where(lies_within(col(Initiative.area), within))
    if areas is not None:
        statement = statement.where(col(Initiative.area).in_(areas))
    if forum_id is not None:
        statement = statement.where(Initiative.forum_id == forum_id)
    if state is not None:
        statement = statement.where(Initiative.state == state)
    if kind is not None:
        statement = statement.where(Initiative.kind == kind)
    if after is not None:
        statement = statement.where(col(Initiative.id) < after)
    return (await session.exec(statement.order_by(col(Initiative.id).desc()).limit(limit))).all()


def unmet(initiative: Initiative) -> list[str]:
    """What a watch scheme lacks before it may run. Rule F18."""
    return rules.watch_obstacles(
        initiative.kind,
        written_rules=bool(initiative.written_rules),
        reporting_only=initiative.reporting_only,
        supervisor=initiative.supervisor is not None,
    )


def view(actor: Actor, initiative: Initiative) -> InitiativeView:
    """An initiative's answer, as much as the actor may see."""
    inside = may_see_inside(actor, initiative.area)
    supervisor = initiative.supervisor or {}
    open_book = inside or rules.shows_workings(initiative.kind)
    return InitiativeView.model_validate(
        initiative.model_dump(exclude={"supervisor"})
        | {
            "watch_scheme": initiative.kind in rules.WATCH_SCHEMES,
            "partners": initiative.partners if open_book else [],
            "written_rules": initiative.written_rules if open_book else None,
            "result": initiative.result if open_book else None,
            "supervisor_name": supervisor.get("name") if inside else None,
            "supervisor_role": supervisor.get("role"),
            "needs": unmet(initiative),
            "reached": initiative.reached if inside else _shown_total(initiative),
        }
    )


def _shown_total(initiative: Initiative) -> int | None:
    if not rules.shows_workings(initiative.kind):
        return None
    return rules.shown_total(initiative.reached, initiative.reached_shown)


async def list_reports(
    session: AsyncSession, actor: Actor, initiative_id: UUID, *, after: UUID | None, limit: int
) -> list[ReportView]:
    """What was noted of an initiative, newest first, as much as the actor may see; raises `NotFound`."""
    initiative = await initiative_by_id(session, actor, initiative_id)
    inside = may_see_inside(actor, initiative.area)
    if not (inside or rules.shows_workings(initiative.kind)):
        raise NotFound("initiative's reports")
    statement = select(InitiativeReport).where(InitiativeReport.initiative_id == initiative_id)
    if after is not None:
        statement = statement.where(col(InitiativeReport.id) < after)
    rows = (await session.exec(statement.order_by(col(InitiativeReport.id).desc()).limit(limit))).all()
    return [
        ReportView(
            id=row.id,
            happened_on=row.happened_on,
            reached=row.reached if inside else rules.shown_count(row.reached),
            text=row.text,
        )
        for row in rows
    ]


async def list_places(session: AsyncSession, actor: Actor, initiative_id: UUID) -> Sequence[SafePlace]:
    """The places of a safe house network; raises `NotFound` for who may not see them, as if there were none."""
    initiative = await session.get(Initiative, initiative_id)
    if initiative is None or not rules.may_see_places(actor, initiative.area):
        raise NotFound("list of places")
    statement = select(SafePlace).where(SafePlace.initiative_id == initiative_id).order_by(col(SafePlace.id))
    return (await session.exec(statement)).all()
