"""Imports over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.errors import Invalid
from beatbook.kit.paging import Page, PageParams, PageRequest
from beatbook.kit.web import router
from services.forum.imports import commands, queries
from services.forum.imports.schemas import ImportBatch, ImportedView, ImportReport, ImportTotals
from services.forum.imports.tables import ImportedRow

routes = router("/forums/{forum_id}/imports", tags=["imports"])
bulk = router("/forums/{forum_id}/imports", tags=["imports"], bulk=True)


@bulk.post("")
async def import_rows(
    forum_id: UUID, request: ImportBatch, session: Write, actor: CurrentActor, now: Now
) -> ImportReport:
    """Take over up to 100 seats or meetings of another system; the report tells what became of each."""
    return await commands.import_rows(session, actor, now, forum_id, request)


@routes.get("")
async def list_imported(
    forum_id: UUID,
    session: Read,
    actor: CurrentActor,
    page: PageParams,
    source: Annotated[str | None, Query(max_length=40)] = None,
    refused: bool | None = None,
) -> Page[ImportedView]:
    """What was imported into a forum, by source and row, with what was refused and why."""
    rows = await queries.list_imported(
        session, actor, forum_id, source=source, refused=refused, after=_cursor(page), limit=page.limit + 1
    )
    return page.page(rows, ImportedView.model_validate, _written)


@routes.get("/totals")
async def read_totals(forum_id: UUID, session: Read, actor: CurrentActor) -> list[ImportTotals]:
    """By source and kind, how much is kept and how much was refused."""
    return await queries.totals(session, actor, forum_id)


def _written(row: ImportedRow) -> str:
    return f"{row.number} {row.kind.value} {row.source} {row.row}"


def _cursor(page: PageRequest) -> queries.Cursor | None:
    text = page.after_text()
    if text is None:
        return None
    parts = text.split(" ", 3)
    if len(parts) != 4 or not (parts[0].isascii() and parts[0].isdigit() and len(parts[0]) < 7):
        raise Invalid("The 'after' cursor is not one that this list gave out.")
    return parts[2], parts[3], parts[1], int(parts[0])
