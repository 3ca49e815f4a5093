"""Writing reports that are placed, thousands by one statement, and telling of each. Rule C1."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import IncidentRecorded
from beatbook.kit.db import AsyncSession, driver_connection
from beatbook.kit.events import Fact, emit_many
from beatbook.kit.ids import new_id
from services.cases.incidents.rules import Placed

_COLUMNS = {
    "id": "uuid", "external_id": "text", "area": "text", "occurred_from": "timestamptz",
    "occurred_until": "timestamptz", "month": "date", "weekday": "int2", "hour": "int2", "longitude": "float8",
    "latitude": "float8", "place": "text", "category": "text", "local_category": "text", "reporter_kind": "text",
    "repeat_victim": "bool", "named": "text",
}  # fmt: skip
_STORED = ", ".join(name for name in _COLUMNS if name != "named")
_REPORTS = f"unnest({', '.join(f'${n}::{kind}[]' for n, kind in enumerate(_COLUMNS.values(), 3))}) as report " + (
    f"({', '.join(_COLUMNS)})"
)
# in one order, so that two senders of the same rows wait for one another and never both at once
_INSERT = f"""
    insert into incidents ({_STORED}, source, recorded_at)
    select {_STORED}, $1, $2 from {_REPORTS} order by external_id
    on conflict (split_part(area, '.', 1), source, external_id) do nothing
"""  # noqa: S608 - from constants
# `rules.says_other`, of what is stored
_OTHERS = f"""
    select report.external_id
    from {_REPORTS}
    join incidents as known
         on split_part(known.area, '.', 1) = $2 and known.source = $1 and known.external_id = report.external_id
    where known.area <> report.named
       or (known.occurred_from, known.occurred_until, known.month, known.longitude, known.latitude, known.place,
           known.reporter_kind, known.repeat_victim)
          is distinct from
          (report.occurred_from, report.occurred_until, report.month, report.longitude, report.latitude, report.place,
           report.reporter_kind, report.repeat_victim)
       or case when known.local_category is null or report.local_category is null
          then known.category <> report.category else known.local_category <> report.local_category end
"""  # noqa: S608 - from constants


async def record(
    session: AsyncSession, actor: Actor, now: datetime, source: str, placed: Sequence[Placed]
) -> tuple[set[str], set[str]]:  # fmt: skip
    """Insert the reports that are new and tell of each; those known under their external id change nothing.

    Returns the external ids of the new ones, and those under which something else was recorded.
    """
    if not placed:
        return set(), set()
    connection = await driver_connection(session)
    ids = [new_id() for _ in placed]
    columns = _by_column(ids, placed)
    status = await connection.execute(_INSERT, source, now, *columns)
    added = list(zip(ids, placed, strict=True))
    others: set[str] = set()
    if int(status.rpartition(" ")[2]) < len(placed):
        there = {row["id"] for row in await connection.fetch("select id from incidents where id = any($1)", ids)}
        added = [item for item in added if item[0] in there]
        known = [item for item in zip(ids, placed, strict=True) if item[0] not in there]
        others = await _others(connection, source, known)
    await emit_many(connection, _facts(added), actor=actor.subject, at=now, session=session)
    return {item.report.external_id for _, item in added}, others


async def _others(connection: asyncpg.Connection, source: str, known: Sequence[tuple[UUID, Placed]]) -> set[str]:
    country = known[0][1].area.partition(".")[0]
    columns = _by_column([made for made, _ in known], [item for _, item in known])
    return {row["external_id"] for row in await connection.fetch(_OTHERS, source, country, *columns)}


def _by_column(ids: Sequence[UUID], placed: Sequence[Placed]) -> Iterable[Sequence[Any]]:
    return zip(*(_row(made, item) for made, item in zip(ids, placed, strict=True)), strict=True)


def _row(made: UUID, item: Placed) -> tuple[Any, ...]:
    report, span = item.report, item.report.span
    longitude, latitude = report.point or (None, None)
    return (
        made, report.external_id, item.area, span.start, span.end, span.month, span.weekday, span.hour, longitude,
        latitude, report.place, report.category, report.local_category, report.reporter_kind.value,
        report.repeat_victim, report.area,
    )  # fmt: skip


def _facts(added: Sequence[tuple[UUID, Placed]]) -> list[Fact]:
    return [
        Fact(
            IncidentRecorded(
                incident_id=made,
                area=item.area,
                month=item.report.span.month,
                category=item.report.category,
                repeat_victim=item.report.repeat_victim,
            ),
            made,
            item.area,
        )
        for made, item in added
    ]
