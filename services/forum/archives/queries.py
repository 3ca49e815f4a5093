"""The files of a forum's archive, each as rows in batches and in a stable order."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from services.forum.archives.batches import keyed
from services.forum.archives.inside import files as inside_files
from services.forum.corrections.rules import CorrectionState
from services.forum.corrections.tables import Correction, CorrectionVersion
from services.forum.exports.queries import Rows, rows_of
from services.forum.exports.rules import Audience, Table, columns
from services.forum.forums.schemas import ForumView
from services.forum.forums.tables import Forum, RulesOfProcedure
from services.forum.minutes.tables import Minutes, MinutesVersion
from services.forum.reports.tables import YearlyReport

FORUM_IN_PUBLIC = set(ForumView.model_fields) & set(Forum.model_fields)


def files(
    session: AsyncSession, actor: Actor, forum: Forum, audience: Audience, now: datetime
) -> Mapping[str, Rows]:  # fmt: skip
    """Every file by its name, in the order in which they are written."""
    inside = audience is Audience.INSIDE
    rules = select(RulesOfProcedure).where(RulesOfProcedure.forum_id == forum.id)
    versions = (
        select(MinutesVersion)
        .join(Minutes, col(Minutes.id) == MinutesVersion.minutes_id)
        .where(Minutes.forum_id == forum.id)
    )
    corrections = select(CorrectionVersion).join(
        Correction, col(Correction.id) == CorrectionVersion.correction_id
    ).where(Correction.forum_id == forum.id)  # fmt: skip
    if not inside:
        corrections = corrections.where(Correction.state == CorrectionState.PUBLISHED)
    found: dict[str, Rows] = {
        "forum.jsonl": _one(forum.model_dump(include=None if inside else FORUM_IN_PUBLIC)),
        "rules_of_procedure.jsonl": keyed(session, rules, col(RulesOfProcedure.number)),
        **{f"{table}.jsonl": _table(session, actor, forum, table, audience, now)
           for table in Table if inside or columns(table, audience)},
        "minutes_versions.jsonl": keyed(session, versions, col(MinutesVersion.minutes_id), col(MinutesVersion.number)),
        "correction_versions.jsonl": keyed(
            session, corrections, col(CorrectionVersion.correction_id), col(CorrectionVersion.number)
        ),
        "reports.jsonl": _reports(session, forum.id, inside=inside),
    }  # fmt: skip
    return found | inside_files(session, forum.id) if inside else found


async def _reports(session: AsyncSession, forum_id: UUID, *, inside: bool) -> Rows:
    """Adopted yearly reports; the figures with what is closed from inside only."""
    statement = select(YearlyReport).where(YearlyReport.forum_id == forum_id)
    async for batch in keyed(session, statement, col(YearlyReport.year), col(YearlyReport.number)):
        yield [{key: value for key, value in row.items() if inside or key != "inside"} for row in batch]


async def _one(row: dict[str, Any]) -> Rows:
    yield [row]


async def _table(
    session: AsyncSession, actor: Actor, forum: Forum, table: Table, audience: Audience, now: datetime
) -> Rows:  # fmt: skip
    """A table as it is exported; from inside with all that it has."""
    names = {column.name for column in columns(table, audience)}
    async for batch in rows_of(session, actor, forum.id, table, audience, now):
        if audience is Audience.PUBLIC:
            batch = [{key: value for key, value in row.items() if key in names} for row in batch]
        yield batch
