"""closeDecision. Rule F13."""

from enum import StrEnum

import strawberry
from strawberry import relay

from gateway.context import Info
from gateway.mutations.targets import id_of
from gateway.types.forum import Decision


@strawberry.enum
class DecisionOutcome(StrEnum):
    """How a decision ends."""

    DELIVERED = "delivered"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@strawberry.input
class CloseDecisionInput:
    """How a decision ends: delivered with evidence, declined with a reason and an alternative, or withdrawn.

    `version` is the decision's version as it was read; a decision changed since then is not closed.
    """

    decision: relay.GlobalID
    version: int
    outcome: DecisionOutcome
    evidence: str | None = None
    reason: str | None = None
    alternative: str | None = None


async def close_decision(info: Info, input: CloseDecisionInput) -> Decision:
    """End a decision."""
    body = {
        "outcome": input.outcome.value,
        "evidence": input.evidence,
        "reason": input.reason,
        "alternative": input.alternative,
    }
    decision = id_of(input.decision, Decision)
    headers = {"If-Match": f'"{input.version}"'}
    return await info.context.services.forum.close_decision(decision, body, headers)  # type: ignore[return-value]
