"""Forums over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from beatbook.contracts.areas import AreaCode, Tier
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.forum.forums import commands, queries
from services.forum.forums.rules import ForumKind
from services.forum.forums.schemas import (
    ForumCreate,
    ForumPatch,
    ForumView,
    RulesOfProcedureCreate,
    RulesOfProcedureView,
    RulesProposalView,
    TemplateView,
)
from services.forum.settings import ForumSettings

routes = router("/forums", tags=["forums"])
template_routes = router("/forum-templates", tags=["forums"])


@routes.post("", status_code=201)
async def found_forum(
    http: Request, request: ForumCreate, session: Write, actor: CurrentActor, now: Now, response: Response
) -> ForumView:
    """Found a forum."""
    settings: ForumSettings = http.app.state.settings
    forum = await commands.found_forum(session, actor, now, request, settings.default_time_zone)
    set_etag(response, forum.version)
    return (await queries.views(session, [forum], now.date()))[0]


@routes.get("")
async def list_forums(
    session: Read,
    now: Now,
    page: PageParams,
    area: Annotated[AreaCode | None, Query(description="This area and everything below it")] = None,
    areas: Annotated[str | None, Query(description="Exactly these areas, separated by commas", max_length=8000)] = None,
) -> Page[ForumView]:
    """Forums, oldest first."""
    rows = await queries.list_forums(
        session,
        within=area,
        areas=areas.split(",") if areas else None,
        after=page.after_id(),
        limit=page.limit + 1,
    )
    views = {view.id: view for view in await queries.views(session, rows, now.date())}
    return page.page(rows, lambda row: views[row.id], lambda row: row.id)


@routes.get("/{forum_id}")
async def read_forum(forum_id: UUID, session: Read, now: Now, response: Response) -> ForumView:
    """One forum."""
    forum = await queries.forum_by_id(session, forum_id)
    set_etag(response, forum.version)
    return (await queries.views(session, [forum], now.date()))[0]


@routes.patch("/{forum_id}")
async def change_forum(
    forum_id: UUID,
    request: ForumPatch,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> ForumView:
    """Change a forum's name, what it agreed on, or where it reports."""
    forum = await commands.change_forum(session, actor, now, forum_id, expected, request)
    set_etag(response, forum.version)
    return (await queries.views(session, [forum], now.date()))[0]


@routes.post("/{forum_id}/rules-of-procedure", status_code=201)
async def adopt_rules(
    forum_id: UUID, request: RulesOfProcedureCreate, session: Write, actor: CurrentActor, now: Now
) -> RulesOfProcedureView:
    """Adopt a new version of the written rules of procedure."""
    return RulesOfProcedureView.model_validate(await commands.adopt_rules(session, actor, now, forum_id, request))


@routes.get("/{forum_id}/rules-of-procedure")
async def list_rules(forum_id: UUID, session: Read, page: PageParams) -> Page[RulesOfProcedureView]:
    """Every version of the written rules, oldest first."""
    await queries.forum_by_id(session, forum_id)
    rows = await queries.list_rules(session, forum_id, after=page.after_number(), limit=page.limit + 1)
    return page.page(rows, RulesOfProcedureView.model_validate, lambda row: row.number)


@routes.get("/{forum_id}/rules-of-procedure/proposal")
async def read_rules_proposal(forum_id: UUID, session: Read, actor: CurrentActor) -> RulesProposalView:
    """Rules that the template proposed, until the forum adopts some."""
    return RulesProposalView.model_validate(await queries.proposed_rules_of(session, actor, forum_id))


@template_routes.get("")
async def list_templates(tier: Tier | None = None, kind: ForumKind | None = None) -> list[TemplateView]:
    """What forums can be founded from, by tier and kind."""
    return queries.templates(tier, kind)
