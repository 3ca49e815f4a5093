"""The languages of the interface: which one a reader gets, and how it says words, dates and figures. Rule F20."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

WORDS = Path(__file__).parent / "words"
DEFAULT = "en"
LANGUAGES = ("en", "sq", "sr", "tr", "ar")
"""Languages that the interface speaks, each a file in `words/` and in its folders; ISO 639-1, as areas name theirs."""
LONGEST_HEADER = 200


@dataclass(frozen=True)
class Words:
    """One language: its words, its direction, its way with dates and figures."""

    tag: str
    """For the `lang` of a page: BCP 47, with the script where the language has two."""
    name: str
    """What those who speak it call it."""
    dir: str
    entries: Mapping[str, str]
    months: Sequence[str]
    weekdays: Sequence[str]
    """Monday first."""
    day_pattern: str
    decimal: str
    group: str
    digits: str
    """The ten digits, zero first."""

    @property
    def code(self) -> str:
        """The language without its script: `sr` of `sr-Latn`."""
        return self.tag.partition("-")[0]

    def __call__(self, key: str, **values: object) -> str:
        """The words for a key, with values put in; raises `KeyError` for one that no file has."""
        return self.entries[key].format(**values)

    def of_code(self, kind: str, code: str) -> str:
        """A code in words, such as a meeting's state; one that came later is spoken as it is written."""
        return self.entries.get(f"{kind}.{code}") or code.replace("_", " ")

    def number(self, value: float) -> str:
        """A figure: at most one decimal, thousands set apart."""
        text = f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
        marks = {",": self.group, ".": self.decimal}
        return "".join(marks.get(mark) or self._digit(mark) for mark in text)

    def percent(self, share: float) -> str:
        """A share, 0 to 1, as a percentage."""
        return self("percent", number=self.number(round(100 * share)))

    def day(self, value: date) -> str:
        """A day: 7 March 2026."""
        return self._figures(
            self.day_pattern.format(day=value.day, month=self.months[value.month - 1], year=value.year)
        )

    def weekday(self, value: date) -> str:
        """The day of the week."""
        return self.weekdays[value.weekday()]

    def time(self, value: datetime) -> str:
        """The time of day, by the moment's own zone."""
        return self._figures(f"{value:%H:%M}")

    def _figures(self, text: str) -> str:
        return "".join(map(self._digit, text))

    def _digit(self, mark: str) -> str:
        return self.digits[int(mark)] if mark.isascii() and mark.isdigit() else mark


@cache
def words_of(code: str) -> Words:
    """A language of the interface."""
    file: dict[str, Any] = json.loads((WORDS / f"{code}.json").read_text())
    for more in sorted(WORDS.glob(f"*/{code}.json")):
        file["entries"] |= json.loads(more.read_text())
    return Words(**file)


@lru_cache(maxsize=1_000)
def negotiated(accepted: str) -> str:
    """The best language for an Accept-Language header: the reader's order, then English. RFC 9110, 12.5.4."""
    wishes: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepted[:LONGEST_HEADER].split(",")):
        tag, _, weight = part.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight.strip() else 1.0
        except ValueError:
            continue
        code = tag.strip().partition("-")[0].lower()
        if code in LANGUAGES and quality > 0:
            wishes.append((-quality, place, code))
    return min(wishes)[2] if wishes else DEFAULT


def offered(area_languages: Sequence[str]) -> list[str]:
    """The languages a page offers: those of its area that the interface speaks, and English; all, if it has none."""
    spoken = [code for code in LANGUAGES if code in area_languages]
    if not spoken:
        return list(LANGUAGES)
    return spoken if DEFAULT in spoken else [DEFAULT, *spoken]
