"""What the clock reminds of about victims: promised news that did not come. Rule C20."""

from datetime import datetime, timedelta

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import VictimPromiseMissed
from beatbook.kit.db import AsyncSession, driver_connection
from beatbook.kit.events import Fact, emit_many
from services.cases.files.queries import as_clock
from services.cases.tasks.commands import give
from services.cases.tasks.rules import TaskKind

A_TURN = 100
MAKE_GOOD = timedelta(days=1)
_MISSED = """
    update victim_promises set missed_at = $1, version = version + 1 where id in (
        select id from victim_promises
        where kept_at is null and stopped_at is null and missed_at is null and due_on < $2
          and exists (select from case_files as file where file.id = case_id and file.expunged_at is null)
        order by id limit $3 for update skip locked
    )
    returning id as promise_id, case_id, area, topic, due_on
"""


async def remind_of_promises(session: AsyncSession, actor: Actor, now: datetime) -> bool:
    """Tell once of each promise that was missed, and give the area's supervisors a task; True: more."""
    await as_clock(session)
    connection = await driver_connection(session)
    rows = await connection.fetch(_MISSED, now, now.date(), A_TURN)
    facts = [Fact(VictimPromiseMissed(**row), row["promise_id"], row["area"]) for row in rows]
    await emit_many(connection, facts, actor=actor.subject, at=now, session=session)
    for row in rows:
        await give(
            session, actor, now, area=row["area"], kind=TaskKind.KEEP_PROMISE, about="victim_promise",
            about_id=row["promise_id"], due_at=now + MAKE_GOOD,
        )  # fmt: skip
    return len(rows) == A_TURN
