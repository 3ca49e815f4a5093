"""What the clock reminds the oversight body of: complaints not acknowledged or decided in time. Rule C19."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import ComplaintOverdue
from beatbook.kit.db import AsyncSession, driver_connection
from beatbook.kit.events import Fact, emit_many
from beatbook.kit.timers import WorkerContext
from services.cases.complaints.rules import Owed
from services.cases.complaints.tables import ComplaintAllowance
from services.cases.files.queries import as_clock

A_TURN = 200
_TELL = """
    update complaints set {told} = $1 where id in (
        select id from complaints where state in ({states}) and {due} < $1 and {told} is null
          and exists (select from case_files as file where file.id = complaints.id and file.expunged_at is null)
        order by id limit $2 for update skip locked
    )
    returning id, area, {due} as due_at
"""
_BY_OWED = {
    Owed.ACKNOWLEDGEMENT: _TELL.format(told="acknowledge_told_at", due="acknowledge_by", states="'received'"),
    Owed.DECISION: _TELL.format(
        told="decide_told_at", due="decide_by", states="'received', 'acknowledged', 'under_review'"
    ),
}


async def remind_of_complaints(session: AsyncSession, actor: Actor, now: datetime) -> bool:
    """Tell the oversight body, once, of each complaint that it owes an acknowledgement or decision; True: more."""
    await as_clock(session)
    connection = await driver_connection(session)
    facts, more = [], False
    for owed, tell in _BY_OWED.items():
        rows = await connection.fetch(tell, now, A_TURN)
        more = more or len(rows) == A_TURN
        for row in rows:
            event = ComplaintOverdue(complaint_id=row["id"], area=row["area"], owed=owed.value, due_at=row["due_at"])
            facts.append(Fact(event, row["id"], row["area"]))
    await emit_many(connection, facts, actor=actor.subject, at=now, session=session)
    return more


async def forget_networks(context: WorkerContext) -> None:
    """Forget allowances that are full again, and with them every trace of who asked. Decision 0023."""
    async with context.database.sessions.begin() as session:
        await session.exec(delete(ComplaintAllowance).where(col(ComplaintAllowance.full_at) <= context.clock()))
