"""Changes of the facts, by events: set-based, in the consumer's transaction."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import asyncpg

from beatbook.contracts.areas import lineage
from services.kpi.facts.rules import Cell, CellKey, DecisionState, Measure, decision_cells, rolled_up

_ADD = """
    with added as (
        insert into facts (measure, area, month, category, counts_from, count)
        select * from unnest($1::text[], $2::text[], $3::date[], $4::text[], $5::date[], $6::bigint[])
        on conflict (measure, area, month, category, counts_from) do update set count = facts.count + excluded.count
        returning measure, area, month
    )
    insert into changed_cells (measure, area, month) select distinct measure, area, month from added
"""
_KEEP = """
    insert into decisions (decision_id, area, due_on, outcome, on_time)
    select * from unnest($1::uuid[], $2::text[], $3::date[], $4::text[], $5::bool[])
    on conflict (decision_id) do update
    set area = excluded.area, due_on = excluded.due_on, outcome = excluded.outcome, on_time = excluded.on_time
"""


async def count(db: asyncpg.Connection, happened: Sequence[Cell]) -> None:
    """Count what happened once each, in every tier at once. Rule K2."""
    await _add(db, rolled_up(Counter(happened).items()))


async def take_decisions(db: asyncpg.Connection, heard: Sequence[tuple[UUID, DecisionState]]) -> None:
    """Count decisions as they now stand, and take back what was counted of them before. Rules F13, K2."""
    known = await _known(db, {decision_id for decision_id, _ in heard})
    changes: list[tuple[Cell, int]] = []
    for decision_id, state in heard:
        if decision_id in known:
            changes += [(cell, -1) for cell in decision_cells(known[decision_id])]
        changes += [(cell, 1) for cell in decision_cells(state)]
        known[decision_id] = state
    await db.execute(
        _KEEP,
        list(known),
        [state.area for state in known.values()],
        [state.due_on for state in known.values()],
        [state.outcome for state in known.values()],
        [state.on_time for state in known.values()],
    )
    await _add(db, rolled_up(changes))


async def _known(db: asyncpg.Connection, ids: set[UUID]) -> dict[UUID, DecisionState]:
    rows = await db.fetch(
        "select decision_id, area, due_on, outcome, on_time from decisions where decision_id = any($1)", list(ids)
    )
    return {row["decision_id"]: DecisionState(*list(row.values())[1:]) for row in rows}


async def _add(db: asyncpg.Connection, cells: Mapping[CellKey, int]) -> None:
    if cells:
        await db.execute(_ADD, *map(list, zip(*cells, strict=True)), list(cells.values()))


async def mark_population_changed(db: asyncpg.Connection, codes: Sequence[str]) -> None:
    """Mark every rate per resident of areas whose population changed, and of those above. Rule K3."""
    touched = sorted({area for code in codes for area in lineage(code)})
    await db.execute(
        """insert into changed_cells (measure, area, month)
           select distinct measure, area, month from facts where measure = $1 and area = any($2)""",
        Measure.INCIDENTS, touched,
    )  # fmt: skip


async def mark_matured(db: asyncpg.Connection, today: date) -> None:
    """Mark the cells that began to count by the calendar since the last turn."""
    await db.execute(
        """with before as (select through from maturity for update),
                moved as (update maturity set through = greatest(through, $1))
           insert into changed_cells (measure, area, month)
           select distinct measure, area, month from facts, before
           where counts_from > before.through and counts_from <= $1 and count <> 0""",
        today,
    )


async def take_changed(db: asyncpg.Connection, limit: int) -> list[tuple[Measure, str, date]]:
    """Take up to `limit` changed cells, longest changed first, each once however often it changed."""
    rows = await db.fetch(
        """with cell as (
               select measure, area, month from changed_cells group by measure, area, month order by min(seq) limit $1
           ),
           taken as (
               delete from changed_cells using cell
               where changed_cells.measure = cell.measure
                 and changed_cells.area = cell.area and changed_cells.month = cell.month
           )
           select * from cell order by measure, area, month""",
        limit,
    )
    return [(Measure(row["measure"]), row["area"], row["month"]) for row in rows]
