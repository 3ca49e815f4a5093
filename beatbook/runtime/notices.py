"""What a running instance tells others: its note, its ready file, and each end and new start of a process."""

import contextlib
import json
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from beatbook.runtime.instance import Instance, write_private
from beatbook.runtime.supervisor import Child


@dataclass
class Notices:
    """The note in the data directory and the ready file, both there only while they are true."""

    instance: Instance
    ready_file: Path | None
    tell: Callable[[str], None]
    _content: dict[str, Any] = field(default_factory=dict)
    _is_ready: bool = False

    def running(self, urls: Mapping[str, str], pids: Mapping[str, int]) -> None:
        """Write where the processes listen and which they are."""
        self._content = {**urls, "pids": dict(pids)}
        self._write()

    def ready(self, country: str | None) -> None:
        """Write the ready file too, from now on."""
        self._content |= {"country": country, "data_dir": str(self.instance.directory)}
        self._is_ready = True
        self._write()

    def changed(self, child: Child, pids: Mapping[str, int]) -> None:
        """Tell that a process ended or was started again, and write which run now."""
        line = (
            f"{child.name} {ending(child.last_status)}; it is started again in a moment."
            if child.pid is None
            else f"{child.name} is started again, as process {child.pid}."
        )
        with contextlib.suppress(OSError), self.instance.log("supervisor").open("a") as log:
            log.write(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {line}\n")
        with contextlib.suppress(OSError):  # a closed terminal is no reason to stop
            self.tell(line)
        if self._content:
            self._content["pids"] = dict(pids)
            with contextlib.suppress(OSError):  # nor is a full disk
                self._write()

    def withdraw(self) -> None:
        """Remove what was written: it is not true any more."""
        self.instance.note.unlink(missing_ok=True)
        if self.ready_file is not None:
            self.ready_file.unlink(missing_ok=True)

    def _write(self) -> None:
        content = json.dumps(self._content).encode()
        write_private(self.instance.note, content)
        if self._is_ready and self.ready_file is not None:
            write_private(self.ready_file, content)


def ending(status: int) -> str:
    """How a process ended, in words, from its exit status (negative: the signal that ended it)."""
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"
