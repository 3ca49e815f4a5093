"""Reads of correction notices: what was published is public, drafts are seen from inside. Rule F16."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Forbidden, NotFound
from beatbook.kit.scoping import lies_within
from services.forum.corrections.rules import CorrectionState, Subject
from services.forum.corrections.schemas import CorrectionVersionView, CorrectionView
from services.forum.corrections.tables import Correction, CorrectionVersion
from services.forum.forums.rules import INSIDERS, may_manage, may_see_inside


def visible_to(statement: SelectOfScalar[Correction], actor: Actor) -> SelectOfScalar[Correction]:
    """The one scoping door: notices that were published, and all in areas where the actor is inside."""
    inside = lies_within(col(Correction.area), *actor.areas_as(INSIDERS))
    return statement.where(or_(col(Correction.published) > 0, inside))


async def correction_by_id(
    session: AsyncSession, actor: Actor, correction_id: UUID, *, locked: bool = False
) -> Correction:
    """One notice the actor may know of; raises `NotFound`."""
    correction = await session.get(Correction, correction_id, with_for_update=locked or None)
    if correction is None or not (correction.published or may_see_inside(actor, correction.area)):
        raise NotFound("correction")
    return correction


async def managed_correction(session: AsyncSession, actor: Actor, correction_id: UUID) -> Correction:
    """A notice, locked, that the actor may keep; raises `NotFound` or `Forbidden`."""
    correction = await correction_by_id(session, actor, correction_id, locked=True)
    if not may_manage(actor, correction.area):
        raise Forbidden("To change a correction you need a council or admin grant for the forum's area.")
    return correction


async def list_corrections(
    session: AsyncSession,
    actor: Actor,
    *,
    within: str | None,
    areas: Sequence[str] | None,
    forum_id: UUID | None,
    state: CorrectionState | None,
    about: Subject | None,
    about_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Correction]:
    """Notices the actor may know of, newest first."""
    statement = visible_to(select(Correction), actor)
    if within is not None:
        statement = statement.where(lies_within(col(Correction.area), within))
    if areas is not None:
        statement = statement.where(col(Correction.area).in_(areas))
    if forum_id is not None:
        statement = statement.where(Correction.forum_id == forum_id)
    if state is not None:
        statement = statement.where(Correction.state == state)
    if about is not None:
        statement = statement.where(Correction.about == about)
    if about_id is not None:
        statement = statement.where(Correction.about_id == about_id)
    if after is not None:
        statement = statement.where(col(Correction.id) < after)
    return (await session.exec(statement.order_by(col(Correction.id).desc()).limit(limit))).all()


async def newest_versions(session: AsyncSession, rows: Sequence[Correction]) -> dict[UUID, CorrectionVersion]:
    """The newest published version by notice; a notice without one is left out."""
    keys = [(row.id, row.published) for row in rows if row.published]
    if not keys:
        return {}
    statement = select(CorrectionVersion).where(
        tuple_(col(CorrectionVersion.correction_id), col(CorrectionVersion.number)).in_(keys)
    )
    return {version.correction_id: version for version in (await session.exec(statement)).all()}


async def list_versions(
    session: AsyncSession, actor: Actor, correction_id: UUID, *, after: int, limit: int
) -> list[CorrectionVersionView]:
    """Published versions, oldest first, as much of each as the actor may see; raises `NotFound`."""
    correction = await correction_by_id(session, actor, correction_id)
    statement = (
        select(CorrectionVersion)
        .where(CorrectionVersion.correction_id == correction_id, CorrectionVersion.number > after)
        .order_by(col(CorrectionVersion.number))
        .limit(limit)
    )
    views = [CorrectionVersionView.model_validate(row) for row in (await session.exec(statement)).all()]
    if _words_shown(actor, correction):
        return views
    return [view.model_copy(update={"content": None, "reason": None}) for view in views]


async def views(session: AsyncSession, actor: Actor, rows: Sequence[Correction]) -> list[CorrectionView]:
    """The answers for notices, each as much as the actor may see."""
    newest = await newest_versions(session, rows)
    return [_view(actor, row, newest.get(row.id)) for row in rows]


def _words_shown(actor: Actor, correction: Correction) -> bool:
    """Those outside are shown no words of a notice that was taken back. Rule F16."""
    return correction.state is not CorrectionState.WITHDRAWN or may_see_inside(actor, correction.area)


def _view(actor: Actor, correction: Correction, newest: CorrectionVersion | None) -> CorrectionView:
    shown = _words_shown(actor, correction)
    fields = correction.model_dump(include=set(CorrectionView.model_fields) - {"texts", "sources"})
    return CorrectionView.model_validate(
        fields
        | {
            "texts": correction.texts if shown else {},
            "sources": correction.sources if shown else [],
            "revises": newest.revises if newest else None,
            "revision_reason": newest.reason if newest and shown else None,
            "sha256": newest.sha256 if newest else None,
        }
    )
