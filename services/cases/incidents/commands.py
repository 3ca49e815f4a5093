"""Recording incidents: one, or thousands by one statement."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

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
from services.cases.reports.rules import Report, Unfit, read_report

_INSERT = """
    insert into incidents (id, source, external_id, area, occurred_from, occurred_until, month, longitude, latitude,
                           place, category, reporter_kind, repeat_victim, recorded_at)
    select id, $2, external_id, area, occurred_from, occurred_until, month, longitude, latitude,
           place, category, reporter_kind, repeat_victim, $14
    from unnest($1::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::date[], $8::float8[],
                $9::float8[], $10::text[], $11::text[], $12::text[], $13::bool[])
         as report (id, external_id, area, occurred_from, occurred_until, month, longitude, latitude,
                    place, category, reporter_kind, repeat_victim)
    order by external_id
    on conflict (split_part(area, '.', 1), source, external_id) do nothing
    returning id
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
    """Record what is fit of a batch; a row recorded before is counted, not added. Rule C1."""
    if not rules.may_record_incidents(actor, request.root):
        raise Forbidden(f"To record incidents in {request.root} {_NEEDED}.", rule="C1")
    areas = await places.under(session, request.root, now.date())
    if not areas.holds(request.root):
        raise _unknown_root(request.root)
    placed, refused = rules.take_batch(request.rows, areas, now)
    connection = await driver_connection(session)
    added = await _insert(session, connection, placed, source=request.source, actor=actor, now=now)
    already = len(placed) - len(added)
    await connection.execute(
        _DONE, request.import_id, request.batch, request.root, request.source,
        len(added), already, len(refused), actor.subject, now,
    )  # fmt: skip
    views = [RefusalView.model_validate(refusal) for refusal in refused]
    return BatchReport(added=len(added), already=already, refused=views)


async def record_incident(
    session: AsyncSession, actor: Actor, now: datetime, places: Places, request: IncidentCreate
) -> tuple[Incident, bool]:
    """Record one report; returns the incident, and whether it is new: sent twice it counts once. Rule C1."""
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
    connection = await driver_connection(session)
    added = await _insert(session, connection, [(report, area)], source=request.source, actor=actor, now=now)
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
    placed: Sequence[tuple[Report, str]],
    *,
    source: str,
    actor: Actor,
    now: datetime,
) -> set[UUID]:
    """Insert the reports that are new and tell of each; returns their ids."""
    ids = [new_id() for _ in placed]
    reports = [report for report, _ in placed]
    rows = await connection.fetch(
        _INSERT,
        ids,
        source,
        [report.external_id for report in reports],
        [area for _, area in placed],
        [report.span.start for report in reports],
        [report.span.end for report in reports],
        [report.span.month for report in reports],
        [report.point and report.point[0] for report in reports],
        [report.point and report.point[1] for report in reports],
        [report.place for report in reports],
        [report.category for report in reports],
        [report.reporter_kind.value for report in reports],
        [report.repeat_victim for report in reports],
        now,
    )
    added = {row["id"] for row in rows}
    facts = [
        Fact(
            IncidentRecorded(
                incident_id=incident_id,
                area=area,
                month=report.span.month,
                category=report.category,
                repeat_victim=report.repeat_victim,
            ),
            incident_id,
            area,
        )
        for incident_id, (report, area) in zip(ids, placed, strict=True)
        if incident_id in added
    ]
    await emit_many(connection, facts, actor=actor.subject, at=now, session=session)
    return added
