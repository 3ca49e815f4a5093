"""Exports over HTTP."""

from collections.abc import Iterator
from typing import IO, Annotated
from uuid import UUID

from fastapi import Query
from fastapi.responses import StreamingResponse

from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.web import router
from services.forum.exports import commands, rules
from services.forum.exports.places import PLACE
from services.forum.exports.schemas import ColumnView, TableView
from services.forum.forums.queries import forum_by_id

CHUNK = 64 << 10
MEDIA = {
    rules.FileFormat.CSV: "text/csv; charset=utf-8",
    rules.FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

routes = router("/forums/{forum_id}/exports", tags=["exports"])


def download(file: IO[bytes], name: str, media_type: str) -> StreamingResponse:
    """A file as an answer, piece by piece."""

    def pieces() -> Iterator[bytes]:
        with file:
            while piece := file.read(CHUNK):
                yield piece

    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff",
               "Cache-Control": "no-store"}  # fmt: skip
    return StreamingResponse(pieces(), media_type=media_type, headers=headers)


@routes.get("")
async def list_tables(forum_id: UUID, session: Read) -> list[TableView]:
    """The tables that can be exported, and what each of their columns holds."""
    await forum_by_id(session, forum_id)
    return [
        TableView(
            table=table,
            public=table in rules.PUBLIC_TABLES,
            columns=[ColumnView.model_validate(column) for column in columns],
        )
        for table, columns in rules.COLUMNS.items()
    ]


@routes.get(
    "/{table}.{form}",
    dependencies=[PLACE],
    response_class=StreamingResponse,
    responses={200: {"content": {media.partition(";")[0]: {} for media in MEDIA.values()}, "description": "The file"}},
)
async def export_table(
    forum_id: UUID,
    table: rules.Table,
    form: rules.FileFormat,
    session: Read,
    log: Write,
    actor: CurrentActor,
    now: Now,
    audience: Annotated[
        rules.Audience,
        Query(description="`inside`: every column, for those inside the forum; of seats, for its managers"),
    ] = rules.Audience.PUBLIC,
    bom: Annotated[bool, Query(description="Begin CSV with a byte order mark, for programs that need one")] = False,
) -> StreamingResponse:
    """A table of the forum's records as CSV or XLSX."""
    file = await commands.export_table(session, log, actor, now, forum_id, table, form, audience, bom=bom)
    return download(file, f"{table}-{audience}-{now:%Y%m%dT%H%M%SZ}.{form}", MEDIA[form])
