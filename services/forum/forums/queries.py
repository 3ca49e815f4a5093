"""Reads of forums, which are public."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import col, func, select

from beatbook.contracts.actor import Actor
from beatbook.contracts.areas import Tier
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Forbidden, NotFound
from beatbook.kit.scoping import lies_within
from services.forum.forums.procedure import proposed_rules
from services.forum.forums.rules import ForumKind, may_manage, may_see_inside, police_chair_caution
from services.forum.forums.schemas import Advisory, FirstTopicView, ForumView, TemplateView
from services.forum.forums.shipped import TEMPLATES, Template
from services.forum.forums.tables import Forum, RulesOfProcedure, RulesProposal

Agreed = Forum | Template


async def forum_by_id(session: AsyncSession, forum_id: UUID, *, locked: bool = False) -> Forum:
    """One forum; raises `NotFound`.

    Its lock lets others write rows that name the forum: who did so, and locks it then, would wait for them for ever.
    """
    forum = await session.get(Forum, forum_id, with_for_update={"key_share": True} if locked else None)
    if forum is None:
        raise NotFound("forum")
    return forum


async def list_forums(
    session: AsyncSession, *, within: str | None, areas: Sequence[str] | None, after: UUID | None, limit: int
) -> Sequence[Forum]:
    """Forums, oldest first: of a subtree, or of exactly the areas named."""
    statement = select(Forum).order_by(col(Forum.id)).limit(limit)
    if within is not None:
        statement = statement.where(lies_within(col(Forum.area), within))
    if areas is not None:
        statement = statement.where(col(Forum.area).in_(areas))
    if after is not None:
        statement = statement.where(col(Forum.id) > after)
    return (await session.exec(statement)).all()


async def forum_ids_after(session: AsyncSession, after: UUID | None, limit: int) -> list[UUID]:
    """Ids of forums in their order: for work over all of them, turn by turn."""
    statement = select(Forum.id).order_by(col(Forum.id)).limit(limit)
    if after is not None:
        statement = statement.where(col(Forum.id) > after)
    return list((await session.exec(statement)).all())


async def rules_versions(session: AsyncSession, forum_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The number of the newest rules of procedure by forum; a forum without any is left out."""
    statement = (
        select(RulesOfProcedure.forum_id, func.max(RulesOfProcedure.number))
        .where(col(RulesOfProcedure.forum_id).in_(forum_ids))
        .group_by(col(RulesOfProcedure.forum_id))
    )
    return dict((await session.exec(statement)).all())


async def first_rules_adopted(session: AsyncSession, forum_id: UUID) -> date | None:
    """The earliest day on which the forum had written rules; None when it has none. Rule F4."""
    statement = select(func.min(RulesOfProcedure.adopted_on)).where(RulesOfProcedure.forum_id == forum_id)
    return (await session.exec(statement)).one()


async def list_rules(session: AsyncSession, forum_id: UUID, *, after: int, limit: int) -> Sequence[RulesOfProcedure]:
    """Versions of a forum's written rules, oldest first."""
    statement = (
        select(RulesOfProcedure)
        .where(RulesOfProcedure.forum_id == forum_id, RulesOfProcedure.number > after)
        .order_by(col(RulesOfProcedure.number))
        .limit(limit)
    )
    return (await session.exec(statement)).all()


async def proposed_rules_of(session: AsyncSession, actor: Actor, forum_id: UUID) -> RulesProposal:
    """The rules proposed to a forum, for those inside; raises `NotFound` also when there are none. Rule F4."""
    forum = await forum_by_id(session, forum_id)
    proposal = await session.get(RulesProposal, forum_id)
    if proposal is None or not may_see_inside(actor, forum.area):
        raise NotFound("proposal of rules")
    return proposal


def templates(tier: Tier | None, kind: ForumKind | None) -> list[TemplateView]:
    """The templates of a tier and kind, their rules with gaps where a forum's own name stands."""
    return [
        TemplateView(
            **{
                name: getattr(template, name)
                for name in TemplateView.model_fields
                if name not in {"rules_text", "topics"}
            },
            topics=[FirstTopicView.model_validate(topic) for topic in template.topics],
            rules_text=rules_text(template, "(name)"),
        )
        for template in TEMPLATES.values()
        if tier in {None, template.tier} and kind in {None, template.kind}
    ]


def rules_text(agreed: Agreed, name: str) -> str:
    """The proposed rules of a forum, or of a template."""
    return proposed_rules(
        agreed.kind.value,
        name,
        interval_days=agreed.interval_days,
        notice_days=agreed.notice_days,
        triage_days=agreed.triage_days,
    )


async def views(session: AsyncSession, forums: Sequence[Forum], today: date) -> list[ForumView]:
    """The answers for forums, with what they are advised of today."""
    versions = await rules_versions(session, [forum.id for forum in forums])
    return [_view(forum, versions.get(forum.id, 0), today) for forum in forums]


def _view(forum: Forum, rules_version: int, today: date) -> ForumView:
    caution = police_chair_caution(forum.police_chair_until, today)
    return ForumView(
        **forum.model_dump(exclude={"police_chair_until"}),
        rules_version=rules_version,
        advisories=[Advisory(code="police-chair-overdue", text=caution, rule="F3")] if caution else [],
    )


async def managed_forum(session: AsyncSession, actor: Actor, forum_id: UUID) -> Forum:
    """A forum, locked, that the actor may manage; raises `NotFound` or `Forbidden`."""
    forum = await forum_by_id(session, forum_id, locked=True)
    if not may_manage(actor, forum.area):
        raise Forbidden("To change a forum's records you need a council or admin grant for its area.")
    return forum
