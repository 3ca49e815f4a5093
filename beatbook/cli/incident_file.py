"""A CSV file of incidents as rows for intake, by a mapping in TOML. Rule C1."""

import csv
import hashlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from beatbook.runtime.refusal import Refusal

_CODE = re.compile(r"[0-9]{2,6}")
_TIMES = ("occurred_at", "occurred_from", "occurred_until")


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Columns(_Table):
    """Which column of the file holds which field of an incident."""

    external_id: str
    month: str | None = None
    occurred_at: str | None = None
    occurred_from: str | None = None
    occurred_until: str | None = None
    longitude: str | None = None
    latitude: str | None = None
    area: str | None = None
    place: str | None = None
    category: str | None = None
    reporter_kind: str | None = None
    repeat_victim: str | None = None


class Defaults(_Table):
    """What holds for every row in which the file says nothing."""

    source: str
    category: str | None = None
    reporter_kind: str | None = None
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
    """A mapping file: columns, defaults, and local categories with their ICCS codes."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    columns: Columns
    defaults: Defaults
    categories: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """A row ready to be sent, and the line of the file it stands on; or, with `refusal`, why it can't be."""

    line: int
    fields: dict[str, str]
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
    """A CSV file with the mapping that reads it."""

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
        """The file's rows; raises `Refusal` when it is no CSV or lacks a column that the mapping names."""
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                lines = csv.reader(file, strict=True)
                header = [name.strip() for name in next(lines, [])]
                self._check(header)
                line = lines.line_num
                for cells in lines:
                    first, line = line + 1, lines.line_num
                    if cells:
                        yield self._row(first, header, cells)
        except UnicodeDecodeError as error:
            raise Refusal(
                f"{self.path} is not CSV in UTF-8: byte {error.start} is no text. Save it as UTF-8."
            ) from error
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

    def _row(self, line: int, header: list[str], cells: list[str]) -> Row:
        if len(cells) != len(header):
            why = f"The row has {len(cells)} cells where the header has {len(header)}."
            return Row(line, {}, ("unreadable", why))
        named = dict(zip(header, cells, strict=True))
        fields = {name: named[column].strip() for name, column in self.mapping.columns if column is not None}
        for name in ("category", "reporter_kind"):
            default = getattr(self.mapping.defaults, name)
            if default is not None and not fields.get(name):
                fields[name] = default
        category = fields.get("category", "")
        fields["category"] = self.mapping.categories.get(category, category)
        for name in _TIMES:
            if name in fields:
                fields[name] = self._with_offset(fields[name])
        fields = {name: value for name, value in fields.items() if value}
        if "category" in fields and not _CODE.fullmatch(fields["category"]):
            why = f"The category {category[:60]!r} is neither in [categories] of the mapping nor an ICCS code."
            return Row(line, fields, ("unknown_category", why))
        return Row(line, fields)

    def _with_offset(self, text: str) -> str:
        """A time of the mapping's time zone with its offset; anything else as it is."""
        zone = self.mapping.defaults.timezone
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return text
        if zone is None or len(text) == 10 or moment.tzinfo is not None:
            return text
        return moment.replace(tzinfo=zone).isoformat()
