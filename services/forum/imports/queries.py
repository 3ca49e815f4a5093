"""Reads of what was imported, for those who keep the forum's records."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, func, select

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from services.forum.forums.queries import forum_by_id
from services.forum.forums.rules import may_manage
from services.forum.imports.rules import RecordKind
from services.forum.imports.schemas import ImportTotals
from services.forum.imports.tables import ImportedRow
from services.forum.members.tables import Member

Key = tuple[str, str]
"""A row within its source: its kind and external id."""
Cursor = tuple[str, str, str, int]


async def known_rows(session: AsyncSession, forum_id: UUID, source: str, keys: Collection[Key]) -> dict[Key, str]:
    """The hashes of those rows that were taken before."""
    statement = select(ImportedRow.row_kind, ImportedRow.row, ImportedRow.sha256).where(
        ImportedRow.forum_id == forum_id,
        ImportedRow.source == source,
        tuple_(col(ImportedRow.row_kind), col(ImportedRow.row)).in_(keys),
        col(ImportedRow.sha256).is_not(None),
    )
    return {(str(kind), row): sha256 or "" for kind, row, sha256 in (await session.exec(statement)).all()}


async def entries_of(
    session: AsyncSession, forum_id: UUID, source: str, keys: Collection[Key]
) -> dict[Key, list[ImportedRow]]:
    """What is noted of these rows, with their parts."""
    statement = (
        select(ImportedRow)
        .where(
            ImportedRow.forum_id == forum_id,
            ImportedRow.source == source,
            tuple_(col(ImportedRow.row_kind), col(ImportedRow.row)).in_(keys),
        )
        .order_by(col(ImportedRow.kind), col(ImportedRow.number))
    )
    found: dict[Key, list[ImportedRow]] = {}
    for entry in (await session.exec(statement)).all():
        found.setdefault((entry.row_kind.value, entry.row), []).append(entry)
    return found


async def imported_seats(session: AsyncSession, forum_id: UUID, source: str) -> dict[str, UUID]:
    """Seats by the external ids under which they were imported."""
    statement = select(ImportedRow.row, ImportedRow.record_id).where(
        ImportedRow.forum_id == forum_id,
        ImportedRow.source == source,
        ImportedRow.kind == RecordKind.MEMBER,
        col(ImportedRow.sha256).is_not(None),
    )
    return {row: seat for row, seat in (await session.exec(statement)).all() if seat is not None}


async def seat_ids(session: AsyncSession, forum_id: UUID) -> frozenset[UUID]:
    """The ids of all the forum's seats."""
    return frozenset((await session.exec(select(Member.id).where(Member.forum_id == forum_id))).all())


async def _required_manager(session: AsyncSession, actor: Actor, forum_id: UUID) -> None:
    forum = await forum_by_id(session, forum_id)
    if not may_manage(actor, forum.area):
        raise NotFound("forum's imports")


async def list_imported(
    session: AsyncSession,
    actor: Actor,
    forum_id: UUID,
    *,
    source: str | None,
    refused: bool | None,
    after: Cursor | None,
    limit: int,
) -> Sequence[ImportedRow]:
    """What was imported into a forum, by source and row; raises `NotFound` for who does not keep its records."""
    await _required_manager(session, actor, forum_id)
    order = [col(ImportedRow.source), col(ImportedRow.row), col(ImportedRow.kind), col(ImportedRow.number)]
    statement = select(ImportedRow).where(ImportedRow.forum_id == forum_id).order_by(*order).limit(limit)
    if source is not None:
        statement = statement.where(ImportedRow.source == source)
    if refused is not None:
        reason = col(ImportedRow.reason)
        statement = statement.where(reason.is_not(None) if refused else reason.is_(None))
    if after is not None:
        statement = statement.where(tuple_(*order) > tuple_(*after))
    return (await session.exec(statement)).all()


async def totals(session: AsyncSession, actor: Actor, forum_id: UUID) -> list[ImportTotals]:
    """What each source has sent; raises `NotFound` for who does not keep the forum's records."""
    await _required_manager(session, actor, forum_id)
    refused = col(ImportedRow.reason).is_not(None)
    statement = (
        select(ImportedRow.source, ImportedRow.kind, refused, func.count())
        .where(ImportedRow.forum_id == forum_id)
        .group_by(ImportedRow.source, ImportedRow.kind, refused)
        .order_by(ImportedRow.source, ImportedRow.kind)
    )
    found: dict[str, ImportTotals] = {}
    for source, kind, was_refused, count in (await session.exec(statement)).all():
        total = found.setdefault(source, ImportTotals(source=source, stored={}, refused={}))
        (total.refused if was_refused else total.stored)[str(kind)] = count
    return list(found.values())
