"""Archives over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.responses import StreamingResponse

from beatbook.kit.archives import SigningKey
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.errors import Conflict
from beatbook.kit.web import router
from services.forum.archives import commands
from services.forum.archives.schemas import KeysView, KeyView
from services.forum.exports.places import PLACE
from services.forum.exports.routes import download
from services.forum.exports.rules import Audience
from services.forum.settings import ForumSettings

routes = router(tags=["archives"])


async def _settings(request: Request) -> ForumSettings:
    settings: ForumSettings = request.app.state.settings
    return settings


async def _signing_key(settings: Annotated[ForumSettings, Depends(_settings)]) -> SigningKey:
    key = settings.signing_key()
    if key is None:
        raise Conflict("This installation has no key to sign archives with: set BEATBOOK_ARCHIVE_KEY.")
    return key


@routes.get("/archive-keys")
async def read_keys(settings: Annotated[ForumSettings, Depends(_settings)]) -> KeysView:
    """The public keys with which archives are verified, those that were in use before too."""
    return KeysView(keys=[KeyView(**key) for key in settings.archive_keys()])


@routes.get(
    "/forums/{forum_id}/archive",
    dependencies=[PLACE],
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": {}}, "description": "The archive"}},
)
async def make_archive(
    forum_id: UUID,
    session: Read,
    log: Write,
    actor: CurrentActor,
    now: Now,
    key: Annotated[SigningKey, Depends(_signing_key)],
    audience: Annotated[
        Audience, Query(description="`inside`: all of the record, for those who keep it")
    ] = Audience.PUBLIC,
) -> StreamingResponse:
    """A forum's whole record as one signed zip: the same record gives the same bytes."""
    file = await commands.make_archive(session, log, actor, now, forum_id, audience, key)
    return download(file, f"forum-{forum_id}-{audience}-{now:%Y%m%dT%H%M%SZ}.zip", "application/zip")
