"""Envelope encryption: what belongs to one thing is sealed under a key of its own, and that key is kept wrapped under
a key-encryption key that is never in the database. Destroying the wrapped key destroys what was sealed. Rules C13, C16.

AES-256-GCM with random nonces (NIST SP 800-38D); keys from secrets by HKDF (RFC 5869).
"""

import os
from collections.abc import Container, Sequence
from typing import Any, Literal
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_FORM = b"\x01"
"""First byte of all that is written, so that another form can be told from this one."""
_NONCE = 12
_ID = 8


class Unreadable(Exception):
    """What was sealed cannot be opened: changed, moved elsewhere, or under a key that is not known here."""


class Destroyed(Unreadable):
    """The key of this thing was destroyed; what is there is from a copy."""


class SealingKey:
    """The key of one thing. What it sealed for one place (such as `people.name`) opens there and nowhere else."""

    def __init__(self, key: bytes, about: UUID) -> None:
        self._cipher, self._about = AESGCM(key), about.bytes

    def seal(self, value: Any, place: str) -> bytes:
        """A JSON value as bytes that only this key opens, at the same place."""
        nonce = os.urandom(_NONCE)
        return _FORM + nonce + self._cipher.encrypt(nonce, orjson.dumps(value), self._about + place.encode())

    def read(self, sealed: bytes, place: str) -> Any:
        """The value that was sealed; raises `Unreadable`."""
        if sealed[:1] != _FORM:
            raise Unreadable
        nonce, body = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        try:
            return orjson.loads(self._cipher.decrypt(nonce, body, self._about + place.encode()))
        except (InvalidTag, ValueError) as error:
            raise Unreadable from error


class KeyRing:
    """The key-encryption keys: the first wraps, the others only unwrap what an earlier one has wrapped."""

    def __init__(self, secrets: Sequence[str], destroyed: Container[UUID] = ()) -> None:
        self.destroyed = destroyed
        """Whose keys were destroyed, as far as that is known outside the database."""
        self._keys = dict(map(_derived, secrets))
        self.current = next(iter(self._keys))
        """The id of the key in use, 8 bytes: what a wrapped key begins with, after its form."""

    def make(self, about: UUID) -> tuple[bytes, SealingKey]:
        """A fresh key for a thing: wrapped, to be kept, and ready for use."""
        key = AESGCM.generate_key(bit_length=256)
        return self._wrap(key, about), SealingKey(key, about)

    def open(self, wrapped: bytes, about: UUID) -> SealingKey:
        """The key of a thing; raises `Unreadable`, `Destroyed` for one that came back with an older copy."""
        if about in self.destroyed:
            raise Destroyed
        return SealingKey(self._unwrap(wrapped, about), about)

    def rewrap(self, wrapped: bytes, about: UUID) -> bytes:
        """The same key, wrapped by the key in use; raises `Unreadable`."""
        return self._wrap(self._unwrap(wrapped, about), about)

    def state_of(self, key_id: bytes) -> Literal["in use", "known", "unknown"]:
        """What a key-encryption key is here: in use, still known to open what it wrapped, or unknown."""
        if key_id == self.current:
            return "in use"
        return "known" if key_id in self._keys else "unknown"

    def _wrap(self, key: bytes, about: UUID) -> bytes:
        nonce = os.urandom(_NONCE)
        body = self._keys[self.current].encrypt(nonce, key, about.bytes)
        return _FORM + self.current + nonce + body

    def _unwrap(self, wrapped: bytes, about: UUID) -> bytes:
        key = self._keys.get(wrapped[1 : 1 + _ID])
        if wrapped[:1] != _FORM or key is None:
            raise Unreadable
        nonce, body = wrapped[1 + _ID :][:_NONCE], wrapped[1 + _ID + _NONCE :]
        try:
            return key.decrypt(nonce, body, about.bytes)
        except (InvalidTag, ValueError) as error:
            raise Unreadable from error


def _derived(secret: str) -> tuple[bytes, AESGCM]:
    """The id of a secret's key, and the key: both from the secret, neither tells of the other."""
    made = HKDF(algorithm=SHA256(), length=_ID + 32, salt=None, info=b"beatbook sealing: key encryption")
    derived = made.derive(secret.encode())
    return derived[:_ID], AESGCM(derived[_ID:])
