"""Events of a later release: what this one doesn't know it passes over, and a newer version is noticed. Rule X2."""

import logging
from collections.abc import Iterable

from beatbook.contracts.envelope import Event
from beatbook.kit import telemetry

log = logging.getLogger(__name__)

_told: set[tuple[str, str]] = set()


def pass_over(consumer: str, handled: Iterable[type[Event]], type: str, count: int) -> None:
    """Count events of a type that has no class here, if it is another version of one that the consumer handles.

    Each such type is told once in a process's life: the consumer lacks what these events say until a release knows
    them and `beatbook events rebuild` has read them again. Of types that are altogether new there is nothing to tell.
    """
    known = type.rpartition(".v")[0]
    if all(kind.wire_type().rpartition(".v")[0] != known for kind in handled):
        return
    telemetry.passed_over(consumer, type, count)
    if (consumer, type) not in _told:
        _told.add((consumer, type))
        log.warning(
            "consumer %s passes over events of type %s, a version it does not know: update it, then rebuild",
            consumer,
            type,
        )
