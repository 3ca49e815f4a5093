"""Joining like concerns, answering them once, and separating them again. Rule F15."""

from datetime import datetime
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.contracts.areas import covers
from beatbook.contracts.forum import ConcernJoined, ConcernSeparated
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Refused
from beatbook.kit.events import emit
from beatbook.kit.web import ExpectedVersion
from services.forum.concerns.commands import add_step
from services.forum.concerns.rules import ConcernState, StepKind
from services.forum.forums.queries import managed_forum
from services.forum.forums.rules import may_see_inside
from services.forum.themes import queries, rules
from services.forum.themes.schemas import Separation, ThemeCreate
from services.forum.themes.tables import ConcernTheme
from services.forum.triage.commands import apply_triage
from services.forum.triage.rules import move_obstacle, triage_obstacles
from services.forum.triage.schemas import Triage


async def join(
    session: AsyncSession, actor: Actor, now: datetime, forum_id: UUID, request: ThemeCreate
) -> ConcernTheme:
    """Join concerns of the forum's area and below under one theme. Rule F15."""
    forum = await managed_forum(session, actor, forum_id)
    concerns = await queries.locked_concerns(session, request.concern_ids)
    found = {
        concern.id: rules.Joining(concern.area, concern.with_area, concern.state, concern.theme_id is not None)
        for concern in concerns
        if may_see_inside(actor, concern.area)
    }
    if unmet := rules.joining_obstacles(forum.area, found, request.concern_ids):
        raise Refused("The concerns can't be joined like this.", code="not-joinable", rule="F15", unmet=unmet)
    theme = ConcernTheme(forum_id=forum_id, area=forum.area, title=request.title, joined_at=now)
    session.add(theme)
    await session.flush()
    for concern in concerns:
        concern.theme_id = theme.id
        concern.version += 1
        await add_step(session, concern, now, kind=StepKind.JOINED)
        joined = ConcernJoined(concern_id=concern.id, theme_id=theme.id, forum_id=forum_id, area=concern.area)
        await emit(session, joined, subject=concern.id, area=concern.area, actor=actor, at=now)
    return theme


async def answer_theme(
    session: AsyncSession, actor: Actor, now: datetime, theme_id: UUID, expected: ExpectedVersion, request: Triage
) -> ConcernTheme:
    """Give one answer to every concern under a theme that can still take it; each keeps its own trail. Rule F15."""
    theme = await queries.managed_theme(session, actor, theme_id)
    expected.check(theme.version)
    outcome = ConcernState(request.outcome)
    unmet = triage_obstacles(outcome, request.words, request.organisation, request.alternative)
    if unmet:
        raise Refused("The theme can't be triaged yet.", code="not-triageable", rule="F14", unmet=unmet)
    reached = [
        concern
        for concern in await queries.concerns_under(session, theme_id)
        if move_obstacle(concern.state, outcome) is None and covers(theme.area, concern.with_area)
    ]
    if not reached:
        raise Conflict("No concern under this theme can take this outcome any more.", rule="F15")
    for concern in reached:
        await apply_triage(session, actor, now, concern, request)
    theme.version += 1
    return theme


async def separate(
    session: AsyncSession, actor: Actor, now: datetime, theme_id: UUID, expected: ExpectedVersion, request: Separation
) -> ConcernTheme:
    """Have concerns of a theme dealt with by themselves again; what they were told so far stays. Rule F15."""
    theme = await queries.managed_theme(session, actor, theme_id)
    expected.check(theme.version)
    under = {concern.id: concern for concern in await queries.concerns_under(session, theme_id)}
    unmet = [
        f"Concern {number} is not under this theme."
        for number, concern_id in enumerate(request.concern_ids, start=1)
        if concern_id not in under
    ]
    if unmet:
        raise Refused("They can't be separated.", code="not-separable", rule="F15", unmet=unmet)
    for concern_id in sorted(request.concern_ids):
        concern = under[concern_id]
        concern.theme_id = None
        concern.version += 1
        await add_step(session, concern, now, kind=StepKind.SEPARATED)
        separated = ConcernSeparated(
            concern_id=concern.id, theme_id=theme.id, forum_id=theme.forum_id, area=concern.area
        )
        await emit(session, separated, subject=concern.id, area=concern.area, actor=actor, at=now)
    theme.version += 1
    return theme
