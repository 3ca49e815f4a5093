"""How codes and figures are put in words on a page."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from markupsafe import Markup, escape
from strawberry import relay

from gateway.clients.forum import AreaRecord
from gateway.web.languages import Words

AREA_PAGES = ("national", "municipality", "neighbourhood")
TIER_NAMES = {"NATIONAL": "National", "MUNICIPAL": "Municipality", "NEIGHBOURHOOD": "Neighbourhood"}
TIERS_BELOW = {"NATIONAL": "municipalities", "MUNICIPAL": "neighbourhoods"}
FLAGS: Mapping[str, str] = {
    "small_base": "small base: read with care",
    "no_population": "no population known",
    "partial_population": "population known in part",
    "nothing_due": "nothing due",
}
_TICKED = re.compile(r"`([^`]+)`")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def path_of(area: Mapping[str, str]) -> str:
    """The page of an area."""
    page = {"NATIONAL": "national", "MUNICIPAL": "municipality", "NEIGHBOURHOOD": "neighbourhood"}[area["tier"]]
    return f"/{page}/{area['code']}"


def node(global_id: str) -> str:
    """The owner's id in a node's id, for a page's address."""
    return relay.GlobalID.from_id(global_id).node_id


def number(value: float | None) -> str:
    """A figure for reading: at most one decimal, thousands set apart, a dash where there is none."""
    if value is None:
        return "–"
    text = f"{value:,.0f}" if value == int(value) or abs(value) >= 1_000 else f"{value:,.1f}"
    return text.replace(",", "\N{NARROW NO-BREAK SPACE}")


def spoken(code: str) -> str:
    """A code as words: `request_to_police` is a request to police."""
    return code.replace("_", " ")


def ticks(text: str) -> Markup:
    """Text in which what stands between backticks is code."""
    return Markup(_TICKED.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - the text was escaped


def flags(codes: Sequence[str]) -> str:
    """Warnings on a figure, as one phrase."""
    return "; ".join(FLAGS.get(code, spoken(code)) for code in codes)


def day(value: str | date | None) -> str:
    """A date for reading: 7 Mar 2026."""
    if value is None:
        return "no date"
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def month(value: str) -> str:
    """A month for reading: `2022-03` is Mar 2022."""
    year, _, part = value.partition("-")
    return f"{MONTHS[int(part) - 1]} {year}"


def short_month(value: str) -> str:
    """A month on an axis: `2022-03` is Mar 22."""
    year, _, part = value.partition("-")
    return f"{MONTHS[int(part) - 1]} {year[2:]}"


def months(first: str, last: str) -> str:
    """A span of months for reading."""
    return month(first) if first == last else f"{month(first)} – {month(last)}"


def area_path(area: AreaRecord) -> str:
    """The dashboard of an area."""
    return f"/{AREA_PAGES[area.code.count('.')]}/{area.code}"


def named(area: AreaRecord, words: Words) -> tuple[str, str]:
    """An area's name in the reader's language where it has one, and the language of what is given; empty: unknown."""
    if words.code in area.names:
        return area.names[words.code], words.tag
    known = next((code for code, name in area.names.items() if name == area.name and code != "und"), "")
    return area.name, known
