"""A file of incidents as rows for intake, CSV or JSON lines, plain or gzip, by a mapping in TOML. Rule C1."""

import csv
import gzip
import hashlib
import json
import tomllib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from beatbook.runtime.refusal import Refusal


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Columns(_Table):
    """Which column of the file holds which field of an incident."""

    external_id: str
    month: str | None = None
    occurred_at: str | None = None
    hour: str | None = None
    occurred_from: str | None = None
    occurred_until: str | None = None
    longitude: str | None = None
    latitude: str | None = None
    area: str | None = None
    local_area: str | None = None
    place: str | None = None
    category: str | None = None
    reporter_kind: str | None = None
    repeat_victim: str | None = None


class Defaults(_Table):
    """What holds for every row in which the file says nothing."""

    source: str
    category: str | None = None
    reporter_kind: str | None = None
    categories: str | None = None
    """The service's table that the file's categories are in; without one they are ICCS codes."""
    timezone: ZoneInfo | None = None

    @field_validator("timezone", mode="before")
    @classmethod
    def _zone(cls, name: object) -> object:
        try:
            return ZoneInfo(name) if isinstance(name, str) else name
        except (OSError, ValueError) as error:  # ZoneInfoNotFoundError is a KeyError
            raise ValueError("no such time zone") from error
        except KeyError as error:
            raise ValueError("no such time zone; write one such as Europe/London") from error


class Mapping(_Table):
    """A mapping file: columns, and what holds for all rows."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    columns: Columns
    defaults: Defaults


@dataclass(frozen=True)
class Row:
    """A row ready to be sent, and the line of the file it stands on; or, with `refusal`, why it can't be."""

    line: int
    fields: dict[str, Any]
    refusal: tuple[str, str] | None = None


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file; raises `Refusal` that names what is wrong in it."""
    try:
        return Mapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refusal(f"{path} is not TOML: {error}.") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise Refusal(f"{path} is not a mapping of incidents. {wrong}.") from error


@dataclass(frozen=True)
class IncidentFile:
    """A file with the mapping that reads it."""

    path: Path
    mapping: Mapping

    def fingerprint(self, root: str, batch_rows: int) -> str:
        """What identifies this import: the SHA-256 of file, mapping, root and batch size."""
        digest = hashlib.sha256(f"{root}\n{batch_rows}\n{self.mapping!r}\n".encode())
        with self.path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
        return digest.hexdigest()

    def check(self) -> int:
        """Read the whole file, so that nothing is sent of one that cannot be read; its number of rows."""
        return sum(1 for _ in self.rows())

    def rows(self) -> Iterator[Row]:
        """The file's rows; raises `Refusal` when it is no such file or lacks a column that the mapping names."""
        is_json = self._name.endswith((".jsonl", ".ndjson"))
        try:
            with (
                gzip.open(self.path) if self._is_packed else self.path.open("rb") as packed,
                TextIOWrapper(packed, encoding="utf-8-sig", newline="") as file,
            ):
                yield from self._json_rows(file) if is_json else self._csv_rows(file)
        except UnicodeDecodeError as error:
            raise Refusal(f"{self.path} is not in UTF-8: byte {error.start} is no text. Save it as UTF-8.") from error
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise Refusal(f"{self.path} is no whole gzip file. Pack or fetch it anew.") from error

    @property
    def _is_packed(self) -> bool:
        return self.path.name.endswith(".gz")

    @property
    def _name(self) -> str:
        return self.path.name.removesuffix(".gz")

    def _json_rows(self, file: IO[str]) -> Iterator[Row]:
        for number, line in enumerate(file, 1):
            if not line.isspace():
                try:
                    yield self._row(number, json.loads(line))
                except (ValueError, AttributeError):
                    yield Row(number, {}, ("unreadable", "The line is no JSON object."))

    def _csv_rows(self, file: IO[str]) -> Iterator[Row]:
        lines = csv.reader(file, strict=True)
        try:
            header = [name.strip() for name in next(lines, [])]
            self._check(header)
            line = lines.line_num
            for cells in lines:
                first, line = line + 1, lines.line_num
                if cells and len(cells) != len(header):
                    why = f"The row has {len(cells)} cells where the header has {len(header)}."
                    yield Row(first, {}, ("unreadable", why))
                elif cells:
                    yield self._row(first, dict(zip(header, cells, strict=True)))
        except csv.Error as error:
            raise Refusal(f"{self.path} is not CSV: line {lines.line_num}: {error}.") from error

    def _check(self, header: list[str]) -> None:
        wanted = {name: column for name, column in self.mapping.columns if column is not None}
        missing = sorted({column for column in wanted.values() if column not in header})
        if missing:
            found = ", ".join(header)[:500] or "none"
            raise Refusal(
                f"{self.path} misses the column{'s' * (len(missing) > 1)} {', '.join(missing)}. "
                f"Its columns are: {found}. Mend the file, or [columns] of the mapping."
            )

    def _row(self, line: int, named: dict[str, Any]) -> Row:
        columns = {name: column for name, column in self.mapping.columns if column is not None}
        fields = {name: value for name, column in columns.items() if (value := _cell(named.get(column))) != ""}
        for name in ("category", "reporter_kind"):
            default = getattr(self.mapping.defaults, name)
            if default is not None:
                fields.setdefault(name, default)
        return Row(line, fields)


def _cell(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else "" if value is None else value
