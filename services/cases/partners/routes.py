"""Partner agencies and memoranda over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response, status

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import IfMatch, router, set_etag
from services.cases.areas.queries import KnownPlaces
from services.cases.partners import commands, queries
from services.cases.partners.rules import Service
from services.cases.partners.schemas import (
    AgencyCreate,
    AgencyPatch,
    AgencyView,
    Language,
    MemorandumCreate,
    MemorandumEnd,
    MemorandumView,
)
from services.cases.partners.tables import Agency, SignedMemorandum

routes = router("/agencies", tags=["partners"])


def _agency(agency: Agency, response: Response) -> AgencyView:
    set_etag(response, agency.version)
    return AgencyView.model_validate(agency)


def _memorandum(memorandum: SignedMemorandum, response: Response) -> MemorandumView:
    set_etag(response, memorandum.version)
    return MemorandumView.model_validate(memorandum)


@routes.post("", status_code=status.HTTP_201_CREATED)
async def register_agency(
    request: AgencyCreate, session: Write, actor: CurrentActor, now: Now, places: KnownPlaces, response: Response
) -> AgencyView:
    """Register an agency: the organisation, never a person."""
    return _agency(await commands.register_agency(session, actor, now, places, request), response)


@routes.get("")
async def list_agencies(
    session: Read,
    actor: CurrentActor,
    now: Now,
    page: PageParams,
    service: Service | None = None,
    area: AreaCode | None = None,
    language: Language | None = None,
    open_now: Annotated[bool, Query(description="Only those open at this moment, by their own clocks")] = False,
) -> Page[AgencyView]:
    """Active agencies that work where you do, by what they offer, where, in which language, and when."""
    rows = await queries.list_agencies(
        session, actor, now, service=service, area=area, language=language, open_now=open_now,
        after=page.after_id(), limit=page.limit + 1,
    )  # fmt: skip
    return page.page(rows, AgencyView.model_validate, lambda row: row.id)


@routes.get("/{code}")
async def read_agency(code: str, session: Read, actor: CurrentActor, response: Response) -> AgencyView:
    """One agency."""
    return _agency(await queries.agency_by_code(session, actor, code), response)


@routes.patch("/{code}")
async def change_agency(
    code: str,
    request: AgencyPatch,
    session: Write,
    actor: CurrentActor,
    now: Now,
    places: KnownPlaces,
    expected: IfMatch,
    response: Response,
) -> AgencyView:
    """Change what is known of an agency; its code stays."""
    return _agency(await commands.change_agency(session, actor, now, places, code, expected, request), response)


@routes.post("/{code}/memoranda", status_code=status.HTTP_201_CREATED)
async def sign_memorandum(
    code: str, request: MemorandumCreate, session: Write, actor: CurrentActor, now: Now, response: Response
) -> MemorandumView:
    """Record a memorandum of understanding that was signed with an agency."""
    return _memorandum(await commands.sign_memorandum(session, actor, now, code, request), response)


@routes.get("/{code}/memoranda")
async def list_memoranda(code: str, session: Read, actor: CurrentActor, page: PageParams) -> Page[MemorandumView]:
    """The memoranda with an agency, in the order in which they were signed."""
    agency = await queries.agency_by_code(session, actor, code)
    rows = await queries.list_memoranda(session, agency, after=page.after_number(), limit=page.limit + 1)
    return page.page(rows, MemorandumView.model_validate, lambda row: row.number)


@routes.get("/{code}/memoranda/{memorandum_id}")
async def read_memorandum(
    code: str, memorandum_id: UUID, session: Read, actor: CurrentActor, response: Response
) -> MemorandumView:
    """One memorandum."""
    agency = await queries.agency_by_code(session, actor, code)
    return _memorandum(await queries.memorandum_by_id(session, agency, memorandum_id), response)


@routes.post("/{code}/memoranda/{memorandum_id}/end")
async def end_memorandum(
    code: str,
    memorandum_id: UUID,
    request: MemorandumEnd,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> MemorandumView:
    """End a memorandum before its last day; nothing more is shared under it from this moment."""
    ended = await commands.end_memorandum(session, actor, now, code, memorandum_id, expected, request.reason)
    return _memorandum(ended, response)
