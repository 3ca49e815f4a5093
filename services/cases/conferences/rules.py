"""A restorative meeting: what it needs before it starts, and that either side may stop it. Pure.

Rule C9a. Source: GP ch. 4, the use of discretion (UNODC, Handbook on Restorative Justice Programmes, 2020).
"""

from collections.abc import Collection
from enum import StrEnum

from services.cases.diversion.rules import Consent, Purpose, State
from services.cases.programmes.rules import Capacity


class Side(StrEnum):
    """The two who meet."""

    VICTIM = "victim"
    RESPONSIBLE = "responsible"


class StoppedBy(StrEnum):
    """Who stopped it; told to nobody on the other side."""

    VICTIM = "victim"
    RESPONSIBLE = "responsible"
    FACILITATOR = "facilitator"
    CASE_ENDED = "case_ended"


class MeetingState(StrEnum):
    """How the meeting stands."""

    PLANNED = "planned"
    STARTED = "started"
    HELD = "held"
    STOPPED = "stopped"


OVER = frozenset({MeetingState.HELD, MeetingState.STOPPED})
SPEAKS_FOR = {
    Side.VICTIM: frozenset({Capacity.VICTIM}),
    Side.RESPONSIBLE: frozenset({Capacity.RESPONSIBLE, Capacity.GUARDIAN}),
}
"""In which capacities people consent on a side; each side is shown its own consents only."""


def start_unmet(
    case: State, *, screened: bool, is_safe: bool, consents: Collection[Consent], guardian_asked: bool
) -> list[str]:
    """What the meeting still needs: a safety screen before it, and the consent of each side, held apart. Rule C9a."""
    found = []
    if case not in {State.AGREED, State.UNDER_WAY}:
        found.append(f"case: it is {case}, people meet when it is agreed or under way")
    if not screened:
        found.append("screening: record a safety screen of both sides first")
    elif not is_safe:
        found.append("screening: it was found not to be safe")
    needed = {Capacity.VICTIM, Capacity.RESPONSIBLE} | ({Capacity.GUARDIAN} if guardian_asked else set())
    found += [
        f"consents: the {capacity} has not agreed to meet"
        for capacity in Capacity
        if capacity in needed and (capacity, Purpose.MEETING) not in consents
    ]
    return found


def stopped_by(capacity: Capacity) -> StoppedBy:
    """Who stops a meeting by withdrawing the consent to it in that capacity."""
    return StoppedBy.VICTIM if capacity is Capacity.VICTIM else StoppedBy.RESPONSIBLE


def counts_as_tried(state: MeetingState | None, by: StoppedBy | None) -> bool:
    """Whether the responsible person has done their part: it was held, or the other side stopped it. Rule C9a."""
    return state is MeetingState.HELD or (
        state is MeetingState.STOPPED and by in {StoppedBy.VICTIM, StoppedBy.FACILITATOR}
    )
