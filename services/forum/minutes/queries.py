"""Reads of minutes: published ones are public, the others are seen from inside. Rules F11a, F20."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from beatbook.contracts.actor import Actor
from beatbook.kit.crypto import canonical_json, sha256_hex
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Forbidden, NotFound
from beatbook.kit.scoping import lies_within
from services.forum.forums.rules import INSIDERS, may_manage, may_see_inside
from services.forum.forums.tables import Forum
from services.forum.meetings.tables import Meeting
from services.forum.minutes import rules
from services.forum.minutes.rules import MinutesState
from services.forum.minutes.schemas import (
    CheckedVersion,
    MinutesItem,
    MinutesView,
    PublicationView,
    ResultView,
    Verification,
)
from services.forum.minutes.tables import Minutes, MinutesRemark, MinutesVersion


def visible_to(statement: SelectOfScalar[Minutes], actor: Actor) -> SelectOfScalar[Minutes]:
    """The one scoping door: published minutes, and all minutes in areas where the actor is inside."""
    inside = lies_within(col(Minutes.area), *actor.areas_as(INSIDERS))
    return statement.where(or_(col(Minutes.published) > 0, inside))


async def minutes_by_id(session: AsyncSession, actor: Actor, minutes_id: UUID, *, locked: bool = False) -> Minutes:
    """Minutes the actor may know of; raises `NotFound`."""
    minutes = await session.get(Minutes, minutes_id, with_for_update=locked or None)
    if minutes is None or not (minutes.published or may_see_inside(actor, minutes.area)):
        raise NotFound("minutes")
    return minutes


async def managed_minutes(session: AsyncSession, actor: Actor, minutes_id: UUID) -> Minutes:
    """Minutes, locked, that the actor may keep; raises `NotFound` or `Forbidden`."""
    minutes = await minutes_by_id(session, actor, minutes_id, locked=True)
    if not may_manage(actor, minutes.area):
        raise Forbidden("To change minutes you need a council or admin grant for the forum's area.")
    return minutes


async def minutes_inside(session: AsyncSession, actor: Actor, minutes_id: UUID, *, locked: bool = False) -> Minutes:
    """Minutes for those inside the forum; raises `NotFound` for everyone else."""
    minutes = await minutes_by_id(session, actor, minutes_id, locked=locked)
    if not may_see_inside(actor, minutes.area):
        raise NotFound("minutes")
    return minutes


async def list_minutes(
    session: AsyncSession,
    actor: Actor,
    *,
    within: str | None,
    areas: Sequence[str] | None,
    forum_id: UUID | None,
    state: MinutesState | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Minutes]:
    """Minutes the actor may know of, newest first."""
    statement = visible_to(select(Minutes), actor)
    if within is not None:
        statement = statement.where(lies_within(col(Minutes.area), within))
    if areas is not None:
        statement = statement.where(col(Minutes.area).in_(areas))
    if forum_id is not None:
        statement = statement.where(Minutes.forum_id == forum_id)
    if state is not None:
        statement = statement.where(col(Minutes.state) == state)
    if after is not None:
        statement = statement.where(col(Minutes.id) < after)
    return (await session.exec(statement.order_by(col(Minutes.id).desc()).limit(limit))).all()


async def minutes_of_meeting(session: AsyncSession, meeting_id: UUID) -> Minutes | None:
    """The minutes of a meeting, if any were written."""
    return (await session.exec(select(Minutes).where(Minutes.meeting_id == meeting_id))).first()


async def newest_versions(session: AsyncSession, rows: Sequence[Minutes]) -> dict[UUID, MinutesVersion]:
    """The newest published version by minutes; minutes without one are left out."""
    keys = [(row.id, row.published) for row in rows if row.published]
    if not keys:
        return {}
    statement = select(MinutesVersion).where(
        tuple_(col(MinutesVersion.minutes_id), col(MinutesVersion.number)).in_(keys)
    )
    return {version.minutes_id: version for version in (await session.exec(statement)).all()}


async def list_versions(
    session: AsyncSession, actor: Actor, minutes_id: UUID, *, after: int, limit: int
) -> Sequence[MinutesVersion]:
    """Published versions, oldest first; raises `NotFound`."""
    await minutes_by_id(session, actor, minutes_id)
    statement = (
        select(MinutesVersion)
        .where(MinutesVersion.minutes_id == minutes_id, MinutesVersion.number > after)
        .order_by(col(MinutesVersion.number))
        .limit(limit)
    )
    return (await session.exec(statement)).all()


async def attendance_and_reporting(session: AsyncSession, meeting_id: UUID) -> tuple[dict[str, int], UUID | None]:
    """How many came to a meeting, and the forum that its forum reports to, if any. Rules F6, F10."""
    statement = (
        select(Meeting.members_present, Meeting.public_present, Forum.reports_to)
        .join(Forum, col(Forum.id) == Meeting.forum_id)
        .where(Meeting.id == meeting_id)
    )
    members, public, reports_to = (await session.exec(statement)).one()
    return {"members": members or 0, "public": public or 0}, reports_to


async def version_by_number(session: AsyncSession, actor: Actor, minutes_id: UUID, number: int) -> MinutesVersion:
    """One published version; raises `NotFound`."""
    await minutes_by_id(session, actor, minutes_id)
    version = await session.get(MinutesVersion, (minutes_id, number))
    if version is None:
        raise NotFound("version of these minutes")
    return version


async def verify(session: AsyncSession, actor: Actor, minutes_id: UUID) -> Verification:
    """Hash every published version again, and check that each names the one before it. Rule F11."""
    minutes = await minutes_by_id(session, actor, minutes_id)
    statement = select(MinutesVersion).where(MinutesVersion.minutes_id == minutes_id)
    rows = (await session.exec(statement.order_by(col(MinutesVersion.number)))).all()
    checked: list[CheckedVersion] = []
    for place, row in enumerate(rows, start=1):
        recomputed = sha256_hex(canonical_json(row.content))
        before = rows[place - 2].sha256 if place > 1 else None
        follows = rules.follows(row.content, str(minutes_id), row.number, place, before)
        checked.append(
            CheckedVersion(
                number=row.number,
                sha256=row.sha256,
                recomputed=recomputed,
                follows=follows,
                intact=follows and recomputed == row.sha256,
            )
        )
    complete = len(rows) == minutes.published
    return Verification(
        minutes_id=minutes_id,
        verified=complete and bool(rows) and all(version.intact for version in checked),
        versions=checked,
    )


async def list_remarks(
    session: AsyncSession, actor: Actor, minutes_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[MinutesRemark]:
    """Remarks on minutes, oldest first, for those inside; raises `NotFound`."""
    await minutes_inside(session, actor, minutes_id)
    statement = select(MinutesRemark).where(MinutesRemark.minutes_id == minutes_id)
    if after is not None:
        statement = statement.where(col(MinutesRemark.id) > after)
    return (await session.exec(statement.order_by(col(MinutesRemark.id)).limit(limit))).all()


async def views(session: AsyncSession, actor: Actor, rows: Sequence[Minutes]) -> list[MinutesView]:
    """The answers for minutes, each as much as the actor may see."""
    newest = await newest_versions(session, rows)
    return [_view(actor, row, newest.get(row.id)) for row in rows]


def _view(actor: Actor, minutes: Minutes, newest: MinutesVersion | None) -> MinutesView:
    items, results, language = minutes.items, minutes.results, minutes.language
    if not may_see_inside(actor, minutes.area):
        content = newest.content if newest else {}
        items, results = content.get("items", []), content.get("results", [])
        language = content.get("language", "und")
    return MinutesView(
        **minutes.model_dump(include=set(MinutesView.model_fields) - {"items", "results", "language"}),
        language=language,
        items=[MinutesItem(**item) for item in items],
        results=[ResultView(**result) for result in results],
        sha256=newest.sha256 if newest else None,
    )


HEADINGS_SHOWN = 20


async def list_publications(
    session: AsyncSession,
    *,
    within: str | None,
    forum_id: UUID | None,
    after: tuple[datetime, UUID, int] | None,
    limit: int,
) -> Sequence[tuple[MinutesVersion, Minutes]]:
    """Published versions with their minutes, the last published first: public by themselves, so anyone's. Rule F20."""
    statement = select(MinutesVersion, Minutes).join(Minutes, col(Minutes.id) == MinutesVersion.minutes_id)
    if within is not None:
        statement = statement.where(lies_within(col(Minutes.area), within))
    if forum_id is not None:
        statement = statement.where(Minutes.forum_id == forum_id)
    order = (col(MinutesVersion.published_at), col(MinutesVersion.minutes_id), col(MinutesVersion.number))
    if after is not None:
        statement = statement.where(tuple_(*order) < tuple_(*after))
    statement = statement.order_by(*(column.desc() for column in order))
    return (await session.exec(statement.limit(limit))).all()


def publication(version: MinutesVersion, minutes: Minutes) -> PublicationView:
    """A publication's answer."""
    return PublicationView(
        **minutes.model_dump(include={"forum_id", "area", "held_at"}),
        **version.model_dump(include={"minutes_id", "number", "sha256", "published_at"}),
        reason=version.content["reason"],
        headings=[item["heading"] for item in version.content["items"][:HEADINGS_SHOWN]],
    )
