"""What was promised of events: their schemas as they were released, and what may not be taken back. Rule X2.

What is on the main branch is released, for anyone may run it: a schema that says more than its frozen copy fails the
check until `beatbook reference release` has recorded it, and one that breaks the copy can't be recorded at all.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from beatbook.cli.event_documents import envelope_schema, event_schema
from beatbook.contracts.catalogue import EVENTS
from beatbook.contracts.compatibility import breaches, differs
from beatbook.contracts.envelope import Event

RELEASED = Path("beatbook/contracts/released")
ENVELOPE = "envelope"
ADVICE = (
    "Logs hold events as they were written, and readers are not all updated at once: undo this, or leave the event as "
    "it is and write its next version beside it (CONTRIBUTING, A new version of an event)."
)


def current(events: Mapping[str, type[Event]] = EVENTS) -> dict[str, dict[str, Any]]:
    """The schemas as the code has them, by wire type; and the envelope's."""
    envelope = envelope_schema()
    for attribute in ("ce-type", "ce-source"):  # grow with every new event; a reader passes over what it doesn't know
        envelope["properties"][attribute] = {"type": "string"}
    return {ENVELOPE: envelope, **{name: event_schema(kind) for name, kind in events.items()}}


def released(project: Path) -> dict[str, dict[str, Any]]:
    """The frozen copies, by wire type."""
    return {
        path.name.removesuffix(".schema.json"): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((project / RELEASED).glob("*.schema.json"))
    }


def refusals(promised: Mapping[str, dict[str, Any]], now: Mapping[str, dict[str, Any]]) -> list[str]:
    """What breaks a promise, a line each."""
    return [f"{name}: {breach}" for name, schema in promised.items() for breach in breaches(schema, now.get(name))]


def unrecorded(promised: Mapping[str, dict[str, Any]], now: Mapping[str, dict[str, Any]]) -> list[str]:
    """Events of which more is said than was released, by wire type."""
    return [name for name, schema in now.items() if name not in promised or differs(promised[name], schema)]


def faults(project: Path) -> list[str]:
    """What is wrong with the events of the code, seen from what was released."""
    promised, now = released(project), current()
    if refused := refusals(promised, now):
        return [*refused, ADVICE]
    return [
        f"{name} says more than was released; run `beatbook reference release`" for name in unrecorded(promised, now)
    ]


def record(project: Path, now: Mapping[str, dict[str, Any]]) -> list[str]:
    """Freeze what is new, and drop nothing; the wire types recorded. Nothing may be refused."""
    added = unrecorded(released(project), now)
    for name in added:
        path = project / RELEASED / f"{name}.schema.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(now[name], indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return added
