"""Tables as files: CSV (RFC 4180) and XLSX, written batch by batch into a file that leaves memory when it grows."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Protocol

from openpyxl import Workbook

from services.forum.exports.rules import Column, FileFormat, cell

IN_MEMORY = 1 << 20
BOM = "\ufeff"


class Sheet(Protocol):
    """A table that is being written."""

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write rows."""

    def close(self) -> IO[bytes]:
        """The finished file, to be read from its start."""


def spooled() -> IO[bytes]:
    """A file in memory, and on disk from a MiB on."""
    return SpooledTemporaryFile(max_size=IN_MEMORY)


class CsvSheet:
    """Comma-separated values in UTF-8; with a byte order mark for programs that need one."""

    def __init__(self, columns: Sequence[Column], *, bom: bool) -> None:
        self._columns, self._file = columns, spooled()
        self._text = io.TextIOWrapper(self._file, encoding="utf-8", newline="", write_through=False)
        if bom:
            self._text.write(BOM)
        self._writer = csv.writer(self._text)
        self._writer.writerow([column.name for column in columns])

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write rows."""
        self._writer.writerows([cell(row.get(column.name)) for column in self._columns] for row in rows)

    def close(self) -> IO[bytes]:
        """The finished file."""
        self._text.flush()
        self._text.detach()
        self._file.seek(0)
        return self._file


class XlsxSheet:
    """A workbook: the table, and a sheet with what each column holds and as of when."""

    def __init__(self, columns: Sequence[Column], title: str, as_of: datetime) -> None:
        self._columns = columns
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet(title)
        self._sheet.append([column.name for column in columns])
        about = self._book.create_sheet("about")
        about.append(["as of", as_of.isoformat()])
        about.append(["column", "meaning"])
        for column in columns:
            about.append([column.name, column.meaning])

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write rows."""
        for row in rows:
            self._sheet.append([cell(row.get(column.name)) for column in self._columns])

    def close(self) -> IO[bytes]:
        """The finished file."""
        file = spooled()
        self._book.save(file)
        file.seek(0)
        return file


def new_sheet(columns: Sequence[Column], form: FileFormat, title: str, as_of: datetime, *, bom: bool) -> Sheet:
    """A file to write a table into."""
    if form is FileFormat.CSV:
        return CsvSheet(columns, bom=bom)
    return XlsxSheet(columns, title, as_of)
