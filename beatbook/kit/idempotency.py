"""Idempotency-Key on every POST: the same key and body get the same answer, once done. Rule X4.

The key is claimed in the command's own transaction and the answer is kept with it: a refusal leaves no trace, a crash
leaves neither effect nor answer, and a second request with the same key waits for the first.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request, Response
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from beatbook.contracts.actor import Actor
from beatbook.kit.crypto import sha256_hex
from beatbook.kit.errors import Conflict, Invalid, Refused

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

_CLAIM = text("""
    insert into idempotency_keys (actor, key, request, body_sha256) values (:actor, :key, :request, :body)
    on conflict do nothing returning key
""")
_FIND = text("select request, body_sha256, status, media_type, etag, body from idempotency_keys"
             " where actor = :actor and key = :key")  # fmt: skip
_KEEP = text("""
    update idempotency_keys set status = :status, media_type = :media_type, etag = :etag, body = :content
    where actor = :actor and key = :key
""")


@dataclass
class _Claim:
    key: str
    request: str
    body_sha256: str
    actor: str | None = None


class Replay(Exception):
    """The answer was given before: give it again."""

    def __init__(self, status: int, media_type: str, etag: str | None, body: bytes) -> None:
        self.status, self.media_type, self.etag, self.body = status, media_type, etag, body


async def prepare(request: Request) -> None:
    """Note a POST's key and the hash of its body, before the command's transaction begins."""
    key = request.headers.get("idempotency-key")
    if request.method != "POST" or key is None:
        return
    if not 1 <= len(key) <= 200 or not key.isprintable():
        raise Invalid("Idempotency-Key is 1 to 200 printable characters, such as a UUID.")
    wanted = f"{request.url.path}?{request.url.query} {request.headers.get('if-match', '')}"
    request.state.idempotency = _Claim(key, wanted, sha256_hex(await request.body()))


async def claim(request: Request, session: AsyncSession, actor: Actor) -> None:
    """Claim the request's key in its transaction; raises `Replay` for an answer given before.

    Raises `Refused` when the key was used for another request.
    """
    wanted: _Claim | None = getattr(request.state, "idempotency", None)
    if wanted is None:
        return
    wanted.actor = _identity(actor)
    fields = {"actor": wanted.actor, "key": wanted.key}
    connection = await session.connection()
    claimed = await connection.execute(_CLAIM, fields | {"request": wanted.request, "body": wanted.body_sha256})
    if claimed.first() is not None:
        return
    before = (await connection.execute(_FIND, fields)).one()
    if (before.request, before.body_sha256) != (wanted.request, wanted.body_sha256):
        raise Refused(
            "This Idempotency-Key was used for another request: use a new key for a new request.",
            code="idempotency-key-reused",
            rule="X4",
        )
    if before.body is None:
        raise Conflict(
            "This request was answered before, with something that is shown once and kept nowhere. It took effect.",
            code="shown-once",
            rule="X4",
        )
    raise Replay(before.status, before.media_type, before.etag, before.body)


def _identity(actor: Actor) -> str:
    """Who asks, with what rights: an answer is only given again to who could still get it anew."""
    rights = " ".join(sorted(map(str, actor.grants)))
    return f"{actor.subject} {sha256_hex(f'{actor.agency} {rights}'.encode())[:16]}"


async def keep(request: Request, response: Response) -> None:
    """Keep the answer beside its effect, in the same transaction; of one that no cache may store, only that it was."""
    wanted: _Claim | None = getattr(request.state, "idempotency", None)
    session: AsyncSession | None = getattr(request.state, "session", None)
    if wanted is None or wanted.actor is None or session is None:
        return
    connection = await session.connection()
    await connection.execute(
        _KEEP,
        {
            "actor": wanted.actor,
            "key": wanted.key,
            "status": response.status_code,
            "media_type": response.headers.get("content-type", "application/json"),
            "etag": response.headers.get("etag"),
            "content": None if "no-store" in response.headers.get("cache-control", "") else bytes(response.body),
        },
    )


def install(app: FastAPI) -> None:
    """Answer a replay with what was answered the first time."""

    @app.exception_handler(Replay)
    async def _replay(request: Request, replay: Replay) -> Response:
        headers = {"Idempotency-Replayed": "true"} | ({"ETag": replay.etag} if replay.etag else {})
        return Response(replay.body, replay.status, headers=headers, media_type=replay.media_type)
