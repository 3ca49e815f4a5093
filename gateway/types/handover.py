"""Handover briefs in the schema."""

from datetime import datetime

import strawberry

from gateway.clients.handover import BriefRecord
from gateway.types.nodes import Entity


@strawberry.type
class Brief(Entity, record=BriefRecord, loader="brief"):
    """A frozen brief for who takes over an area (Rule H8); its text is with the handover service."""

    as_of: datetime
    number: int
    sha256: str
