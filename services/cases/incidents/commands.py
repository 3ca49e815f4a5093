"""Recording incidents: one, or a batch of thousands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession, driver_connection
from beatbook.kit.errors import Conflict, Forbidden, Refused
from beatbook.kit.ids import new_id
from services.cases.areas.queries import Places
from services.cases.areas.rules import AreaIndex
from services.cases.categories.queries import find_table
from services.cases.incidents import queries, rules
from services.cases.incidents.recording import record
from services.cases.incidents.schemas import BatchIn, BatchReport, IncidentCreate, RefusalView, Sending
from services.cases.incidents.tables import Incident
from services.cases.reports.rules import Reading, Report, read_report
from services.cases.reports.unfit import Reason, Unfit

_DONE = """
    insert into incident_batches (root, import_id, batch, source, category_table, digest, added, already, refused,
                                  recorded_by, recorded_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    on conflict (root, import_id, batch) do update
    set source = excluded.source, category_table = excluded.category_table, digest = excluded.digest,
        added = excluded.added, already = excluded.already, refused = excluded.refused,
        recorded_by = excluded.recorded_by, recorded_at = excluded.recorded_at
"""
_FORGET = "delete from incident_refusals where root = $1 and import_id = $2 and batch = $3"
_REFUSED = """
    insert into incident_refusals (root, import_id, batch, row, line, external_id, reason, detail)
    select $1, $2, $3, * from unnest($4::int4[], $5::int8[], $6::text[], $7::text[], $8::text[])
"""
_FORGET_OLD = """
    delete from incident_refusals where ctid = any (array(
        select refusal.ctid from incident_refusals refusal join incident_batches using (root, import_id, batch)
        where incident_batches.recorded_at < $1 and incident_batches.refused > 0 limit $2
    ))
"""
FORGOTTEN_A_TURN = 10_000
_NEEDED = "you need an officer, supervisor or admin grant there"


async def open_root(session: AsyncSession, actor: Actor, now: datetime, places: Places, root: str) -> AreaIndex:
    """The areas that an import's rows are placed in; raises `Forbidden`, and `Refused` for a root not known here."""
    if not rules.may_record_incidents(actor, root):
        raise Forbidden(f"To record incidents in {root} {_NEEDED}.", rule="C1")
    areas = await places.under(session, root, now.date())
    if not areas.holds(root):
        raise _unknown_root(root)
    return areas


async def reading_of(session: AsyncSession, sending: Sending) -> tuple[Reading, str | None]:
    """How a sender's rows are read, and the category table with its version; raises `Refused` for one unknown."""
    if sending.categories is None:
        return Reading(sending.zone), None
    table = await find_table(session, sending.root.partition(".")[0], sending.categories)
    if table is None:
        raise Refused("There is no category table of this name: see /v1/category-tables.", code="no-table", rule="C1")
    return Reading(sending.zone, table.codes), f"{table.name} {table.version}"


async def record_batch(
    session: AsyncSession, actor: Actor, now: datetime, places: Places, request: BatchIn
) -> BatchReport:  # fmt: skip
    """Record what is fit of a batch; a row recorded before is counted, not added, if it says the same. Rule C1."""
    areas = await open_root(session, actor, now, places, request.root)
    reading, table = await reading_of(session, request)
    taken = rules.take_batch(request.rows, areas, now, reading)
    added, already, refused = await keep_batch(
        session, actor, now, request, table, request.import_id, request.batch, taken
    )
    return BatchReport(
        added=added, already=already, refused=[RefusalView.model_validate(refusal) for refusal in refused]
    )  # fmt: skip


async def keep_batch(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    sending: Sending,
    table: str | None,
    import_id: str,
    batch: int,
    taken: rules.Taken,
    *,
    digest: bytes | None = None,
    lines: Sequence[int] | None = None,
) -> tuple[int, int, list[rules.Refusal]]:
    """Write a batch that was read, and note what became of it: how many rows are new, were there, are refused."""
    added, others = await record(session, actor, now, sending.source, taken.placed)
    refused = taken.refused + rules.conflicts(taken.placed, others)
    refused.sort(key=lambda refusal: refusal.row)
    already = len(taken.placed) - len(added) - len(others) + taken.repeated
    connection = await driver_connection(session)
    at: tuple[Any, ...] = (sending.root, import_id, batch)
    await connection.execute(
        _DONE, *at, sending.source, table, digest, len(added), already, len(refused), actor.subject, now
    )
    await connection.execute(_FORGET, *at)
    if refused:
        await connection.execute(
            _REFUSED,
            *at,
            [refusal.row for refusal in refused],
            [lines and lines[refusal.row] for refusal in refused],
            [refusal.external_id for refusal in refused],
            [refusal.reason.value for refusal in refused],
            [refusal.detail for refusal in refused],
        )
    return len(added), already, refused


async def forget_refusals(session: AsyncSession, _: Actor, now: datetime) -> bool:
    """Forget the rows refused in batches a month old; whether there may be more. What was counted stays. Rule C1."""
    connection = await driver_connection(session)
    status = await connection.execute(_FORGET_OLD, now - rules.REFUSALS_KEPT, FORGOTTEN_A_TURN)
    return int(status.rpartition(" ")[2]) >= FORGOTTEN_A_TURN


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
    added, others = await record(session, actor, now, request.source, [rules.Placed(0, report, area)])
    if others:
        raise Conflict(rules.CONFLICT, code=Reason.CONFLICTING, rule="C1")
    incident = await queries.incident_by_source(
        session, actor, area.partition(".")[0], request.source, report.external_id
    )  # fmt: skip
    if incident is None:
        raise Conflict("A report with this source and external_id was recorded elsewhere in the country.", rule="C1")
    return incident, bool(added)


async def raise_priority(session: AsyncSession, incident: Incident) -> None:
    """Have an incident seen first, for features above that note something of it. Rule C2."""
    incident.is_urgent = True
    await session.flush()


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
