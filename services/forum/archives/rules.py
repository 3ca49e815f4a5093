"""What a forum's archive holds, for whom. Pure."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

FORMAT = "beatbook-forum-record"
VERSION = 1
BY_THE_CLOCK = frozenset({"overdue"})
"""What changes by the clock alone: it is no part of the record, for the same record gives the same bytes."""
NEVER = frozenset({"public_attendees", "receipt_sha256", "version", "told", "told_version"})
"""Names that a secretary noted to keep them out, and what only the database needs. Rules F11, F14."""

READ_ME = """A forum's record.

Each .jsonl file holds one JSON object per line. manifest.json names every file with its SHA-256; manifest.jws is a
signature over the manifest (JSON Web Signature with detached payload, RFC 7797, by Ed25519). Published minutes are in
minutes_versions.jsonl: each version's sha256 is that of its content's canonical JSON (RFC 8785), and the content names
the sha256 of the version before.

  beatbook forums verify FILE --keys KEYS

The keys are published by whoever runs this forum, at /v1/archive-keys of its service. How to verify with openssl alone
stands in Beatbook's documentation, docs/architecture/records.md.
"""


def line(row: Mapping[str, Any]) -> bytes:
    """A row as a line of JSON: keys in order, times in ISO 8601; without what is no part of the record."""
    kept = {key: value for key, value in row.items() if key not in BY_THE_CLOCK and key not in NEVER}
    return json.dumps(kept, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_text).encode() + b"\n"


def _text(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)


def step_by_day(row: Mapping[str, Any]) -> dict[str, Any]:
    """A concern's step with its day only: a moment could tell who stood at the counter then. Rule F14."""
    return {**row, "at": row["at"].date()}
