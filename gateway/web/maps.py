"""The map of a dashboard and the table beside it. Rules G5, K3."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.web.charts.classes import Shade, breaks, legend, shade_of
from gateway.web.charts.outlines import outlines
from gateway.web.wording import TIERS_BELOW, flags, months, number, path_of

BELOW = {"NATIONAL": "MUNICIPAL", "MUNICIPAL": "NEIGHBOURHOOD"}


@dataclass(frozen=True)
class MapArea:
    """One area of the map and of the table beside it."""

    code: str
    name: str
    href: str
    path: str | None
    shade: int | None
    value: str
    population: str
    flags: str
    here: bool = False


@dataclass(frozen=True)
class Map:
    """A choropleth of the areas below, with its legend; the same numbers make the table."""

    title: str
    unit: str
    span: str
    note: str
    width: float
    height: float
    areas: Sequence[MapArea]
    shades: Sequence[Shade]


def area_map(around: Mapping[str, Any], here: str) -> Map | None:
    """The map of the areas below: incidents where the visitor may see them, else meetings held, else outlines alone.

    None where there is nothing below. `here` is the area whose page it is.
    """
    children = around.get("children") or []
    if not children:
        return None
    rates = around.get("incidentRates") or around.get("meetingRates")
    figures = _figures(rates) if rates else {}
    known = [value for value, _ in figures.values() if value is not None]
    bounds = breaks(known)
    drawn = outlines({child["code"]: child["boundary"] for child in children if child["boundary"]})
    areas = []
    for child in children:
        value, warnings = figures.get(child["code"], (None, ()))
        areas.append(
            MapArea(
                code=child["code"],
                name=child["name"],
                href=path_of({"tier": BELOW[around["tier"]], "code": child["code"]}),
                path=drawn.paths.get(child["code"]) if drawn else None,
                shade=shade_of(value, bounds),
                value=number(value),
                population=number(child["population"]),
                flags=flags(warnings),
                here=child["code"] == here,
            )
        )
    return Map(
        title=rates["indicator"]["title"] if rates else TIERS_BELOW[around["tier"]].capitalize(),
        unit=rates["indicator"]["unit"] if rates else "figures are missing",
        span=months(rates["from"], rates["to"]) if rates else "",
        note=rates["indicator"]["note"] if rates else "",
        width=drawn.width if drawn else 0,
        height=drawn.height if drawn else 0,
        areas=areas,
        shades=legend(known, bounds),
    )


def _figures(rates: Mapping[str, Any]) -> dict[str, tuple[float | None, Sequence[str]]]:
    columns = zip(rates["areas"], rates["values"], rates["flags"], strict=True)
    return {code: (value, warnings) for code, value, warnings in columns}
