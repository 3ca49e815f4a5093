"""The files of a forum's archive, each as rows in batches and in a stable order."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, select

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from services.forum.advisories.tables import Advisory
from services.forum.archives.rules import step_by_day
from services.forum.concerns.tables import Concern, ConcernStep
from services.forum.corrections.rules import CorrectionState
from services.forum.corrections.tables import Correction, CorrectionVersion
from services.forum.exports.queries import BATCH, Rows, by_id, rows_of
from services.forum.exports.rules import Audience, Table, columns
from services.forum.forums.tables import Forum, RulesOfProcedure
from services.forum.imports.tables import ImportedRow
from services.forum.minutes.tables import Minutes, MinutesVersion
from services.forum.reports.tables import YearlyReport
from services.forum.signals.tables import WarningSignal

FORUM_IN_PUBLIC = {"id", "area", "kind", "name", "interval_days", "created_at"}


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
        "rules_of_procedure.jsonl": _keyed(session, rules, col(RulesOfProcedure.number)),
        **{f"{table}.jsonl": _table(session, actor, forum, table, audience, now)
           for table in Table if inside or columns(table, audience)},
        "minutes_versions.jsonl": _keyed(session, versions, col(MinutesVersion.minutes_id), col(MinutesVersion.number)),
        "correction_versions.jsonl": _keyed(
            session, corrections, col(CorrectionVersion.correction_id), col(CorrectionVersion.number)
        ),
        "reports.jsonl": _reports(session, forum.id, inside=inside),
    }  # fmt: skip
    return found | _inside(session, forum.id) if inside else found


def _inside(session: AsyncSession, forum_id: UUID) -> dict[str, Rows]:
    steps = (
        select(ConcernStep)
        .join(Concern, col(Concern.id) == ConcernStep.concern_id)
        .where((Concern.forum_id == forum_id) | (Concern.origin_forum_id == forum_id))
    )
    imported = select(ImportedRow).where(ImportedRow.forum_id == forum_id)
    return {
        "minutes.jsonl": _dumped(by_id(session, select(Minutes).where(Minutes.forum_id == forum_id), col(Minutes.id))),
        "concern_steps.jsonl": _by_day(_keyed(session, steps, col(ConcernStep.concern_id), col(ConcernStep.number))),
        "corrections.jsonl": _dumped(
            by_id(session, select(Correction).where(Correction.forum_id == forum_id), col(Correction.id))
        ),
        "advisories.jsonl": _dumped(
            by_id(session, select(Advisory).where(Advisory.forum_id == forum_id), col(Advisory.id))
        ),
        "signals.jsonl": _dumped(
            by_id(session, select(WarningSignal).where(WarningSignal.forum_id == forum_id), col(WarningSignal.id))
        ),
        "imported_rows.jsonl": _keyed(
            session, imported, col(ImportedRow.source), col(ImportedRow.row_kind), col(ImportedRow.row),
            col(ImportedRow.kind), col(ImportedRow.number),
        ),
    }  # fmt: skip


async def _reports(session: AsyncSession, forum_id: UUID, *, inside: bool) -> Rows:
    """Adopted yearly reports; the figures with what is closed from inside only."""
    statement = select(YearlyReport).where(YearlyReport.forum_id == forum_id)
    async for batch in _keyed(session, statement, col(YearlyReport.year), col(YearlyReport.number)):
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


async def _dumped(batches: AsyncIterator[Any]) -> Rows:
    async for batch in batches:
        yield [row.model_dump() for row in batch]


async def _by_day(batches: Rows) -> Rows:
    async for batch in batches:
        yield [step_by_day(row) for row in batch]


async def _keyed(session: AsyncSession, statement: Any, *keys: Any) -> Rows:
    """The rows of a statement in batches by their keys."""
    after: tuple[Any, ...] | None = None
    while True:
        rest = statement if after is None else statement.where(tuple_(*keys) > tuple_(*after))
        batch = (await session.exec(rest.order_by(*keys).limit(BATCH))).all()
        if not batch:
            return
        after = tuple(getattr(batch[-1], key.key) for key in keys)
        yield [row.model_dump() for row in batch]
        session.expunge_all()
