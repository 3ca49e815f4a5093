"""The audit log of cases, sealed: where its chains ended, kept where the log itself is not (Rule C15)."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from beatbook.contracts.areas import AreaCode
from beatbook.contracts.envelope import NOBODY, Event


class SealedHead(BaseModel):
    """Where a chain ended: the number and the SHA-256, in hex, of its last entry then."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    chain: UUID
    number: int
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class AuditSealed(Event, service="cases", aggregate="audit", verb="sealed", audience=NOBODY):
    """Chains of the audit log that had grown since they were sealed before. Rule C15.

    `area` is `-`: the log is about all of them.
    """

    area: AreaCode
    heads: Sequence[SealedHead]
