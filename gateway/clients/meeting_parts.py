"""Parts of the record of a meeting."""

from gateway.clients.upstream import Record


class TopicRecord(Record):
    """Something to be spoken about."""

    title: str
    sensitive: bool = False
    personal_safety: bool = False


class EmergencyRecord(Record):
    """Why a meeting was called at short notice."""

    critical_incident: str
    reason: str
