"""Whose a complaint about police is, the states it goes through, and until when each is owed. Pure.

Rule C19. Source: GP ch. 6, engagement strategies: ways to complain, recorded and independently looked into.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from beatbook.contracts.actor import Actor, Role
from beatbook.contracts.areas import covers, parent_of
from beatbook.kit.receipts import Allowance


class Matter(StrEnum):
    """What a complaint is about."""

    USE_OF_FORCE = "use_of_force"
    DEATH_OR_INJURY = "death_or_injury"
    STOP_AND_SEARCH = "stop_and_search"
    ARREST_OR_DETENTION = "arrest_or_detention"
    DISCRIMINATION = "discrimination"
    CORRUPTION = "corruption"
    NEGLECT_OF_DUTY = "neglect_of_duty"
    INCIVILITY = "incivility"
    PRIVACY = "privacy"
    OTHER = "other"


class Standing(StrEnum):
    """In what capacity somebody complains."""

    AFFECTED = "affected"
    WITNESS = "witness"
    ON_BEHALF = "on_behalf"


class Channel(StrEnum):
    """How a complaint came: without a sign-in, with one, or through a partner organisation."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    PARTNER = "partner"


class State(StrEnum):
    """Where a complaint stands. Rule C19."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    UNDER_REVIEW = "under_review"
    MEDIATED = "mediated"
    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    NOT_UPHELD = "not_upheld"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


OUTCOMES = frozenset({State.MEDIATED, State.UPHELD, State.PARTLY_UPHELD, State.NOT_UPHELD, State.WITHDRAWN})
STEPS: Mapping[State, frozenset[State]] = {
    State.RECEIVED: frozenset({State.ACKNOWLEDGED, State.WITHDRAWN}),
    State.ACKNOWLEDGED: frozenset({State.UNDER_REVIEW, State.WITHDRAWN}),
    State.UNDER_REVIEW: OUTCOMES,
    State.CLOSED: frozenset(),
} | dict.fromkeys(OUTCOMES, frozenset({State.CLOSED, State.UNDER_REVIEW}))
"""Where a complaint may go from each state: an outcome is closed, or looked into once more."""


class Asking(StrEnum):
    """What anybody may ask for without a name, and so only so often."""

    COMPLAIN_FROM = "complain_from"
    """Complain, from one network."""
    COMPLAIN_TO = "complain_to"
    """Complain, to the oversight body of one area."""
    FOLLOW_FROM = "follow_from"
    """Look a receipt up, from one network."""


ALLOWANCES: Mapping[Asking, Allowance] = {
    Asking.COMPLAIN_FROM: Allowance(burst=8, every=timedelta(minutes=3)),
    Asking.COMPLAIN_TO: Allowance(burst=60, every=timedelta(minutes=1)),
    Asking.FOLLOW_FROM: Allowance(burst=30, every=timedelta(seconds=10)),
}
"""A network is many people behind one provider's addresses, so no network is held to one person's pace."""


class Owed(StrEnum):
    """What the oversight body owes a complainant by a day."""

    ACKNOWLEDGEMENT = "acknowledgement"
    DECISION = "decision"


@dataclass(frozen=True)
class Days:
    """Days from the receipt of a complaint until it is acknowledged and decided."""

    acknowledge: int
    decide: int


USUAL = Days(acknowledge=5, decide=90)
DAYS: Mapping[Matter, Days] = dict.fromkeys(Matter, USUAL) | {
    Matter.USE_OF_FORCE: Days(acknowledge=2, decide=60),
    Matter.DEATH_OR_INJURY: Days(acknowledge=1, decide=60),
}
"""By matter. Where life or limb is at stake, evidence is soon lost."""


def due(received_at: datetime, matter: Matter) -> dict[Owed, datetime]:
    """Until when a complaint is to be acknowledged and decided. Rule C19."""
    days = DAYS[matter]
    return {
        Owed.ACKNOWLEDGEMENT: received_at + timedelta(days=days.acknowledge),
        Owed.DECISION: received_at + timedelta(days=days.decide),
    }


def filed_in(area: str, oversight_of: str | None) -> str | None:
    """The area whose oversight body has a complaint; None when there is nobody above who could. Rule C19.

    Where it happened; but one about an oversight body goes to the tier above that body, which does not see it then.
    Raises `ValueError` when the body named does not oversee the area.
    """
    if oversight_of is None:
        return area
    if not covers(oversight_of, area):
        raise ValueError("oversight_of: this body does not oversee the area")
    return parent_of(oversight_of)


def channel_of(actor: Actor) -> Channel:
    """How a complaint by this actor comes in."""
    held = {grant.role for grant in actor.grants} - {Role.PUBLIC}
    if Role.PARTNER in held:
        return Channel.PARTNER
    return Channel.SIGNED_IN if held else Channel.PUBLIC


def move_obstacles(target: State, note: str | None, answer: str | None) -> list[str]:
    """Everything that a step to `target` lacks: a decision needs reasons, and words for who complained. Rule C19."""
    found: list[str] = []
    if target in OUTCOMES and not note:
        found.append("note: say what was found, and on what evidence")
    if target in OUTCOMES - {State.WITHDRAWN} and not answer:
        found.append("answer: say to who complained what was decided, and where they can go with it")
    return found


def owed_now(state: State, acknowledge_by: datetime, decide_by: datetime, now: datetime) -> list[Owed]:
    """What is overdue. Rule C19."""
    found = [Owed.ACKNOWLEDGEMENT] if state is State.RECEIVED and acknowledge_by < now else []
    undecided = state in {State.RECEIVED, State.ACKNOWLEDGED, State.UNDER_REVIEW}
    return found + ([Owed.DECISION] if undecided and decide_by < now else [])


def quarter_starts(year: int, now: datetime) -> list[datetime]:
    """The beginnings (UTC) of a year's quarters that are over, in order: figures of one that is not would still change.

    Rules C19, K8.
    """
    starts = [now.replace(year=year, month=month, day=1, hour=0, minute=0, second=0, microsecond=0)
              for month in (1, 4, 7, 10)]  # fmt: skip
    return [start for start in starts if quarter_end(start) <= now]


def quarter_end(start: datetime) -> datetime:
    """The beginning of the quarter after the one that begins then."""
    return start.replace(year=start.year + start.month // 10, month=(start.month + 2) % 12 + 1)
