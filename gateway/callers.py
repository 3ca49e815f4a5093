"""Who calls the gateway: the token of the Authorization header, of a connection's first message, or of the cookie."""

from datetime import UTC, datetime

import jwt
from starlette.requests import HTTPConnection

from beatbook.contracts.actor import PUBLIC
from beatbook.kit.auth import Keys, bearer
from gateway.context import Caller

COOKIE = "beatbook_token"

ANYONE = Caller(PUBLIC)


async def caller_of_token(keys: Keys, token: str) -> Caller:
    """The caller a token speaks for; raises `Unauthenticated`."""
    actor = await keys.read(token)
    claims = jwt.decode(token, options={"verify_signature": False})
    return Caller(actor, token, datetime.fromtimestamp(claims["exp"], UTC))


async def caller_of(keys: Keys, connection: HTTPConnection) -> Caller:
    """The caller of a request or handshake: header first, then cookie, else the public; raises `Unauthenticated`.

    The cookie is safe only where another site cannot forge the request: a JSON body or a checked Origin.
    """
    token = bearer(connection.headers.get("authorization")) or connection.cookies.get(COOKIE)
    return await caller_of_token(keys, token) if token else ANYONE
