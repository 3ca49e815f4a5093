"""A brief as one HTML file that needs nothing else: no script, no outside request. Rule H8."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from services.handover.briefs.tables import Brief

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _day(text: str | None) -> str:
    """`2026-01-31T17:00:00Z` or `2026-01-31` as `31 January 2026`; a dash for none."""
    if text is None:
        return "–"
    moment = datetime.fromisoformat(text)
    return f"{moment.day} {moment:%B %Y}"


def _month(text: str) -> str:
    return f"{date.fromisoformat(text):%b %Y}"


def _words(code: str) -> str:
    """`community_safety_council` as `community safety council`."""
    return code.replace("_", " ")


def _polyline(values: list[float | None]) -> list[str]:
    """Points of a line in a box of 240 by 40, highest value on top; a month without a value breaks the line."""
    known = [value for value in values if value is not None]
    low, span = min(known, default=0.0), (max(known, default=0.0) - min(known, default=0.0)) or 1.0
    step = 240 / max(1, len(values) - 1)
    lines: list[list[str]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            lines.append([])
        else:
            lines[-1].append(f"{place * step:.1f},{38 - 36 * (value - low) / span:.1f}")
    return [" ".join(line) for line in lines if line]


_templates.filters.update(day=_day, month=_month, words=_words, polyline=_polyline)


def render(brief: Brief) -> str:
    """The brief's page, made from its frozen content alone."""
    content: dict[str, Any] = orjson.loads(brief.content)
    return _templates.get_template("brief.html").render(brief=brief, **content)
