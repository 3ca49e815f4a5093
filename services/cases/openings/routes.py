"""Openings by force over HTTP."""

from uuid import UUID

from fastapi import Depends, Response, status

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.cases.files.queries import Vault
from services.cases.files.routes import private
from services.cases.openings import commands, queries
from services.cases.openings.schemas import GlassIn, OpeningFilter, OpeningView, OpeningWithReason, ReviewIn

breaking = router("/cases", tags=["openings"])
routes = router("/openings", tags=["openings"])


@breaking.post("/{case_id}/break-glass", status_code=status.HTTP_201_CREATED)
async def break_glass(
    case_id: UUID,
    request: GlassIn,
    session: Write,
    actor: CurrentActor,
    now: Now,
    vault: Vault,
    response: Response,
) -> OpeningView:
    """Open a case that you have no part in, to read it for one hour; its supervisors and oversight are told."""
    opening = await commands.break_glass(session, actor, now, vault, case_id, request.reason)
    set_etag(response, opening.version)
    return OpeningView.model_validate(opening)


@routes.get("")
async def list_openings(
    session: Read,
    actor: CurrentActor,
    now: Now,
    page: PageParams,
    area: AreaCode | None = None,
    case: UUID | None = None,
    state: OpeningFilter | None = None,
) -> Page[OpeningView]:
    """The openings of your area, for supervisors and oversight; for others those of cases they lead, and their own."""
    rows = await queries.list_openings(
        session, actor, now, area=area, case_id=case, state=state, after=page.after_id(), limit=page.limit + 1
    )
    return page.page(rows, OpeningView.model_validate, lambda row: row.id)


@routes.get("/{opening_id}", dependencies=[Depends(private)])
async def read_opening(
    opening_id: UUID, session: Write, actor: CurrentActor, now: Now, vault: Vault, response: Response
) -> OpeningWithReason:
    """One opening, with its reason for who may review it."""
    opening = await queries.opening_by_id(session, actor, opening_id)
    set_etag(response, opening.version)
    return await queries.with_reason(session, actor, now, vault, opening)


@routes.post("/{opening_id}/end")
async def end_opening(
    opening_id: UUID, session: Write, actor: CurrentActor, now: Now, expected: IfMatch, response: Response
) -> OpeningView:
    """Close the case to them before the hour is over."""
    opening = await commands.end(session, actor, now, opening_id, expected)
    set_etag(response, opening.version)
    return OpeningView.model_validate(opening)


@routes.post("/{opening_id}/review")
async def review_opening(
    opening_id: UUID,
    request: ReviewIn,
    session: Write,
    actor: CurrentActor,
    now: Now,
    vault: Vault,
    expected: IfMatch,
    response: Response,
) -> OpeningView:
    """Say whether it was justified; what was not ends at once."""
    opening = await commands.review(session, actor, now, vault, opening_id, expected, request)
    set_etag(response, opening.version)
    return OpeningView.model_validate(opening)
