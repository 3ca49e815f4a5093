"""Making a forum's archive: from one moment's view, into a file that leaves memory when it grows."""

from collections.abc import Sequence
from datetime import datetime
from typing import IO, Any
from uuid import UUID

import anyio.to_thread

from beatbook.contracts.actor import Actor
from beatbook.contracts.forum import RecordsExported
from beatbook.kit.archives import ArchiveWriter, SigningKey
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from beatbook.kit.events import emit
from services.forum.archives import queries, rules
from services.forum.exports.rules import Audience
from services.forum.exports.sheets import spooled
from services.forum.forums.queries import forum_by_id
from services.forum.forums.rules import may_manage


async def make_archive(
    session: AsyncSession,
    log: AsyncSession,
    actor: Actor,
    now: datetime,
    forum_id: UUID,
    audience: Audience,
    key: SigningKey,
) -> IO[bytes]:
    """Write a forum's archive and sign it; of the inside for those who keep its records. Rules F10, F11, F20."""
    forum = await forum_by_id(session, forum_id)
    if audience is Audience.INSIDE and not may_manage(actor, forum.area):
        raise NotFound("archive")
    area, file, number = forum.area, spooled(), 0
    writer = ArchiveWriter(file)
    with writer.member("README.txt") as write:
        write(rules.READ_ME.encode())
    for name, batches in queries.files(session, actor, forum, audience, now).items():
        with writer.member(name) as write:
            async for batch in batches:
                write(await anyio.to_thread.run_sync(_lines, batch))
                number += len(batch)
    about = {"format": rules.FORMAT, "version": rules.VERSION, "forum_id": str(forum_id), "area": area,
             "audience": audience.value}  # fmt: skip
    await anyio.to_thread.run_sync(writer.close, about, key)
    file.seek(0)
    if audience is Audience.INSIDE:
        event = RecordsExported(forum_id=forum_id, area=area, what="archive", form="zip", rows=number)
        await emit(log, event, subject=forum_id, area=area, actor=actor, at=now)
    return file


def _lines(batch: Sequence[dict[str, Any]]) -> bytes:
    return b"".join(map(rules.line, batch))
