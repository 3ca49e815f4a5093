"""Recording incidents: one, or thousands by one statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import IncidentRecorded
from beatbook.kit.db import AsyncSession, driver_connection
from beatbook.kit.errors import Conflict, Forbidden, Refused
from beatbook.kit.events import Fact, emit_many
from beatbook.kit.ids import new_id
from services.cases.areas.queries import Places
from services.cases.incidents import queries, rules
from services.cases.incidents.schemas import BatchIn, BatchReport, IncidentCreate, RefusalView
from services.cases.incidents.tables import Incident
from services.cases.reports.rules import Report, read_report
from services.cases.reports.unfit import Reason, Unfit

_INSERT = """
    insert into incidents (id, source, external_id, area, occurred_from, occurred_until, month, longitude, latitude,
                           place, category, reporter_kind, repeat_victim, weekday, hour, recorded_at)
    select id, $1, external_id, area, occurred_from, occurred_until, month, longitude, latitude,
           place, category, reporter_kind, repeat_victim, weekday, hour, $14
    from unnest($2::text[], $3::timestamptz[], $4::timestamptz[], $5::date[], $6::float8[], $7::float8[], $8::text[],
                $9::text[], $10::text[], $11::bool[], $12::text[], $13::uuid[], $15::int2[], $16::int2[])
         as report (external_id, occurred_from, occurred_until, month, longitude, latitude, place,
                    category, reporter_kind, repeat_victim, area, id, weekday, hour)
    order by external_id
    on conflict (split_part(area, '.', 1), source, external_id) do nothing
    returning id
"""
# Where a point lies is not what was reported: the register may have moved its boundaries since.
_OTHERS = """
    select report.external_id
    from unnest($2::text[], $3::timestamptz[], $4::timestamptz[], $5::date[], $6::float8[], $7::float8[], $8::text[],
                $9::text[], $10::text[], $11::bool[], $12::text[])
         as report (external_id, occurred_from, occurred_until, month, longitude, latitude, place,
                    category, reporter_kind, repeat_victim, area)
    join incidents as known
         on split_part(known.area, '.', 1) = $13 and known.source = $1 and known.external_id = report.external_id
    where known.area <> report.area
       or (known.occurred_from, known.occurred_until, known.month, known.longitude, known.latitude, known.place,
           known.category, known.reporter_kind, known.repeat_victim)
          is distinct from
          (report.occurred_from, report.occurred_until, report.month, report.longitude, report.latitude, report.place,
           report.category, report.reporter_kind, report.repeat_victim)
"""
_DONE = """
    insert into incident_batches (import_id, batch, root, source, added, already, refused, recorded_by, recorded_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    on conflict (import_id, batch) do update
    set root = excluded.root, source = excluded.source, added = excluded.added, already = excluded.already,
        refused = excluded.refused, recorded_by = excluded.recorded_by, recorded_at = excluded.recorded_at
"""
_NEEDED = "you need an officer, supervisor or admin grant there"


async def record_batch(
    session: AsyncSession, actor: Actor, now: datetime, places: Places, request: BatchIn
) -> BatchReport:  # fmt: skip
    """Record what is fit of a batch; a row recorded before is counted, not added, if it says the same. Rule C1."""
    if not rules.may_record_incidents(actor, request.root):
        raise Forbidden(f"To record incidents in {request.root} {_NEEDED}.", rule="C1")
    areas = await places.under(session, request.root, now.date())
    if not areas.holds(request.root):
        raise _unknown_root(request.root)
    placed, refused = rules.take_batch(request.rows, areas, now)
    connection = await driver_connection(session)
    added = await _insert(session, connection, placed, source=request.source, actor=actor, now=now)
    known = [item for item in placed if item.report.external_id not in added]
    refused += rules.conflicts(known, await _others(connection, known, source=request.source))
    refused.sort(key=lambda refusal: refusal.row)
    already = len(request.rows) - len(added) - len(refused)
    await connection.execute(
        _DONE, request.import_id, request.batch, request.root, request.source,
        len(added), already, len(refused), actor.subject, now,
    )  # fmt: skip
    views = [RefusalView.model_validate(refusal) for refusal in refused]
    return BatchReport(added=len(added), already=already, refused=views)


async def record_incident(
    session: AsyncSession, actor: Actor, now: datetime, places: Places, request: IncidentCreate
) -> tuple[Incident, bool]:
    """Record one report; returns the incident, and whether it is new: sent twice it counts once.

    Raises `Conflict` when its source sent something else under the same external id. Rule C1.
    """
    if not rules.may_record_somewhere(actor):
        raise Forbidden(f"To record incidents in an area {_NEEDED}.", rule="C1")
    root = request.root or request.area
    if root is None:
        raise Refused("Send the root under which the point is placed, or the area.", code="missing", rule="C1")
    fields = request.model_dump(exclude={"source", "root"}, exclude_none=True)
    report = _read({"external_id": str(new_id())} | fields, now)
    areas = await places.under(session, root, now.date())
    if not areas.holds(root):
        raise _unknown_root(root)
    (area,) = rules.place_reports([report], areas)
    if isinstance(area, Unfit):
        raise Refused(area.detail, code=area.reason, rule="C1")
    if not rules.may_record_incidents(actor, area):
        raise Forbidden(f"To record incidents in {area} {_NEEDED}.", rule="C1")
    connection, placed = await driver_connection(session), [rules.Placed(0, report, area)]
    added = await _insert(session, connection, placed, source=request.source, actor=actor, now=now)
    if not added and await _others(connection, placed, source=request.source):
        raise Conflict(rules.CONFLICT, code=Reason.CONFLICTING, rule="C1")
    incident = await queries.incident_by_source(
        session, actor, area.partition(".")[0], request.source, report.external_id
    )  # fmt: skip
    if incident is None:
        raise Conflict("A report with this source and external_id was recorded elsewhere in the country.", rule="C1")
    return incident, bool(added)


def _read(fields: dict[str, object], now: datetime) -> Report:
    try:
        return read_report(fields, now)
    except Unfit as unfit:
        raise Refused(unfit.detail, code=unfit.reason, rule="C1") from unfit


def _unknown_root(root: str) -> Refused:
    return Refused(
        f"{root} is no open area that is known here: import the areas first, or wait a moment if you just did.",
        code="unknown_area",
        rule="C1",
    )


async def _insert(
    session: AsyncSession,
    connection: asyncpg.Connection,
    placed: Sequence[rules.Placed],
    *,
    source: str,
    actor: Actor,
    now: datetime,
) -> set[str]:
    """Insert the reports that are new and tell of each; returns their external ids."""
    ids = [new_id() for _ in placed]
    areas = [item.area for item in placed]
    rows = await connection.fetch(_INSERT, source, *_content(placed), areas, ids, now, *_clock(placed))
    inserted = {row["id"] for row in rows}
    added = [(incident_id, item) for incident_id, item in zip(ids, placed, strict=True) if incident_id in inserted]
    facts = [
        Fact(
            IncidentRecorded(
                incident_id=incident_id,
                area=item.area,
                month=item.report.span.month,
                category=item.report.category,
                repeat_victim=item.report.repeat_victim,
            ),
            incident_id,
            item.area,
        )
        for incident_id, item in added
    ]
    await emit_many(connection, facts, actor=actor.subject, at=now, session=session)
    return {item.report.external_id for _, item in added}


async def _others(connection: asyncpg.Connection, known: Sequence[rules.Placed], *, source: str) -> set[str]:
    """The external ids, of reports that were not new, under which something else was recorded."""
    if not known:
        return set()
    named = [item.report.area for item in known]
    country = known[0].area.partition(".")[0]
    return {row["external_id"] for row in await connection.fetch(_OTHERS, source, *_content(known), named, country)}


def _content(placed: Sequence[rules.Placed]) -> list[list[Any]]:
    """What was reported, apart from the area, by column."""
    reports = [item.report for item in placed]
    return [
        [report.external_id for report in reports],
        [report.span.start for report in reports],
        [report.span.end for report in reports],
        [report.span.month for report in reports],
        [report.point and report.point[0] for report in reports],
        [report.point and report.point[1] for report in reports],
        [report.place for report in reports],
        [report.category for report in reports],
        [report.reporter_kind.value for report in reports],
        [report.repeat_victim for report in reports],
    ]


def _clock(placed: Sequence[rules.Placed]) -> list[list[int | None]]:
    """Weekday and hour on the source's own clock, by column."""
    return [[item.report.span.weekday for item in placed], [item.report.span.hour for item in placed]]
