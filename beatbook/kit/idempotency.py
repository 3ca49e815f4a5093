"""Idempotency-Key on every POST: the same key and body get the same answer, once done. Rule X4.

The key is claimed in the command's own transaction and the answer is kept with it: a refusal leaves no trace, a crash
leaves neither effect nor answer, and a second request with the same key waits for the first.
"""

import hmac
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import asyncpg
from fastapi import FastAPI, Request, Response

from beatbook.contracts.actor import Actor
from beatbook.kit.crypto import sha256_hex
from beatbook.kit.errors import Conflict, Invalid, Refused

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

_CLAIM = """
    insert into idempotency_keys (actor, key, request, body_sha256) values ($1, $2, $3, $4)
    on conflict do nothing returning key
"""
_FIND = """
    select request, body_sha256, status, media_type, etag, body from idempotency_keys where actor = $1 and key = $2
"""
_KEEP = """
    update idempotency_keys set status = $3, media_type = $4, etag = $5, body = $6 where actor = $1 and key = $2
"""


@dataclass
class _Claim:
    key: str
    request: str
    body_sha256: str
    secret: str
    nameless: bool = False
    actor: str = ""
    connection: asyncpg.Connection | None = None
    """Whose transaction holds the claim."""


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
    secret = request.app.state.settings.feed_secret.get_secret_value()
    request.state.idempotency = _Claim(key, wanted, _print_of(secret, await request.body()), secret)


async def nameless(request: Request) -> None:
    """A dependency: who asks is kept so that the database alone does not tell it, nor what else they asked for."""
    wanted: _Claim | None = getattr(request.state, "idempotency", None)
    if wanted is not None:
        wanted.nameless = True


def _print_of(secret: str, body: bytes) -> str:
    """By what a body is known again: a bare hash of a short one, such as a name, could be guessed from the database."""
    return hmac.new(secret.encode(), body, sha256).hexdigest()


async def claim(request: Request, connection: asyncpg.Connection, actor: Actor) -> None:
    """Claim the request's key in its transaction, the connection's; raises `Replay` for an answer given before.

    Raises `Refused` when the key was used for another request.
    """
    wanted: _Claim | None = getattr(request.state, "idempotency", None)
    if wanted is None:
        return
    identity = _identity(actor)
    wanted.actor = _print_of(wanted.secret, f"{wanted.key} {identity}".encode()) if wanted.nameless else identity
    wanted.connection = connection
    owner = (wanted.actor, wanted.key)
    if await connection.fetchrow(_CLAIM, *owner, wanted.request, wanted.body_sha256) is not None:
        return
    (before,) = await connection.fetch(_FIND, *owner)
    if (before["request"], before["body_sha256"]) != (wanted.request, wanted.body_sha256):
        raise Refused(
            "This Idempotency-Key was used for another request: use a new key for a new request.",
            code="idempotency-key-reused",
            rule="X4",
        )
    if before["body"] is None:
        raise Conflict(
            "This request was answered before, with something that is shown once and kept nowhere. It took effect.",
            code="shown-once",
            rule="X4",
        )
    raise Replay(before["status"], before["media_type"], before["etag"], before["body"])


def _identity(actor: Actor) -> str:
    """Who asks, with what rights: an answer is only given again to who could still get it anew."""
    rights = " ".join(sorted(map(str, actor.grants)))
    return f"{actor.subject} {sha256_hex(f'{actor.agency} {rights}'.encode())[:16]}"


async def keep(request: Request, response: Response) -> None:
    """Keep the answer beside its effect, in the same transaction; of one that no cache may store, only that it was."""
    wanted: _Claim | None = getattr(request.state, "idempotency", None)
    if wanted is None or wanted.connection is None:
        return
    await wanted.connection.execute(
        _KEEP,
        wanted.actor,
        wanted.key,
        response.status_code,
        response.headers.get("content-type", "application/json"),
        response.headers.get("etag"),
        None if "no-store" in response.headers.get("cache-control", "") else bytes(response.body),
    )


def install(app: FastAPI) -> None:
    """Answer a replay with what was answered the first time."""

    @app.exception_handler(Replay)
    async def _replay(request: Request, replay: Replay) -> Response:
        headers = {"Idempotency-Replayed": "true"} | ({"ETag": replay.etag} if replay.etag else {})
        return Response(replay.body, replay.status, headers=headers, media_type=replay.media_type)
