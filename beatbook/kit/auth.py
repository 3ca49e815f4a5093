"""Bearer tokens: from a JWT to an actor. ARCHITECTURE 6."""

import asyncio
import hmac
import time
from pathlib import Path
from typing import Annotated, Any

import anyio.to_thread
import jwt
from fastapi import Depends, Request

from beatbook.contracts.actor import PUBLIC, Actor, Grant
from beatbook.kit.errors import Unauthenticated, Unavailable
from beatbook.kit.settings import HttpSettings, ServiceSettings

ALGORITHMS = ["EdDSA", "ES256", "RS256", "PS256"]


KEYS_LAST_SECONDS = 300.0
TOKENS_REMEMBERED = 1000
REREAD_AFTER_SECONDS = 5.0
"""An unknown key id makes us read the keys anew, but no oftener than this, whoever asks."""


class Keys:
    """The issuer's public keys, from a file or over HTTPS: kept five minutes, read anew for an unknown key id."""

    def __init__(self, settings: HttpSettings) -> None:
        self._settings = settings
        self._keys: dict[str, jwt.PyJWK] = {}
        self._read_at = -KEYS_LAST_SECONDS
        self._remembered: dict[str, tuple[Actor, float]] = {}
        """Tokens found good since the keys were read, with the time at which they expire."""
        self._reading = asyncio.Lock()

    async def _key(self, key_id: str) -> jwt.PyJWK | None:
        """The key of that id; raises `OSError` or `jwt.PyJWTError` when the keys cannot be read."""
        age = time.monotonic() - self._read_at
        if age > KEYS_LAST_SECONDS or (key_id not in self._keys and age > REREAD_AFTER_SECONDS):
            async with self._reading:
                if time.monotonic() - self._read_at > REREAD_AFTER_SECONDS:
                    found = await anyio.to_thread.run_sync(self._read)
                    self._keys = {key.key_id: key for key in found.keys if key.key_id}
                    self._read_at = time.monotonic()
                    self._remembered.clear()
        return self._keys.get(key_id)

    def _read(self) -> jwt.PyJWKSet:
        location = self._settings.jwks
        if "://" in location:
            return jwt.PyJWKClient(location, cache_jwk_set=False, timeout=5).get_jwk_set()
        return jwt.PyJWKSet.from_json(Path(location).read_text())

    async def read(self, token: str) -> Actor:
        """The actor a token speaks for; raises `Unauthenticated` for any token that is not to be trusted."""
        actor, expires = self._remembered.get(token, (PUBLIC, 0.0))
        if time.time() < expires and time.monotonic() - self._read_at <= KEYS_LAST_SECONDS:
            return actor
        actor, expires = await self._check(token)
        if len(self._remembered) >= TOKENS_REMEMBERED:
            self._remembered.clear()
        self._remembered[token] = actor, expires
        return actor

    async def _check(self, token: str) -> tuple[Actor, float]:
        try:
            key_id = str(jwt.get_unverified_header(token).get("kid", ""))
        except (jwt.PyJWTError, ValueError) as error:
            raise _untrusted("it is no JSON Web Token") from error
        try:
            key = await self._key(key_id)
        except (jwt.PyJWTError, OSError, ValueError) as error:
            raise Unavailable("The token issuer's keys cannot be read just now.") from error
        if key is None:
            raise _untrusted("it is not signed by a key of this installation's issuer")
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=self._settings.token_audience,
                issuer=self._settings.issuer,
                options={"require": ["exp", "sub"]},
            )
        except jwt.ExpiredSignatureError as error:
            raise _untrusted("it has expired") from error
        except (jwt.PyJWTError, ValueError) as error:
            raise _untrusted("its signature, issuer or audience is not the expected one") from error
        return _actor(claims), float(claims["exp"])


def _actor(claims: dict[str, Any]) -> Actor:
    grants = claims.get("grants", [])
    agency = claims.get("agency")
    if not isinstance(grants, list) or not (agency is None or isinstance(agency, str)):
        raise _untrusted("its grants are not a list of role@AREA")
    if not all(1 <= len(name) <= 200 and name.isprintable() for name in (claims["sub"], agency or "none")):
        raise _untrusted("its subject or agency is not 1 to 200 printable characters")
    try:
        return Actor(subject=claims["sub"], grants=tuple(Grant.parse(str(text)) for text in grants), agency=agency)
    except ValueError as error:
        raise _untrusted("its grants are not a list of role@AREA") from error


def _untrusted(why: str) -> Unauthenticated:
    return Unauthenticated(
        f"The token is not accepted: {why}. Ask for a new one.",
        headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )


def bearer(header: str | None) -> str | None:
    """The token of an Authorization header; None without a header; raises `Unauthenticated` for another scheme."""
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise _untrusted("the Authorization header is not of the form 'Bearer TOKEN'")
    return token.strip()


async def current_actor(request: Request) -> Actor:
    """Who calls: the token's actor, or the public when there is no token."""
    token = bearer(request.headers.get("authorization"))
    if token is None:
        return PUBLIC
    keys: Keys = request.app.state.keys
    return await keys.read(token)


CurrentActor = Annotated[Actor, Depends(current_actor)]


async def require_internal(request: Request) -> None:
    """Let only those in who were given this log's secret; raises `Unauthenticated`."""
    settings: ServiceSettings = request.app.state.settings
    token = bearer(request.headers.get("authorization")) or ""
    if not hmac.compare_digest(token.encode(), settings.feed_secret.get_secret_value().encode()):
        raise _untrusted("this address is for services that read this log only")
