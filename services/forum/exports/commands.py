"""Exporting: a table is written from one moment's view, and that it was is an event, with no content."""

from datetime import datetime
from typing import IO
from uuid import UUID

import anyio.to_thread

from beatbook.contracts.actor import Actor
from beatbook.contracts.forum import RecordsExported
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from beatbook.kit.events import emit
from services.forum.exports import queries, rules
from services.forum.exports.sheets import new_sheet


async def export_table(
    session: AsyncSession,
    log: AsyncSession,
    actor: Actor,
    now: datetime,
    forum_id: UUID,
    table: rules.Table,
    form: rules.FileFormat,
    audience: rules.Audience,
    *,
    bom: bool,
) -> IO[bytes]:
    """Write a table into a file; raises `NotFound` for who may not have it. Rules F10, F20.

    `session` reads one moment; `log` notes who exported what, unless it is what everybody can read.
    """
    columns = rules.columns(table, audience)
    forum = await queries.exported_forum(session, actor, forum_id, table, audience)
    if not columns:
        raise NotFound("table")
    sheet = new_sheet(columns, form, table.value, now, bom=bom)
    number = 0
    async for batch in queries.rows_of(session, actor, forum_id, table, audience, now):
        await anyio.to_thread.run_sync(sheet.add, batch)
        number += len(batch)
    file = await anyio.to_thread.run_sync(sheet.close)
    if audience is rules.Audience.INSIDE:
        event = RecordsExported(forum_id=forum_id, area=forum.area, what=table.value, form=form.value, rows=number)
        await emit(log, event, subject=forum_id, area=forum.area, actor=actor, at=now)
    return file
