"""Taking old records over, row by row in one transaction: a row that is refused leaves nothing and stops no other.

Each row goes through the commands that a secretary's own requests go through: the same rules, the same events.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import delete, insert, tuple_
from sqlmodel import col

from beatbook.contracts.actor import Actor
from beatbook.kit.crypto import canonical_json, sha256_hex
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Problem
from beatbook.kit.events import attempt
from services.forum.forums.queries import managed_forum
from services.forum.imports import queries, rules
from services.forum.imports.meeting_rows import MeetingIntake, refusal_of
from services.forum.imports.queries import Key
from services.forum.imports.rules import Entry, Outcome, RecordKind, Refusal
from services.forum.imports.schemas import (
    EXTERNAL_ID,
    ImportBatch,
    ImportReport,
    MeetingRow,
    MemberRow,
    RefusalView,
    RowView,
)
from services.forum.imports.tables import ImportedRow
from services.forum.members.commands import seat_member
from services.forum.members.schemas import MemberCreate

UNREADABLE = Refusal(
    "unreadable",
    "A row is an object with a `record`, member or meeting, and an `external_id` of up to 80 ASCII characters.",
)


class _Trial(Exception):
    """All that was tried is to be undone."""


@dataclass(frozen=True)
class _Judged:
    """What became of one row and its parts, and whether that is to be noted."""

    key: Key | None
    outcome: Outcome
    entries: Sequence[Entry]
    sha256: str | None = None


async def import_rows(
    session: AsyncSession, actor: Actor, now: datetime, forum_id: UUID, request: ImportBatch
) -> ImportReport:
    """Take over up to 100 rows; a row sent again with the same content changes nothing. Rules F2, F7, F10-F12."""
    await managed_forum(session, actor, forum_id)
    keys = [_key(row) for row in request.rows]
    judged: list[_Judged] = []
    try:
        async with attempt(session):
            intake = _Intake(session, actor, now, forum_id, request.source)
            await intake.prepare([key for key in keys if key is not None])
            for key, row in zip(keys, request.rows, strict=True):
                judged.append(await intake.judge(key, row))
            await intake.keep(judged)
            if request.trial:
                raise _Trial
    except _Trial:
        pass
    return _report(judged, trial=request.trial)


@dataclass
class _Intake:
    session: AsyncSession
    actor: Actor
    now: datetime
    forum_id: UUID
    source: str

    async def prepare(self, keys: Sequence[Key]) -> None:
        """Look up at once what the batch needs."""
        self._known = await queries.known_rows(self.session, self.forum_id, self.source, keys)
        self._before = await queries.entries_of(self.session, self.forum_id, self.source, list(self._known))
        self._imported = await queries.imported_seats(self.session, self.forum_id, self.source)
        self._seats = await queries.seat_ids(self.session, self.forum_id)

    async def judge(self, key: Key | None, raw: Any) -> _Judged:
        if key is None:
            return _Judged(None, Outcome.REFUSED, [])
        try:
            sha256 = sha256_hex(canonical_json(raw))
        except ValueError:
            return _refused(key, raw, Refusal("unreadable", "A number in the row is too large to be exact."))
        if (known := self._known.get(key)) is not None:
            if known == sha256:
                return _Judged(key, Outcome.UNCHANGED, self._entries_before(key))
            return _Judged(None, Outcome.REFUSED, _refused(key, raw, rules.CONFLICTING).entries)
        try:
            async with attempt(self.session):
                entries = await self._take(key, raw)
        except (Problem, ValidationError) as error:
            return _refused(key, raw, refusal_of(error))
        self._known[key] = sha256
        return _Judged(key, Outcome.ADDED, entries, sha256)

    async def _take(self, key: Key, raw: Mapping[str, Any]) -> list[Entry]:
        if key[0] == RecordKind.MEMBER:
            row = MemberRow.model_validate(raw)
            seat = MemberCreate.model_validate(row.model_dump(include=set(MemberCreate.model_fields)))
            member = await seat_member(self.session, self.actor, self.now, self.forum_id, seat)
            self._imported[row.external_id] = member.id
            return [Entry(RecordKind.MEMBER, 0, row.external_id, member.id)]
        intake = MeetingIntake(self.session, self.actor, self.now, self.forum_id, self._imported, self._seats)
        await intake.take(MeetingRow.model_validate(raw))
        return intake.entries

    def _entries_before(self, key: Key) -> list[Entry]:
        return [
            Entry(
                row.kind,
                row.number,
                row.external_id,
                row.record_id,
                Refusal(row.reason, row.detail or "") if row.reason else None,
            )
            for row in sorted(self._before.get(key, []), key=lambda row: row.kind != row.row_kind)
        ]

    async def keep(self, judged: Sequence[_Judged]) -> None:
        """Note what became of the rows that were not there, in place of what was noted before."""
        fresh = {row.key: row for row in judged if row.key is not None and row.outcome is not Outcome.UNCHANGED}
        if not fresh:
            return
        await self.session.exec(
            delete(ImportedRow).where(
                col(ImportedRow.forum_id) == self.forum_id,
                col(ImportedRow.source) == self.source,
                tuple_(col(ImportedRow.row_kind), col(ImportedRow.row)).in_(list(fresh)),
            )
        )
        rows = [self._row(key, entry, row.sha256) for key, row in fresh.items() for entry in row.entries]
        await self.session.exec(insert(ImportedRow), params=rows)

    def _row(self, key: Key, entry: Entry, sha256: str | None) -> dict[str, Any]:
        return {
            "forum_id": self.forum_id,
            "source": self.source,
            "row_kind": key[0],
            "row": key[1],
            "kind": entry.kind,
            "number": entry.number,
            "external_id": entry.external_id,
            "record_id": entry.record_id,
            "reason": entry.refusal.reason if entry.refusal else None,
            "detail": entry.refusal.detail if entry.refusal else None,
            "sha256": sha256 if entry.kind == key[0] else None,
            "recorded_at": self.now,
        }


def _key(raw: Any) -> Key | None:
    """A row's kind and external id, as far as they can be read."""
    if not isinstance(raw, Mapping):
        return None
    kind, external_id = raw.get("record"), raw.get("external_id")
    if kind not in (RecordKind.MEMBER, RecordKind.MEETING) or not isinstance(external_id, str):
        return None
    external_id = external_id.strip()
    return (str(kind), external_id) if re.fullmatch(EXTERNAL_ID, external_id, re.ASCII) else None


def _refused(key: Key, raw: Mapping[str, Any], why: Refusal) -> _Judged:
    row = Entry(RecordKind(key[0]), 0, key[1], refusal=why)
    return _Judged(key, Outcome.REFUSED, [row, *rules.without_row(raw)])


def _report(judged: Sequence[_Judged], *, trial: bool) -> ImportReport:
    rows: list[RowView] = []
    refused: list[RefusalView] = []
    outcomes: list[tuple[RecordKind | None, Outcome]] = []
    for number, row in enumerate(judged):
        entries = row.entries or [Entry(RecordKind.MEMBER, 0, refusal=UNREADABLE)]
        kind = entries[0].kind if row.entries else None
        rows.append(
            RowView(
                row=number,
                kind=kind,
                external_id=entries[0].external_id,
                outcome=row.outcome,
                id=None if trial and row.outcome is Outcome.ADDED else entries[0].record_id,
            )
        )
        for entry in entries:
            of = entry.kind if row.entries else None
            outcomes.append((of, Outcome.REFUSED if entry.refusal else row.outcome))
            if entry.refusal:
                refused.append(
                    RefusalView(
                        row=number,
                        kind=of,
                        number=entry.number,
                        external_id=entry.external_id,
                        reason=entry.refusal.reason,
                        detail=entry.refusal.detail,
                    )
                )
    return ImportReport(trial=trial, counts=rules.counts(outcomes), rows=rows, refused=refused)
