"""Failpoints: the exact steps at which a test has this process die or freeze. Rule X1; for tests only.

`BEATBOOK_FAILPOINTS=relay.published=3` kills the process with SIGKILL the third time it passes that step;
`relay.published=3:freeze` stops it with SIGSTOP instead, until somebody sends SIGCONT. Several are parted by commas.
Without the variable a step costs a call that looks at an empty dict.
"""

import logging
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

log = logging.getLogger(__name__)

VARIABLE = "BEATBOOK_FAILPOINTS"


class Step(StrEnum):
    """A step between two effects that must both come about, or neither, or the second later."""

    COMMAND_CHANGED = "command.changed"
    """State and event are written, not committed."""
    COMMAND_COMMITTED = "command.committed"
    """Committed; neither answered nor has the relay heard of it."""
    RELAY_POSITIONED = "relay.positioned"
    """Events have positions; none was published."""
    RELAY_PUBLISHED = "relay.published"
    """The broker acknowledged; that is not noted."""
    RELAY_MARKED = "relay.marked"
    """It is noted how far the stream goes."""
    CONSUMER_APPLIED = "consumer.applied"
    """Effects and checkpoint are written, not committed."""
    CONSUMER_COMMITTED = "consumer.committed"
    """Effects and checkpoint are committed."""
    REBUILD_FILLED = "rebuild.filled"
    """The shadow is complete, the live tables are still in their place."""
    REBUILD_EXCHANGED = "rebuild.exchanged"
    """The tables have changed places, not committed."""
    REBUILD_SWITCHED = "rebuild.switched"
    """The rebuilt tables are live."""


@dataclass
class _Failure:
    passings: int
    signal: signal.Signals


def parse(value: str) -> dict[Step, _Failure]:
    """What the variable asks for; raises `ValueError` for a step that there is not."""
    failures = {}
    for part in value.split(","):
        step, _, when = part.partition("=")
        passings, _, manner = when.partition(":")
        if manner not in ("", "freeze"):
            raise ValueError(f"a failpoint kills or does `freeze`, not `{manner}`")
        failures[Step(step)] = _Failure(int(passings), signal.SIGSTOP if manner else signal.SIGKILL)
    return failures


def _armed(environment: Mapping[str, str]) -> dict[Step, _Failure]:
    value = environment.get(VARIABLE)
    return parse(value) if value else {}


_ARMED = _armed(os.environ)


def passing(step: Step) -> None:
    """Say that this step is passed; where a test asked for it, this process goes no further."""
    if _ARMED and (failure := _ARMED.get(step)) is not None:
        failure.passings -= 1
        if failure.passings == 0:
            log.critical("failpoint %s: %s", step, failure.signal.name)
            os.kill(os.getpid(), failure.signal)
