"""Writing reports that are placed, thousands by one statement, and telling of each. Rule C1."""

from collections.abc import Sequence
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

_STORED = {
    "id": "uuid", "external_id": "text", "area": "text", "occurred_from": "timestamptz",
    "occurred_until": "timestamptz", "month": "date", "weekday": "int2", "hour": "int2", "longitude": "float8",
    "latitude": "float8", "place": "text", "category": "text", "local_category": "text", "reporter_kind": "text",
    "repeat_victim": "bool",
}  # fmt: skip
_REPORTED = {**_STORED, "named": "text"}
_LOCK = "select pg_advisory_xact_lock(hashtextextended($1, 0))"
_KNOWN = """
    select external_id from incidents
    where split_part(area, '.', 1) = $1 and source = $2 and external_id = any($3::text[])
"""
# `rules.says_other`, of what is stored
_OTHERS = f"""
    select report.external_id
    from unnest({", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_REPORTED.values(), 3))})
         as report ({", ".join(_REPORTED)})
    join incidents as known
         on split_part(known.area, '.', 1) = $1 and known.source = $2 and known.external_id = report.external_id
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

    Returns the external ids of the new ones, and those under which something else was recorded. Who records for one
    source of a country waits for the others: what is known is looked up once, and the rest is a COPY, which takes a
    third of what inserting row by row on conflict does.
    """
    if not placed:
        return set(), set()
    connection = await driver_connection(session)
    country = placed[0].area.partition(".")[0]
    await connection.execute(_LOCK, f"incidents {country} {source}")
    ids = [item.report.external_id for item in placed]
    there = {row["external_id"] for row in await connection.fetch(_KNOWN, country, source, ids)}
    added = [(new_id(), item) for item in placed if item.report.external_id not in there]
    rows = [(*_row(made, item), source, now) for made, item in added]
    await connection.copy_records_to_table("incidents", columns=[*_STORED, "source", "recorded_at"], records=rows)
    known = [item for item in placed if item.report.external_id in there]
    others = await _others(connection, country, source, known)
    await emit_many(connection, _facts(added), actor=actor.subject, at=now, session=session)
    return {item.report.external_id for _, item in added}, others


async def _others(
    connection: asyncpg.Connection, country: str, source: str, known: Sequence[Placed]
) -> set[str]:  # fmt: skip
    if not known:
        return set()
    columns = zip(*((*_row(None, item), item.report.area) for item in known), strict=True)
    return {row["external_id"] for row in await connection.fetch(_OTHERS, country, source, *columns)}


def _row(made: UUID | None, item: Placed) -> tuple[Any, ...]:
    report, span = item.report, item.report.span
    longitude, latitude = report.point or (None, None)
    return (
        made, report.external_id, item.area, span.start, span.end, span.month, span.weekday, span.hour, longitude,
        latitude, report.place, report.category, report.local_category, report.reporter_kind.value,
        report.repeat_victim,
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
