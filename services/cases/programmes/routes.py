"""Diversion programmes over HTTP."""

from typing import Any
from uuid import UUID

from fastapi import status

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import router
from services.cases.programmes import commands, queries, rules
from services.cases.programmes.schemas import ProgrammeLoad, ProgrammeView

routes = router("/programmes", tags=["diversion"])


@routes.post("", status_code=status.HTTP_201_CREATED)
async def load_programme(request: ProgrammeLoad, session: Write, actor: CurrentActor, now: Now) -> ProgrammeView:
    """Load a version of a programme's rules; cases decided under an earlier one keep to it."""
    return ProgrammeView.model_validate(await commands.load_programme(session, actor, now, request))


@routes.get("")
async def list_programmes(
    session: Read, page: PageParams, area: AreaCode, code: str | None = None
) -> Page[ProgrammeView]:  # fmt: skip
    """The programmes of an area's country, every version."""
    rows = await queries.list_programmes(session, area=area, code=code, after=page.after_id(), limit=page.limit + 1)
    return page.page(rows, ProgrammeView.model_validate, lambda row: row.id)


@routes.get("/schema")
async def read_schema() -> dict[str, Any]:
    """The JSON Schema of a rules file."""
    return rules.schema()


@routes.get("/{programme_id}")
async def read_programme(programme_id: UUID, session: Read) -> ProgrammeView:
    """One version."""
    return ProgrammeView.model_validate(await queries.programme_by_id(session, programme_id))
