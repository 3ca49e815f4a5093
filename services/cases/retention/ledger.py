"""The ledger of expunged cases: a file outside the database, so that no copy of the database brings one back.

A line for each: case, kind, day. It is appended to, never rewritten; a line that was not finished counts for nothing.
Rule C16, decision 0040.
"""

import os
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from uuid import UUID


class Ledger:
    """The ids in the file, read again when it has grown. Without a path: none, ever."""

    def __init__(self, path: Path | None) -> None:
        self._path, self._read = path, 0
        self._cases: set[UUID] = set()

    def __contains__(self, case_id: object) -> bool:
        self._catch_up()
        return case_id in self._cases

    def __iter__(self) -> Iterator[UUID]:
        self._catch_up()
        return iter(frozenset(self._cases))

    @property
    def is_kept(self) -> bool:
        """Whether there is a file at all."""
        return self._path is not None

    def append(self, expunged: Sequence[tuple[UUID, str, date]]) -> None:
        """Add cases, by id, kind and day; they are on the disk when this returns. Raises `OSError`."""
        if self._path is None or not expunged:
            return
        lines = "".join(f"{case_id} {kind} {day}\n" for case_id, kind, day in expunged)
        with open(self._path, "ab", opener=_for_its_owner) as file:
            if _unfinished(self._path):
                file.write(b"\n")
            file.write(lines.encode())
            file.flush()
            os.fsync(file.fileno())
        self._catch_up()

    def _catch_up(self) -> None:
        if self._path is None:
            return
        try:
            size = self._path.stat().st_size
        except FileNotFoundError:
            return
        if size == self._read:
            return
        with self._path.open("rb") as file:
            file.seek(self._read if size > self._read else 0)
            start, text = file.tell(), file.read()
        whole = text[: text.rfind(b"\n") + 1]
        self._cases.update(filter(None, map(_case_of, whole.splitlines())))
        self._read = start + len(whole)


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _unfinished(path: Path) -> bool:
    with path.open("rb") as file:
        return file.seek(0, os.SEEK_END) > 0 and (file.seek(-1, os.SEEK_END), file.read())[1] != b"\n"


def _case_of(line: bytes) -> UUID | None:
    try:
        return UUID(line.split(b" ", 1)[0].decode())
    except ValueError:  # a line that was broken off
        return None
