"""What declaring, commanding and standing down a critical incident needs. Pure.

Rule C17. Source: GP ch. 6, critical incident management, with its figure 11 (command structure).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Concept(StrEnum):
    """The four concepts by which an incident is held to be critical. Rule C17."""

    EFFECTIVENESS = "effectiveness"
    SIGNIFICANT_IMPACT = "significant_impact"
    CONFIDENCE = "confidence"
    LIKELIHOOD = "likelihood"


QUESTIONS: Mapping[Concept, str] = {
    Concept.EFFECTIVENESS: "how professional, competent and honest does the police response look so far?",
    Concept.SIGNIFICANT_IMPACT: "whom does it touch deeply: a person, a family, a community?",
    Concept.CONFIDENCE: "whose trust in the police, in the long run, is at stake?",
    Concept.LIKELIHOOD: "why is it likely that this trust will suffer, and not only possible?",
}
"""What the reason for each concept answers."""


class State(StrEnum):
    """Where a critical incident stands."""

    DECLARED = "declared"
    STOOD_DOWN = "stood_down"


class Command(StrEnum):
    """Command roles: gold sets the strategy, silver makes the plans one, a bronze commands one function of it."""

    GOLD = "gold"
    SILVER = "silver"
    BRONZE = "bronze"


class Effect(StrEnum):
    """How deeply a community is affected."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class RiskState(StrEnum):
    """How a risk stands in the register."""

    OPEN = "open"
    MITIGATED = "mitigated"
    ACCEPTED = "accepted"
    CLOSED = "closed"


FIRST_ASSESSMENT = timedelta(hours=24)
"""From the declaration until the first community impact assessment is due."""
LONGEST_REVIEW = timedelta(days=31)
"""From an assessment until it is looked at again, at most: a community's mood does not keep for longer."""


@dataclass(frozen=True)
class Holder:
    """Who holds a command role now; `function` is a bronze's, such as `public_order`."""

    role: Command
    function: str | None
    subject: str


def declaring_obstacles(reasons: Mapping[Concept, str | None], gold: str | None, silver: str | None) -> list[str]:
    """Everything that a declaration lacks: a reason for each concept, and two people in command. Rule C17."""
    found = [f"concepts.{concept}: {QUESTIONS[concept]}" for concept in Concept if not reasons.get(concept)]
    found += [f"{role}: say who takes command" for role, who in (("gold", gold), ("silver", silver)) if not who]
    if gold and gold == silver:
        found.append("silver: strategy and its co-ordination are two people's work")
    return found


def handover_obstacles(
    role: Command, function: str | None, subject: str | None, holders: Collection[Holder]
) -> list[str]:  # fmt: skip
    """Everything that keeps a command role from going to `subject` (None: the bronze's function ends). Rule C17."""
    found: list[str] = []
    if role is Command.BRONZE and function is None:
        found.append("function: say which function this bronze commands")
    if role is not Command.BRONZE and function is not None:
        found.append("function: gold and silver command the whole")
    if role is not Command.BRONZE and subject is None:
        found.append("subject: gold and silver are never vacant, hand over to somebody")
    held = {(holder.role, holder.function): holder.subject for holder in holders}
    if held.get((role, function)) == subject:
        found.append("subject: it is so already")
    other = {Command.GOLD: Command.SILVER, Command.SILVER: Command.GOLD}.get(role)
    if other is not None and subject is not None and held.get((other, None)) == subject:
        found.append(f"subject: holds {other} now, and gold and silver are two people")
    return found


def review_obstacle(review_due_at: datetime, now: datetime) -> str | None:
    """Why an assessment can't be due for review then; None when it can. Rule C17."""
    if now < review_due_at <= now + LONGEST_REVIEW:
        return None
    return f"review_due_at: after now, and within {LONGEST_REVIEW.days} days"


def score(likelihood: int, impact: int) -> int:
    """A risk's weight, 1 to 25: likelihood by impact, each 1 to 5. Rule C17."""
    return likelihood * impact


def stand_down_obstacles(
    *, assessed: bool, open_risks: Sequence[int], reasons: str | None, debrief: str | None, learning: Sequence[str]
) -> list[str]:
    """Everything that keeps a critical incident from being stood down. Rule C17."""
    found: list[str] = []
    if not assessed:
        found.append("impacts: no community impact was ever assessed")
    found += [f"risks.{number}: is open; mitigate, accept or close it" for number in open_risks]
    if not reasons:
        found.append("reasons: say why it is critical no more")
    if not debrief:
        found.append("debrief: say what those in command and those affected said afterwards")
    if not learning:
        found.append("learning: name what to keep or to do differently")
    return found
