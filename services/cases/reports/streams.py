"""Rows out of bytes as they come: CSV or JSON lines, packed or not, in bounded memory. Pure. Rule C1."""

import csv
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from services.cases.reports.unfit import Reason, Unfit

LONGEST_LINE = 64 << 10
"""Bytes of a line, and of a CSV row over several lines; a longer one is refused, and the next row read."""
PIECE = 256 << 10
MOST_EXPANSION = 100
"""Times that a packed body may grow: records pack to a fifth or a tenth, a bomb to a thousandth."""
FREE_EXPANSION = 1 << 20


class Format(StrEnum):
    """How a body holds its rows."""

    CSV = "csv"
    JSON_LINES = "jsonl"


class Unreadable(Exception):
    """A body that cannot be read on: what is wrong, and what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it was sent, or why it is none, and the line of the file on which it begins, from 1."""

    number: int
    row: Mapping[str, Any] | Unfit


class RowReader:
    """Gives the rows of a body, in runs, as its bytes come in; what is no row is told as such and stops no other.

    Without a format the first byte decides: JSON lines begin with a brace.
    """

    def __init__(self, form: Format | None, fields: frozenset[str], *, packed: bool) -> None:
        self._form, self._fields = form, fields
        self._unpack = _Gunzip() if packed else None
        self._rest, self._skips = b"", False
        self._header: list[str] | None = None
        self._open: list[tuple[int, str]] = []  # lines of a CSV row whose quote has not been closed yet
        self._lines = 0

    def feed(self, data: bytes) -> Iterator[list[Line]]:
        """The rows that these bytes complete; raises `Unreadable`."""
        for piece in self._unpack.feed(data) if self._unpack else (data,):
            yield self._take(self._split(piece))

    def end(self) -> list[Line]:
        """The last row, when no line's end followed it; raises `Unreadable` for a body that was cut off."""
        if self._unpack:
            self._unpack.end()
        last = [None] if self._skips else [self._rest] if self._rest else []
        rows = self._take(last)
        if self._form is Format.CSV and self._header is None:
            if rows:
                raise Unreadable("The body is no CSV of UTF-8 lines that end in LF. If it is packed, say so: gzip.")
            raise Unreadable("The body is empty: begin CSV with a header that names its columns.")
        return rows + self._give_up()

    def _split(self, piece: bytes) -> list[bytes | None]:
        """Complete lines; None for one that is too long."""
        *lines, rest = (self._rest + piece).split(b"\n")
        found = [None if len(line) > LONGEST_LINE else line for line in lines]
        if self._skips and found:
            found[0], self._skips = None, False
        if self._skips or len(rest) > LONGEST_LINE:
            rest, self._skips = b"", True
        self._rest = rest
        return found

    def _take(self, lines: Sequence[bytes | None]) -> list[Line]:
        texts: list[tuple[int, str]] = []
        found: list[Line] = []
        for line in lines:
            self._lines += 1
            if line is None:
                found += [*self._read(texts), _bad(self._lines, f"A line is at most {LONGEST_LINE} bytes long.")]
                texts = []
                continue
            try:
                texts.append((self._lines, line.decode("utf-8-sig" if self._lines == 1 else "utf-8")))
            except UnicodeDecodeError:
                found += [*self._read(texts), _bad(self._lines, "The line is no UTF-8.")]
                texts = []
        return found + self._read(texts)

    def _read(self, texts: list[tuple[int, str]]) -> list[Line]:
        if self._form is None:
            first = next((text for _, text in texts if text.strip()), None)
            if first is None:
                return []
            self._form = Format.JSON_LINES if first.lstrip().startswith("{") else Format.CSV
        if self._form is Format.JSON_LINES:
            return [_object(number, text) for number, text in texts if text and not text.isspace()]
        return self._read_csv(texts)

    def _read_csv(self, texts: list[tuple[int, str]]) -> list[Line]:
        """Rows of CSV; of one that cannot be read its first line is refused, and the next line begins a row."""
        lines = self._open + texts
        self._open = []
        found: list[Line] = []
        begun = 0
        while begun < len(lines):
            rest = range(begun, len(lines))
            reader = csv.reader((f"{lines[at][1]}\n" for at in rest), strict=True)
            bad = "A quoted cell is followed by something else, or holds too much."
            try:
                for cells in reader:
                    done = rest[0] + reader.line_num
                    if done - begun > 1 and _size(lines[begun:done]) > LONGEST_LINE:
                        break
                    if cells:
                        self._record(lines[begun][0], cells, found)
                    begun = done
                else:
                    return found
            except csv.Error as error:
                if str(error) == _OPEN:
                    self._open = lines[begun:]
                    if _size(self._open) <= LONGEST_LINE:
                        return found
                    self._open, bad = [], _UNCLOSED
            found.append(_bad(lines[begun][0], bad))
            begun += 1
        return found

    def _give_up(self) -> list[Line]:
        """At the end: a row whose quote was never closed is refused, and the lines after it are read."""
        found: list[Line] = []
        while self._open:
            (number, _), *after = self._open
            self._open = []
            found.append(_bad(number, _UNCLOSED))
            found += self._read_csv(after)
        return found

    def _record(self, number: int, cells: list[str], found: list[Line]) -> None:
        if self._header is None:
            self._header = [name.strip() for name in cells]
            unknown = len([name for name in self._header if name not in self._fields])
            if unknown or len(set(self._header)) < len(self._header):
                raise Unreadable(
                    f"The header has {unknown} columns that are no field, or one twice. "
                    f"The fields are: {', '.join(sorted(self._fields))}."
                )
        elif len(cells) != len(self._header):
            found.append(_bad(number, f"The row has {len(cells)} cells where the header has {len(self._header)}."))
        else:
            found.append(Line(number, dict(zip(self._header, cells, strict=True))))


_OPEN = "unexpected end of data"
"""What the csv module says of a quote that is open where the text ends."""


_UNCLOSED = "A quote is opened and not closed."


def _size(lines: Sequence[tuple[int, str]]) -> int:
    return sum(len(text) for _, text in lines)


def _bad(number: int, detail: str) -> Line:
    return Line(number, Unfit(Reason.UNREADABLE, detail))


def _object(number: int, text: str) -> Line:
    try:
        row = orjson.loads(text)
    except orjson.JSONDecodeError:
        return _bad(number, "The line is no JSON.")
    return Line(number, row) if isinstance(row, dict) else _bad(number, "The line is no JSON object.")


class _Gunzip:
    """Unpacks a body of one gzip member or several; refuses one that grows beyond what records do."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(wbits=31)
        self._taken = self._given = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        self._taken += len(data)
        while True:
            try:
                piece = self._inflate.decompress(data, PIECE)
            except zlib.error as error:
                raise Unreadable("The body is no gzip, or damaged. Pack it anew and send it again.") from error
            self._given += len(piece)
            if self._given > FREE_EXPANSION + MOST_EXPANSION * self._taken:
                raise Unreadable(f"The body unpacks to more than {MOST_EXPANSION} times its size: send it unpacked.")
            if piece:
                yield piece
            data = self._inflate.unconsumed_tail
            if self._inflate.eof:
                data = self._inflate.unused_data.lstrip(b"\0")  # members may be padded
                if not data:
                    return
                self._inflate = zlib.decompressobj(wbits=31)
            elif not data and len(piece) < PIECE:
                return

    def end(self) -> None:
        if not self._inflate.eof:
            raise Unreadable("The body ends before its gzip does: it was cut off. Send it again; what was taken stays.")
