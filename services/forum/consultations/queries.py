"""Reads of consultations: published ones are public, as a summary; all is seen from inside. Rule F21."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Forbidden, NotFound
from beatbook.kit.scoping import lies_within
from services.forum.advisories.rules import Caution
from services.forum.areas.tables import Area
from services.forum.consultations import rules
from services.forum.consultations.schemas import AskedView, ConsultationView, FindingView, GapsView, GapView
from services.forum.consultations.tables import Consultation, ConsultedGroup, Finding
from services.forum.forums.queries import forum_by_id
from services.forum.forums.rules import INSIDERS, may_manage, may_see_inside
from services.forum.forums.tables import Forum

PUBLISHED = rules.ConsultationState.PUBLISHED
Key = tuple[rules.Group | None, str | None]


def visible_to(statement: SelectOfScalar[Consultation], actor: Actor) -> SelectOfScalar[Consultation]:
    """The one scoping door: consultations with a published summary, and all in areas where the actor is inside."""
    inside = lies_within(col(Consultation.area), *actor.areas_as(INSIDERS))
    return statement.where(or_(col(Consultation.state) == PUBLISHED, inside))


async def consultation_by_id(
    session: AsyncSession, actor: Actor, consultation_id: UUID, *, locked: bool = False
) -> Consultation:
    """One consultation the actor may know of; raises `NotFound`."""
    row = await session.get(Consultation, consultation_id, with_for_update=locked or None)
    if row is None or not (row.state is PUBLISHED or may_see_inside(actor, row.area)):
        raise NotFound("consultation")
    return row


async def managed_consultation(session: AsyncSession, actor: Actor, consultation_id: UUID) -> Consultation:
    """A consultation, locked, whose records the actor may keep; raises `NotFound` or `Forbidden`."""
    row = await consultation_by_id(session, actor, consultation_id, locked=True)
    if not may_manage(actor, row.area):
        raise Forbidden("To change a consultation you need a council or admin grant for the forum's area.")
    return row


async def list_consultations(
    session: AsyncSession,
    actor: Actor,
    *,
    within: str | None,
    areas: Sequence[str] | None,
    forum_id: UUID | None,
    forums: Sequence[UUID] | None,
    state: rules.ConsultationState | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Consultation]:
    """Consultations the actor may know of, newest first."""
    statement = visible_to(select(Consultation), actor)
    if within is not None:
        statement = statement.where(lies_within(col(Consultation.area), within))
    if areas is not None:
        statement = statement.where(col(Consultation.area).in_(areas))
    if forum_id is not None:
        statement = statement.where(Consultation.forum_id == forum_id)
    if forums is not None:
        statement = statement.where(col(Consultation.forum_id).in_(forums))
    if state is not None:
        statement = statement.where(Consultation.state == state)
    if after is not None:
        statement = statement.where(col(Consultation.id) < after)
    return (await session.exec(statement.order_by(col(Consultation.id).desc()).limit(limit))).all()


async def asked_of(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[rules.Asked]]:
    """The groups asked, by consultation, in the order in which they were listed."""
    statement = select(ConsultedGroup).where(col(ConsultedGroup.consultation_id).in_(ids))
    found: dict[UUID, list[rules.Asked]] = defaultdict(list)
    for row in (await session.exec(statement.order_by(col(ConsultedGroup.number)))).all():
        found[row.consultation_id].append(rules.Asked(row.group, row.minority_group, row.people))
    return found


async def findings_of(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[Finding]]:
    """What was found, by consultation."""
    statement = select(Finding).where(col(Finding.consultation_id).in_(ids)).order_by(col(Finding.number))
    found: dict[UUID, list[Finding]] = defaultdict(list)
    for row in (await session.exec(statement)).all():
        found[row.consultation_id].append(row)
    return found


async def views(session: AsyncSession, actor: Actor, rows: Sequence[Consultation]) -> list[ConsultationView]:
    """The answers for consultations, each as much as the actor may see."""
    ids = [row.id for row in rows]
    asked, findings = await asked_of(session, ids), await findings_of(session, ids)
    return [_view(actor, row, asked[row.id], findings[row.id]) for row in rows]


def _view(
    actor: Actor, row: Consultation, asked: Sequence[rules.Asked], findings: Sequence[Finding]
) -> ConsultationView:
    inside = may_see_inside(actor, row.area)
    fields = row.model_dump(exclude={"recorded_at"})
    concerns = sum(finding.concern_id is not None for finding in findings)
    if inside:
        people: int | None = sum(entry.people for entry in asked)
        groups = [AskedView(**vars(entry)) for entry in asked]
    else:
        people = rules.shown_people(asked)
        groups = [AskedView(**vars(entry) | {"people": None}) for entry in rules.shown_groups(asked)]
        fields["place"] = None
        if rules.has_small_group(asked):
            fields["held_on"] = None
    told = [FindingView.model_validate(finding) for finding in findings] if inside else []
    return ConsultationView(**fields, asked=groups, people=people, findings=told, concerns=concerns)


async def last_asked(session: AsyncSession, forum_ids: Sequence[UUID]) -> dict[UUID, dict[Key, date]]:
    """When each group was asked last, by forum."""
    statement = (
        select(
            Consultation.forum_id, ConsultedGroup.group, ConsultedGroup.minority_group, func.max(Consultation.held_on)
        )
        .join(ConsultedGroup, col(ConsultedGroup.consultation_id) == Consultation.id)
        .where(col(Consultation.forum_id).in_(forum_ids))
        .group_by(col(Consultation.forum_id), col(ConsultedGroup.group), col(ConsultedGroup.minority_group))
    )
    found: dict[UUID, dict[Key, date]] = defaultdict(dict)
    for forum_id, group, minority, last in (await session.exec(statement)).all():
        found[forum_id][rules.Group(group) if group else None, minority] = last
    return found


async def gap_cautions(session: AsyncSession, forums: Sequence[Forum], today: date) -> dict[UUID, list[Caution]]:
    """What each forum is to be reminded of today, as to groups that nobody asked."""
    asked = await last_asked(session, [forum.id for forum in forums])
    statement = select(Area.code, Area.minority_groups).where(col(Area.code).in_({forum.area for forum in forums}))
    present = {code: [entry["group"] for entry in groups] for code, groups in (await session.exec(statement)).all()}
    since = today - rules.PERIOD
    return {
        forum.id: rules.gap_cautions(
            rules.gaps(asked[forum.id], present[forum.area], since), forum.created_at.date(), today
        )
        for forum in forums
    }


async def gaps(session: AsyncSession, actor: Actor, forum_id: UUID, since: date) -> GapsView:
    """The groups that a forum did not ask from a day on; raises `NotFound` for who is not inside."""
    forum = await forum_by_id(session, forum_id)
    if not may_see_inside(actor, forum.area):
        raise NotFound("forum's consultations")
    asked = (await last_asked(session, [forum_id]))[forum_id]
    count = select(func.count()).where(Consultation.forum_id == forum_id, Consultation.held_on >= since)
    found = rules.gaps(asked, await minority_groups(session, forum.area), since)
    return GapsView(
        since=since,
        consultations=(await session.exec(count)).one(),
        gaps=[GapView.model_validate(gap) for gap in found],
    )


async def minority_groups(session: AsyncSession, area: str) -> list[str]:
    """The minority groups that the register names for an area."""
    rows = (await session.exec(select(Area.minority_groups).where(Area.code == area))).one()
    return [entry["group"] for entry in rows]
