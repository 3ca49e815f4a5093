"""Reads of themes, and of concerns that are alike. Rule F15."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, any_, cast, literal
from sqlalchemy.orm import aliased
from sqlmodel import col, func, select

from beatbook.contracts.actor import Actor
from beatbook.contracts.areas import covers, parent_of
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Forbidden, NotFound
from beatbook.kit.scoping import lies_within
from services.forum.concerns.queries import inside_concern, visible_to
from services.forum.concerns.rules import WAITING
from services.forum.concerns.tables import Concern
from services.forum.forums.queries import forum_by_id
from services.forum.forums.rules import may_manage, may_see_inside
from services.forum.themes.rules import ALIKE, CONCERNS_COMPARED, SHARED, Open, groups
from services.forum.themes.schemas import ThemeView
from services.forum.themes.tables import ConcernTheme

MOST_SIMILAR = 20


async def similar(session: AsyncSession, actor: Actor, concern_id: UUID) -> list[tuple[float, Concern]]:
    """Open concerns like one, of the same category and the areas beside its own, the most alike first.

    Only what the actor may know of; of the newest `CONCERNS_COMPARED`, measured by the database as `likeness` does.
    """
    concern = await inside_concern(session, actor, concern_id)
    wanted: Any = cast(literal(concern.words, ARRAY(Text)), ARRAY(Text))
    around = parent_of(concern.area) or concern.area
    candidates = (
        visible_to(select(Concern), actor)
        .where(
            lies_within(col(Concern.area), around),
            Concern.category == concern.category,
            col(Concern.state).in_(sorted(WAITING)),
            Concern.id != concern_id,
            col(Concern.words).op("&&", is_comparison=True)(wanted),
        )
        .order_by(col(Concern.id).desc())
        .limit(CONCERNS_COMPARED)
        .subquery()
    )
    near = aliased(Concern, candidates)
    each = func.unnest(candidates.c.words).table_valued("word").render_derived()
    shared = (
        select(func.count())
        .select_from(each)
        .where(each.c.word == any_(wanted))
        .correlate(candidates)
        .scalar_subquery()
    )
    alike = shared * 1.0 / (func.cardinality(candidates.c.words) + len(concern.words) - shared)
    statement = (
        select(alike, near)
        .where(shared >= SHARED, alike >= ALIKE)
        .order_by(alike.desc(), candidates.c.id)
        .limit(MOST_SIMILAR)
    )
    return [(round(float(share), 3), found) for share, found in (await session.exec(statement)).all()]


async def offered(session: AsyncSession, actor: Actor, area: str, limit: int) -> list[list[Concern]]:
    """Groups of like open concerns of several areas in and below one, for those inside; raises `NotFound`."""
    if not may_see_inside(actor, area):
        raise NotFound("area's concerns")
    statement = (
        visible_to(select(Concern), actor)
        .where(
            lies_within(col(Concern.area), area),
            col(Concern.state).in_(sorted(WAITING)),
            col(Concern.theme_id).is_(None),
        )
        .order_by(col(Concern.id).desc())
        .limit(CONCERNS_COMPARED)
    )
    found = {concern.id: concern for concern in (await session.exec(statement)).all()}
    within = [concern for concern in found.values() if covers(area, concern.with_area)]
    compared = [Open(concern.id, concern.area, concern.category, concern.words) for concern in within]
    return [[found[concern_id] for concern_id in group] for group in groups(compared)[:limit]]


async def theme_by_id(session: AsyncSession, actor: Actor, theme_id: UUID, *, locked: bool = False) -> ConcernTheme:
    """One theme, for those inside its forum; raises `NotFound`."""
    theme = await session.get(ConcernTheme, theme_id, with_for_update=locked or None)
    if theme is None or not may_see_inside(actor, theme.area):
        raise NotFound("theme")
    return theme


async def managed_theme(session: AsyncSession, actor: Actor, theme_id: UUID) -> ConcernTheme:
    """A theme, locked, of a forum whose records the actor keeps; raises `NotFound` or `Forbidden`."""
    theme = await theme_by_id(session, actor, theme_id, locked=True)
    if not may_manage(actor, theme.area):
        raise Forbidden("To deal with a theme you need a council or admin grant for its forum's area.")
    return theme


async def list_themes(
    session: AsyncSession, actor: Actor, forum_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[ConcernTheme]:
    """A forum's themes, newest first, for those inside; raises `NotFound`."""
    forum = await forum_by_id(session, forum_id)
    if not may_see_inside(actor, forum.area):
        raise NotFound("forum's themes")
    statement = select(ConcernTheme).where(ConcernTheme.forum_id == forum_id)
    if after is not None:
        statement = statement.where(col(ConcernTheme.id) < after)
    return (await session.exec(statement.order_by(col(ConcernTheme.id).desc()).limit(limit))).all()


async def views(session: AsyncSession, themes: Sequence[ConcernTheme]) -> dict[UUID, ThemeView]:
    """The answers for themes, with their concerns, by id."""
    statement = (
        select(Concern.theme_id, Concern.id)
        .where(col(Concern.theme_id).in_([theme.id for theme in themes]))
        .order_by(col(Concern.id))
    )
    under: dict[UUID | None, list[UUID]] = defaultdict(list)
    for theme_id, concern_id in (await session.exec(statement)).all():
        under[theme_id].append(concern_id)
    return {theme.id: ThemeView(**theme.model_dump(), concern_ids=under[theme.id]) for theme in themes}


async def locked_concerns(session: AsyncSession, concern_ids: Sequence[UUID]) -> list[Concern]:
    """Concerns, locked in one order for all who lock several."""
    statement = select(Concern).where(col(Concern.id).in_(concern_ids)).order_by(col(Concern.id)).with_for_update()
    return list((await session.exec(statement.execution_options(populate_existing=True))).all())


async def concerns_under(session: AsyncSession, theme_id: UUID) -> list[Concern]:
    """The concerns under a theme, locked."""
    statement = select(Concern.id).where(Concern.theme_id == theme_id)
    found = await locked_concerns(session, list((await session.exec(statement)).all()))
    return [concern for concern in found if concern.theme_id == theme_id]
