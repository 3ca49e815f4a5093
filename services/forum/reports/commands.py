"""Adopting a yearly report."""

from datetime import datetime
from uuid import UUID

from beatbook.contracts.actor import PUBLIC, Actor
from beatbook.contracts.forum import ReportAdopted
from beatbook.kit.crypto import canonical_json, sha256_hex
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Refused
from beatbook.kit.events import emit
from services.forum.forums.queries import managed_forum
from services.forum.reports import queries, rules
from services.forum.reports.schemas import ReportAdopt
from services.forum.reports.tables import YearlyReport


async def adopt_report(
    session: AsyncSession, actor: Actor, now: datetime, forum_id: UUID, year: int, request: ReportAdopt
) -> YearlyReport:
    """Freeze a year's report and publish it without what is closed; a further version names the one before."""
    forum = await managed_forum(session, actor, forum_id)
    newest = await queries.newest_report(session, forum_id, year)
    number = (newest.number if newest else 0) + 1
    _, end = rules.bounds(year, forum.time_zone)
    if unmet := rules.adopting_obstacles(end, now, number - 1, request.reason):
        raise Refused("The report can't be adopted yet.", code="not-adoptable", unmet=unmet)
    figures = rules.figures(await queries.year_of(session, PUBLIC, forum, year), now.date())
    content = {
        "forum_id": str(forum_id),
        "forum": forum.name,
        "area": forum.area,
        "year": year,
        "number": number,
        "reason": request.reason,
        "previous_sha256": newest.sha256 if newest else None,
        "as_of": now.isoformat(),
        "foreword": request.foreword,
        "figures": figures,
        "sentences": rules.sentences(figures, year),
    }
    report = YearlyReport(
        forum_id=forum_id,
        year=year,
        number=number,
        content=content,
        inside=rules.figures(await queries.year_of(session, actor, forum, year), now.date()),
        sha256=sha256_hex(canonical_json(content)),
        adopted_at=now,
    )
    session.add(report)
    event = ReportAdopted(forum_id=forum_id, area=forum.area, year=year, number=number, sha256=report.sha256)
    await emit(session, event, subject=forum_id, area=forum.area, actor=actor, at=now)
    return report
