"""A writer of load: real commands over HTTP, each under an idempotency key, repeated until it is acknowledged.

`python -m tests.chaos.writers ORDERS.json` runs one as a process that may be killed at any moment: what was
acknowledged is in its journal, and started again it goes on from there, repeating what was under way. SIGTERM lets it
finish its step.
"""

import contextlib
import http.client
import itertools
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

CATEGORIES = ("0801", "08041", "0501")
TIMEOUT = 4.0
Ack = dict[str, Any]
Call = Callable[..., Ack]


def kind_at(area: str) -> str:
    """The kind of general forum that stands at an area's tier."""
    return "community_advisory_board" if area.count(".") == 2 else "community_safety_council"


class Misled(Exception):
    """A request was refused that must succeed: an effect was lost, doubled or out of order."""


@dataclass(frozen=True)
class Orders:
    """What a writer is to do."""

    name: str
    kind: str
    """A key of `KINDS`."""
    urls: dict[str, str]
    token: str
    journal: str
    areas: list[str]
    forums: list[str] = field(default_factory=list)
    pause: float = 0.0
    """Seconds between two steps."""
    rounds: int | None = None
    batch: int = 40

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))


class Journal:
    """What was acknowledged, by key, in order; each entry written at once, so that a killed writer's is whole."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self.entries = {entry["key"]: entry for entry in read_journal(path)}

    def keep(self, entry: Ack) -> Ack:
        os.write(self._file, json.dumps(entry).encode() + b"\n")
        self.entries[entry["key"]] = entry
        return entry


def read_journal(path: str | Path) -> list[Ack]:
    """The acknowledgements in order."""
    with contextlib.suppress(FileNotFoundError):
        return [json.loads(line) for line in Path(path).read_text().splitlines() if line]
    return []


class Writer:
    """Carries out orders, round after round."""

    def __init__(self, orders: Orders) -> None:
        self.orders = orders
        self.journal = Journal(orders.journal)
        self.stopping = False
        self.answers: Counter[str] = Counter()
        self._connections: dict[str, http.client.HTTPConnection] = {}

    def run(self) -> None:
        """Work until told to stop, or for as many rounds as ordered; raises `Misled`."""
        numbers = itertools.count() if self.orders.rounds is None else range(self.orders.rounds)
        try:
            for number in numbers:
                for _ in KINDS[self.orders.kind](self.orders, number, self._step):
                    if self.stopping:
                        return
        finally:
            for connection in self._connections.values():
                connection.close()

    def _step(self, key: str, service: str, path: str, body: Any, *, version: int | None = None, **facts: Any) -> Ack:
        key = f"{self.orders.name}-{key}"
        if known := self.journal.entries.get(key):
            return known
        time.sleep(self.orders.pause)
        headers = {
            "Authorization": f"Bearer {self.orders.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        } | ({"If-Match": f'"{version}"'} if version else {})
        while True:
            status, answer = self._send(service, path, json.dumps(body), headers)
            self.answers[str(status)] += 1
            if 200 <= status < 300:
                return self.journal.keep({"key": key, "id": answer.get("id"), "answer": answer, **facts})
            if 400 <= status < 500:
                raise Misled(f"{key} {path}: {status} {answer}")
            time.sleep(0.1)

    def _send(self, service: str, path: str, body: str, headers: dict[str, str]) -> tuple[int, Any]:
        """The status (0: none came) and the answer."""
        connection = self._connections.get(service)
        if connection is None:
            address = urlsplit(self.orders.urls[service])
            connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=TIMEOUT)
            self._connections[service] = connection
        try:
            connection.request("POST", f"/v1{path}", body, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError):
            connection.close()
            return 0, None


Steps = Iterator[Ack]


def _forum_round(orders: Orders, number: int, step: Call) -> Steps:
    """A meeting from plan to decisions: several events for each meeting and each decision."""
    place = number % len(orders.forums)
    forum, area = orders.forums[place], orders.areas[place]
    day = f"2025-{number % 6 + 1:02d}-10"
    start = f"{day}T17:00:00+00:00"
    planned = {"purpose": "problem_solving", "topics": [{"title": "Lamps"}], "starts_at": start}
    meeting = step(f"{number}-plan", "forum", f"/forums/{forum}/meetings", planned, kind="planned")
    yield meeting
    path, version = f"/meetings/{meeting['id']}", 1
    if number % 3 == 0:
        off = {"state": "postponed", "reason": "Snow"}
        yield step(f"{number}-off", "forum", f"{path}/call-off", off, version=version, kind="called_off")
        version += 1
    held = {"held_at": start, "public": [{"count": 7}]}
    yield step(
        f"{number}-hold", "forum", f"{path}/hold", held, version=version, kind="held", area=area, month=day[:7]
    )  # fmt: skip
    for item in range(2):
        due = f"2025-{number % 6 + 2:02d}-15"
        wanted = {"agenda_item": "Lamps", "text": f"Repair lamp {item}", "owner": "Public works", "due_on": due}
        decision = step(
            f"{number}-decide{item}", "forum", f"{path}/decisions", wanted, kind="recorded", area=area, due=due
        )  # fmt: skip
        yield decision
        outcome = ("delivered", "withdrawn", "declined", "delivered")[(number + item) % 4]
        ended = due if number % 2 else f"2025-{number % 6 + 2:02d}-20"
        end = {"outcome": outcome, "ended_on": ended, "evidence": "seen", "reason": "told", "alternative": "torches"}
        yield step(
            f"{number}-close{item}", "forum", f"/decisions/{decision['id']}/close", end, version=1, kind="closed",
            outcome=outcome, on_time=outcome == "delivered" and ended <= due,
        )  # fmt: skip


def _incident_round(orders: Orders, number: int, step: Call) -> Steps:
    """A batch of incidents."""
    rows = [
        {
            "external_id": f"{orders.name}-{number}-{row}",
            "month": f"2025-{(number + row) % 12 + 1:02d}",
            "area": orders.areas[row % len(orders.areas)],
            "category": CATEGORIES[row % len(CATEGORIES)],
        }
        for row in range(orders.batch)
    ]
    batch = {"import_id": f"{number:064x}", "batch": 0, "root": "XK", "source": orders.name, "rows": rows}
    yield step(
        f"{number}-batch", "cases", "/incidents/batches", batch, kind="batch",
        cells=[(row["area"], row["month"], row["category"]) for row in rows],
    )  # fmt: skip


def _founding_round(orders: Orders, number: int, step: Call) -> Steps:
    """A forum founded: what partners hear of."""
    area = orders.areas[number % len(orders.areas)]
    body = {"area": area, "kind": kind_at(area), "name": f"{orders.name} {number}"}
    yield step(f"{number}-found", "forum", "/forums", body, kind="founded")


KINDS: dict[str, Callable[[Orders, int, Call], Steps]] = {
    "forum": _forum_round,
    "incidents": _incident_round,
    "founding": _founding_round,
}


def main(path: str) -> None:
    """Run a writer as a process."""
    writer = Writer(Orders(**json.loads(Path(path).read_text())))

    def stop(*_: object) -> None:
        writer.stopping = True

    signal.signal(signal.SIGTERM, stop)
    try:
        writer.run()
    finally:
        Path(path).with_suffix(f".{os.getpid()}.answers").write_text(json.dumps(writer.answers))


if __name__ == "__main__":
    main(sys.argv[1])
