"""Victims' cases over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import AsyncSession, Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.cases.files.queries import Vault
from services.cases.files.routes import private
from services.cases.victims import commands, queries
from services.cases.victims.schemas import (
    AssessmentIn,
    PromiseIn,
    PromiseView,
    SupportIn,
    VictimOpen,
    VictimPatch,
    VictimSummary,
    VictimView,
)

routes = router("/victims", tags=["victims"])
promises = router("/promises-to-victims", tags=["victims"])
PRIVATE = [Depends(private)]


async def _answer(session: AsyncSession, made: commands.Made, now: Now, response: Response) -> VictimView:
    into, victim = made
    await session.flush()
    set_etag(response, victim.version)
    return await queries.view(session, into, victim, now)


@routes.post("", status_code=201, dependencies=PRIVATE)
async def open_victim(
    request: VictimOpen, session: Write, actor: CurrentActor, now: Now, vault: Vault, response: Response
) -> VictimView:
    """Open a victim's case, of an incident or without one."""
    return await _answer(session, await commands.open_victim(session, actor, now, vault, request), now, response)


@routes.get("")
async def list_victims(
    session: Read, actor: CurrentActor, now: Now, page: PageParams, area: AreaCode | None = None,
    incident: UUID | None = None,
) -> Page[VictimSummary]:  # fmt: skip
    """The victims' cases that you have a part in or oversee."""
    rows = await queries.list_victims(
        session, actor, now, area=area, incident_id=incident, after=page.after_id(), limit=page.limit + 1
    )
    return page.page(rows, VictimSummary.model_validate, lambda row: row.id)


@routes.get("/{case_id}", dependencies=PRIVATE)
async def read_victim(
    case_id: UUID, session: Write, actor: CurrentActor, now: Now, vault: Vault, response: Response
) -> VictimView:
    """One victim's case: needs, support, promises; who they are is among the case's people."""
    return await _answer(session, await queries.entered(session, actor, now, vault, case_id), now, response)


@routes.patch("/{case_id}", dependencies=PRIVATE)
async def change_victim(
    case_id: UUID, request: VictimPatch, session: Write, actor: CurrentActor, now: Now, vault: Vault,
    expected: IfMatch, response: Response,
) -> VictimView:  # fmt: skip
    """Say who the victim is, of which incident, and whether they wish to be contacted."""
    made = await commands.change(session, actor, now, vault, case_id, expected, request)
    return await _answer(session, made, now, response)


@routes.post("/{case_id}/assessments", status_code=201, dependencies=PRIVATE)
async def assess(
    case_id: UUID, request: AssessmentIn, session: Write, actor: CurrentActor, now: Now, vault: Vault,
    response: Response,
) -> VictimView:  # fmt: skip
    """Write the next version of what the victim needs."""
    return await _answer(session, await commands.assess(session, actor, now, vault, case_id, request), now, response)


@routes.post("/{case_id}/supports", status_code=201, dependencies=PRIVATE)
async def arrange_support(
    case_id: UUID, request: SupportIn, session: Write, actor: CurrentActor, now: Now, vault: Vault, response: Response
) -> VictimView:
    """Note that support was arranged for a need, by which referral."""
    made = await commands.arrange_support(session, actor, now, vault, case_id, request)
    return await _answer(session, made, now, response)


@routes.post("/{case_id}/promises", status_code=201, dependencies=PRIVATE)
async def promise(
    case_id: UUID, request: PromiseIn, session: Write, actor: CurrentActor, now: Now, vault: Vault, response: Response
) -> PromiseView:
    """Promise the victim news of something by a day."""
    made = await commands.promise(session, actor, now, vault, case_id, request)
    set_etag(response, made.version)
    return queries.promise_view(made, now)


@routes.post("/{case_id}/promises/{promise_id}/keep", dependencies=PRIVATE)
async def keep_promise(
    case_id: UUID, promise_id: UUID, session: Write, actor: CurrentActor, now: Now, vault: Vault, expected: IfMatch,
    response: Response,
) -> PromiseView:  # fmt: skip
    """Note that the victim was told, in time or late."""
    kept = await commands.keep(session, actor, now, vault, case_id, promise_id, expected)
    set_etag(response, kept.version)
    return queries.promise_view(kept, now)


@routes.post("/{case_id}/close", dependencies=PRIVATE)
async def close_victim(
    case_id: UUID, session: Write, actor: CurrentActor, now: Now, vault: Vault, expected: IfMatch, response: Response
) -> VictimView:
    """Close a victim's case; promises that were not kept are listed."""
    return await _answer(session, await commands.close(session, actor, now, vault, case_id, expected), now, response)


@promises.get("")
async def list_promises(
    session: Read, actor: CurrentActor, now: Now, page: PageParams, area: AreaCode | None = None,
    due_before: Annotated[date | None, Query(description="Due before this day, those missed included")] = None,
) -> Page[PromiseView]:  # fmt: skip
    """What victims still wait for, in the cases you have a part in: the most urgent first."""
    rows = await queries.promises_due(
        session, actor, now, area=area, due_before=due_before, after=page.after_text(), limit=page.limit + 1
    )
    return page.page(rows, lambda row: queries.promise_view(row, now), lambda row: f"{row.due_on} {row.id}")
