"""Minutes over HTTP."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from beatbook.contracts.actor import Actor
from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.crypto import canonical_json
from beatbook.kit.db import AsyncSession, Read, Write
from beatbook.kit.errors import Invalid
from beatbook.kit.paging import Page, PageParams, PageRequest
from beatbook.kit.web import IfMatch, router, set_etag
from services.forum.minutes import commands, publishing, queries
from services.forum.minutes.rules import MinutesState
from services.forum.minutes.schemas import (
    MinutesApprove,
    MinutesCorrect,
    MinutesCreate,
    MinutesPatch,
    MinutesVersionView,
    MinutesView,
    PublicationView,
    RemarkCreate,
    RemarkView,
    Verification,
)
from services.forum.minutes.tables import Minutes, MinutesVersion

routes = router(tags=["minutes"])


async def _answer(session: AsyncSession, actor: Actor, minutes: Minutes, response: Response) -> MinutesView:
    await session.flush()
    set_etag(response, minutes.version)
    return (await queries.views(session, actor, [minutes]))[0]


def _key(version: MinutesVersion) -> str:
    return f"{version.published_at.isoformat()} {version.minutes_id} {version.number}"


def _cursor(page: PageRequest) -> tuple[datetime, UUID, int] | None:
    text = page.after_text()
    if text is None:
        return None
    try:
        moment, minutes_id, number = text.split(" ")
        return datetime.fromisoformat(moment).astimezone(UTC), UUID(minutes_id), int(number[:9])
    except (ValueError, OverflowError) as error:
        raise Invalid("The 'after' cursor is not one that this list gave out.") from error


@routes.post("/meetings/{meeting_id}/minutes", status_code=201)
async def write_minutes(
    meeting_id: UUID, request: MinutesCreate, session: Write, actor: CurrentActor, response: Response
) -> MinutesView:
    """Write the first draft of a held meeting's minutes."""
    return await _answer(session, actor, await commands.write_minutes(session, actor, meeting_id, request), response)


@routes.get("/minutes")
async def list_minutes(
    session: Read,
    actor: CurrentActor,
    page: PageParams,
    area: Annotated[AreaCode | None, Query(description="This area and everything below it")] = None,
    areas: Annotated[str | None, Query(description="Exactly these areas, separated by commas", max_length=8000)] = None,
    forum: UUID | None = None,
    state: MinutesState | None = None,
) -> Page[MinutesView]:
    """Minutes, newest first."""
    rows = await queries.list_minutes(
        session,
        actor,
        within=area,
        areas=areas.split(",") if areas else None,
        forum_id=forum,
        state=state,
        after=page.after_id(),
        limit=page.limit + 1,
    )
    views = {view.id: view for view in await queries.views(session, actor, rows)}
    return page.page(rows, lambda row: views[row.id], lambda row: row.id)


@routes.get("/minutes-versions")
async def list_publications(
    session: Read,
    page: PageParams,
    area: Annotated[AreaCode | None, Query(description="This area and everything below it")] = None,
    forum: UUID | None = None,
) -> Page[PublicationView]:
    """What was published of all minutes, the last first: first versions and corrections."""
    rows = await queries.list_publications(
        session, within=area, forum_id=forum, after=_cursor(page), limit=page.limit + 1
    )
    return page.page(rows, lambda row: queries.publication(*row), lambda row: _key(row[0]))


@routes.get("/minutes/{minutes_id}")
async def read_minutes(minutes_id: UUID, session: Read, actor: CurrentActor, response: Response) -> MinutesView:
    """One set of minutes, as much of it as the caller may see."""
    minutes = await queries.minutes_by_id(session, actor, minutes_id)
    set_etag(response, minutes.version)
    return (await queries.views(session, actor, [minutes]))[0]


@routes.get("/minutes/{minutes_id}/versions")
async def list_versions(
    minutes_id: UUID, session: Read, actor: CurrentActor, page: PageParams
) -> Page[MinutesVersionView]:
    """Every published version, oldest first: the hash chain that anyone can check."""
    rows = await queries.list_versions(session, actor, minutes_id, after=page.after_number(), limit=page.limit + 1)
    return page.page(rows, MinutesVersionView.model_validate, lambda row: row.number)


@routes.get(
    "/minutes/{minutes_id}/versions/{number}/content",
    response_class=Response,
    responses={200: {"content": {"application/json": {}}}},
)
async def read_content(
    minutes_id: UUID, number: Annotated[int, Path(ge=1, le=100_000)], session: Read, actor: CurrentActor
) -> Response:
    """A published version's content, byte for byte as it was hashed: `curl ... | sha256sum` gives its SHA-256."""
    version = await queries.version_by_number(session, actor, minutes_id, number)
    return Response(
        canonical_json(version.content), media_type="application/json", headers={"ETag": f'"{version.sha256}"'}
    )


@routes.get("/minutes/{minutes_id}/verify")
async def verify_minutes(minutes_id: UUID, session: Read, actor: CurrentActor) -> Verification:
    """Whether the published versions are what was published: every hash computed again, every link followed."""
    return await queries.verify(session, actor, minutes_id)


@routes.post("/minutes/{minutes_id}/remarks", status_code=201)
async def send_remark(
    minutes_id: UUID, request: RemarkCreate, session: Write, actor: CurrentActor, now: Now
) -> RemarkView:
    """Send a remark on circulated minutes."""
    return RemarkView.model_validate(await commands.send_remark(session, actor, now, minutes_id, request))


@routes.get("/minutes/{minutes_id}/remarks")
async def list_remarks(minutes_id: UUID, session: Read, actor: CurrentActor, page: PageParams) -> Page[RemarkView]:
    """Remarks on minutes, oldest first."""
    rows = await queries.list_remarks(session, actor, minutes_id, after=page.after_id(), limit=page.limit + 1)
    return page.page(rows, RemarkView.model_validate, lambda row: row.id)


@routes.patch("/minutes/{minutes_id}")
async def change_minutes(
    minutes_id: UUID, request: MinutesPatch, session: Write, actor: CurrentActor, expected: IfMatch, response: Response
) -> MinutesView:
    """Change minutes not yet published; they are a draft then."""
    minutes = await commands.change_minutes(session, actor, minutes_id, expected, request)
    return await _answer(session, actor, minutes, response)


@routes.post("/minutes/{minutes_id}/circulate")
async def circulate_minutes(
    minutes_id: UUID, session: Write, actor: CurrentActor, now: Now, expected: IfMatch, response: Response
) -> MinutesView:
    """Send a draft round to the members."""
    minutes = await commands.circulate_minutes(session, actor, now, minutes_id, expected)
    return await _answer(session, actor, minutes, response)


@routes.post("/minutes/{minutes_id}/approve")
async def approve_minutes(
    minutes_id: UUID,
    request: MinutesApprove,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> MinutesView:
    """Approve circulated minutes, by the chair or by the next meeting."""
    minutes = await commands.approve_minutes(session, actor, now, minutes_id, expected, request)
    return await _answer(session, actor, minutes, response)


@routes.post("/minutes/{minutes_id}/publish")
async def publish_minutes(
    minutes_id: UUID, session: Write, actor: CurrentActor, now: Now, expected: IfMatch, response: Response
) -> MinutesView:
    """Publish approved minutes."""
    minutes = await publishing.publish_minutes(session, actor, now, minutes_id, expected)
    return await _answer(session, actor, minutes, response)


@routes.post("/minutes/{minutes_id}/correct")
async def correct_minutes(
    minutes_id: UUID,
    request: MinutesCorrect,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> MinutesView:
    """Publish a correction as a new version."""
    minutes = await publishing.correct_minutes(session, actor, now, minutes_id, expected, request)
    return await _answer(session, actor, minutes, response)
