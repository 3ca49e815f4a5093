"""Case files over HTTP, and what the routes of every kind of case share."""

from uuid import UUID

import orjson
from fastapi import Depends, Response

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import router
from services.cases.audit.queries import trail
from services.cases.files import queries
from services.cases.files.queries import Vault
from services.cases.files.rules import Action, Field, Kind
from services.cases.files.schemas import FileView, TrailEntryView

routes = router("/cases", tags=["cases"])


async def private(response: Response) -> None:
    """A dependency: the answer holds what is sealed, so nobody keeps it, neither a cache nor the idempotent answers."""
    response.headers["Cache-Control"] = "no-store"


@routes.get("")
async def list_files(
    session: Read, actor: CurrentActor, now: Now, page: PageParams, kind: Kind, area: AreaCode | None = None
) -> Page[FileView]:
    """The cases of a kind that you have a part in, in the area and below it: codes and dates, nothing written."""
    rows = await queries.list_files(
        session, actor, now, kind=kind, area=area, after=page.after_id(), limit=page.limit + 1
    )
    return page.page(rows, FileView.model_validate, lambda row: row.id)


@routes.get("/{case_id}/trail", dependencies=[Depends(private)])
async def read_trail(
    case_id: UUID, session: Write, actor: CurrentActor, now: Now, vault: Vault, page: PageParams
) -> Page[TrailEntryView]:
    """Who read and changed a case: for whoever leads it."""
    await queries.enter(session, actor, now, vault, case_id, Action.AUDIT, None, field=Field.SUMMARY)
    rows = await trail(session, case_id, after=page.after_number(), limit=page.limit + 1)
    return page.page(
        rows,
        lambda row: TrailEntryView.model_validate({"detail": {}} | orjson.loads(row.entry) | {"number": row.number}),
        lambda row: row.number,
    )
