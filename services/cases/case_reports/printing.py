"""The report of a case as one HTML file, and as PDF."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from beatbook.kit.errors import TooLarge, Unavailable
from beatbook.kit.typesetting.press import NotSet, set_type
from services.cases.case_reports.contents import NOTHING, Section, day

HERE = Path(__file__).parent
AT_ONCE = 2
MOST_WAITING = 16
"""Files that are set or wait for it; beyond, who asks is told to come again."""
MOST_CHARACTERS = 500_000
_templates = Environment(
    loader=FileSystemLoader(HERE),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(title: str, sections: Sequence[Section], now: datetime) -> str:
    """One file without script or anything from elsewhere, to read and to print."""
    shown = {"title": title, "sections": sections, "nothing": NOTHING, "footer": _footer(now)}
    return _templates.get_template("report.html").render(shown)


class CasePress:
    """Sets reports of cases in type, two at a time. Keeps none: what is sealed is not kept open."""

    def __init__(self) -> None:
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def pdf(self, title: str, sections: Sequence[Section], now: datetime) -> bytes:
        """The file; raises `TooLarge` for a case that is too long, `Unavailable` when it takes too much."""
        shown: list[dict[str, Any]] = [asdict(section) | {"is_empty": section.is_empty} for section in sections]
        data = orjson.dumps(
            {"title": title, "sections": shown, "nothing": NOTHING, "footer": _footer(now),
             "timestamp": int(now.timestamp())}
        )  # fmt: skip
        if len(data) > MOST_CHARACTERS:
            raise TooLarge("This case is too long for a PDF: read it as a page.")
        if self._waiting >= MOST_WAITING:
            raise _too_much()
        self._waiting += 1
        try:
            async with self._gate:
                return await set_type(HERE / "report.typ", data)
        except NotSet as error:
            raise _too_much() from error
        finally:
            self._waiting -= 1


def _footer(now: datetime) -> str:
    at = now.astimezone(UTC)
    return f"Confidential. As it stood on {day(at)}, {at:%H:%M} UTC."


def _too_much() -> Unavailable:
    return Unavailable("The PDF could not be made just now. Read the case as a page, or try again shortly.")
