"""What an entry of the audit log says, and how it is chained. Pure. Rule C15."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from beatbook.kit.crypto import canonical_json

START = b""
"""What the first entry of a chain is chained to."""


def chain_of_actor(subject: str) -> UUID:
    """The chain of what an actor did that is about no single case, such as a search."""
    return uuid5(NAMESPACE_URL, f"urn:beatbook:actor:{subject}")


def entry_text(
    *, at: datetime, actor: str, action: str, kind: str | None = None, detail: Mapping[str, Any] | None = None
) -> str:
    """An entry as it is kept and hashed: canonical JSON (RFC 8785). `detail` holds ids, codes and counts only."""
    said = {"at": at.isoformat(), "actor": actor, "action": action, "kind": kind, "detail": detail}
    return canonical_json({name: value for name, value in said.items() if value}).decode()


def chained(before: bytes, number: int, entry: str) -> bytes:
    """The hash of a chain's entry: SHA-256 over the hash before it, its number (8 bytes, big-endian), and its text."""
    return hashlib.sha256(before + number.to_bytes(8, "big") + entry.encode()).digest()
