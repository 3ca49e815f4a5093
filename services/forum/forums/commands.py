"""Changes of forums."""

from datetime import datetime
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.contracts.forum import ForumChanged, ForumFounded
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Forbidden, Refused
from beatbook.kit.events import emit
from beatbook.kit.web import ExpectedVersion
from services.forum.areas.queries import area_by_code
from services.forum.forums import queries, rules
from services.forum.forums.schemas import ForumCreate, ForumPatch, RulesOfProcedureCreate
from services.forum.forums.shipped import TEMPLATES, Template
from services.forum.forums.tables import Forum, RulesOfProcedure, RulesProposal


async def found_forum(
    session: AsyncSession, actor: Actor, now: datetime, request: ForumCreate, default_zone: str
) -> Forum:
    """Found a forum for an open area; its template's rules of procedure are proposed, not adopted. Rules F1, F4, F6."""
    area = await area_by_code(session, request.area)
    if not rules.may_manage(actor, area.code):
        raise Forbidden("To found a forum you need a council or admin grant for its area.")
    if area.valid_to is not None:
        raise Conflict(f"{area.code} was closed on {area.valid_to}; found the forum in a successor.", rule="A3")
    if obstacle := rules.tier_obstacle(request.kind, area.code):
        raise Refused(obstacle, code="wrong-tier", rule="F1")
    await _check_reporting(session, request.kind, area.code, request.reports_to)
    template = _template(request, area.code)
    forum = Forum(
        **request.model_dump(exclude={"time_zone", "interval_days", "triage_days", "notice_days"}),
        time_zone=request.time_zone or default_zone,
        interval_days=_agreed(request.interval_days, template.interval_days if template else None, rules.INTERVAL_DAYS),
        triage_days=_agreed(request.triage_days, template.triage_days if template else None, rules.TRIAGE_DAYS),
        notice_days=_agreed(request.notice_days, template.notice_days if template else None, rules.NOTICE_DAYS),
        created_at=now,
    )
    session.add(forum)
    await session.flush()
    if template is not None:
        text = queries.rules_text(forum, forum.name)
        session.add(RulesProposal(forum_id=forum.id, text=text, proposed_at=now))
    event = ForumFounded(
        forum_id=forum.id, area=forum.area, kind=forum.kind, name=forum.name, reports_to=forum.reports_to
    )
    await emit(session, event, subject=forum.id, area=forum.area, actor=actor, at=now)
    return forum


def _template(request: ForumCreate, area: str) -> Template | None:
    if request.template is None:
        return None
    template = TEMPLATES.get(request.template)
    of = None if template is None else (template.tier, template.kind)
    if obstacle := rules.template_obstacle(of, request.kind, area):
        raise Refused(obstacle, code="wrong-template", rule="F1")
    return template


def _agreed(asked: int | None, suggested: int | None, usual: int) -> int:
    return next(days for days in (asked, suggested, usual) if days is not None)


async def change_forum(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    forum_id: UUID,
    expected: ExpectedVersion,
    request: ForumPatch,
) -> Forum:
    """Change a forum's name, what it agreed on, or where it reports. Rules F1, F6, F7, F14."""
    forum = await queries.managed_forum(session, actor, forum_id)
    expected.check(forum.version)
    if request.reports_to is not None:
        await _check_reporting(session, forum.kind, forum.area, request.reports_to)
    for name, value in request.model_dump(exclude_unset=True, exclude_none=True).items():
        setattr(forum, name, value)
    forum.version += 1
    event = ForumChanged(
        forum_id=forum.id,
        area=forum.area,
        name=forum.name,
        interval_days=forum.interval_days,
        reports_to=forum.reports_to,
    )
    await emit(session, event, subject=forum.id, area=forum.area, actor=actor, at=now)
    return forum


async def _check_reporting(session: AsyncSession, kind: rules.ForumKind, area: str, named: UUID | None) -> None:
    general = None if named is None else await session.get(Forum, named)
    known = None if general is None else rules.GeneralForum(general.kind, general.area)
    if obstacle := rules.reporting_obstacle(kind, area, named is not None, known):
        raise Refused(obstacle, code="wrong-reporting", rule="F6")


async def adopt_rules(
    session: AsyncSession, actor: Actor, now: datetime, forum_id: UUID, request: RulesOfProcedureCreate
) -> RulesOfProcedure:
    """Adopt a new version of the written rules, the proposed one or another; earlier ones stay. Rule F4."""
    forum = await queries.managed_forum(session, actor, forum_id)
    if request.adopted_on > now.date():
        raise Refused("Rules are recorded once they are adopted: the date lies in the future.", rule="F4")
    proposal = await session.get(RulesProposal, forum_id)
    text = request.text or (proposal.text if proposal else None)
    if text is None:
        raise Refused("There is no proposal to adopt: send the text of the rules.", code="no-proposal", rule="F4")
    newest = (await queries.rules_versions(session, [forum_id])).get(forum_id, 0)
    adopted = RulesOfProcedure(
        forum_id=forum_id, number=newest + 1, text=text, adopted_on=request.adopted_on, recorded_at=now
    )
    session.add(adopted)
    if proposal is not None:
        await session.delete(proposal)
    forum.version += 1
    return adopted
