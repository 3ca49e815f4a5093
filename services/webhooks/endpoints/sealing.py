"""Endpoint secrets: made here, told once, kept encrypted. Rule W2."""

import base64
import os
from typing import Annotated
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import Depends, Request

from services.webhooks.settings import WebhooksSettings

SECRET_PREFIX = "whsec_"  # noqa: S105 - a prefix, not a secret
SECRET_BYTES = 32
NONCE_BYTES = 12


class Unreadable(Exception):
    """A secret was encrypted under another key than ours, or was damaged."""


class Seal:
    """Encrypts secrets with AES-256-GCM, each bound to its endpoint: one endpoint's does not open as another's."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def close(self, secret: str, endpoint_id: UUID) -> bytes:
        """The secret, encrypted for keeping."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), endpoint_id.bytes)

    def open(self, sealed: bytes, endpoint_id: UUID) -> str:
        """The secret as it was told to the partner; raises `Unreadable`."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], endpoint_id.bytes).decode()
        except (InvalidTag, ValueError) as error:
            raise Unreadable from error


def new_secret() -> str:
    """A fresh secret of 32 random bytes, as Standard Webhooks writes it: `whsec_` and base64."""
    return SECRET_PREFIX + base64.b64encode(os.urandom(SECRET_BYTES)).decode()


async def _seal(request: Request) -> Seal:
    settings: WebhooksSettings = request.app.state.settings
    return Seal(settings.sealing_key())


Sealing = Annotated[Seal, Depends(_seal)]
"""The seal of this installation, in a route's parameters."""
