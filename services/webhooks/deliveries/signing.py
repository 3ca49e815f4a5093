"""Signatures by the Standard Webhooks specification. Rule W2."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from standardwebhooks import Webhook


def signed_headers(secrets: Sequence[str], event_id: UUID, at: datetime, body: str) -> dict[str, str]:
    """The headers of one attempt: id, timestamp (Unix seconds) and one signature for each secret in use."""
    signatures = [Webhook(secret).sign(str(event_id), at, body) for secret in secrets]
    return {
        "webhook-id": str(event_id),
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
