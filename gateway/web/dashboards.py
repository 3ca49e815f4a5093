"""What a dashboard shows, made from its query's answer. Rules G5, K3, K9."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.web.charts.trend import Trend, trend
from gateway.web.maps import Map, area_map
from gateway.web.wording import flags, months, number, path_of

POPULATION = "population"
PROMISES_SHOWN = 8
MINUTES_SHOWN = 4


@dataclass(frozen=True)
class Tile:
    """One key figure of the area, over a span of months."""

    title: str
    value: str
    unit: str
    span: str
    basis: str
    flags: str
    note: str


@dataclass(frozen=True)
class TrendCard:
    """An indicator's months: the drawing, and the same figures for a table."""

    code: str
    title: str
    unit: str
    note: str
    drawing: Trend | None
    rows: Sequence[tuple[str, str, str]]
    """Period, figure, flags."""


@dataclass(frozen=True)
class Promise:
    """A decision still open."""

    text: str
    owner: str
    due_on: str | None
    overdue: bool
    area: str
    href: str


@dataclass(frozen=True)
class Dashboard:
    """One area's page."""

    area: Mapping[str, Any]
    crumbs: Sequence[Mapping[str, Any]]
    tiles: Sequence[Tile]
    trends: Sequence[TrendCard]
    map: Map | None
    forums: Sequence[Mapping[str, Any]] | None
    more_forums: bool
    meetings: Sequence[Mapping[str, Any]] | None
    published: Sequence[Mapping[str, Any]]
    """The newest published minutes."""
    promises: Sequence[Promise] | None
    more_promises: bool
    silent: Sequence[str] = field(default_factory=list)


def dashboard(area: Mapping[str, Any], silent: Sequence[str]) -> Dashboard:
    """Arrange one area's answer for the page; what is None was not answered, and the page says so."""
    around = area if "children" in area else area.get("parent")
    promises = _promises(area)
    return Dashboard(
        area=area,
        crumbs=_crumbs(area),
        tiles=[_tile(area[name]) for name in ("incidents", "meetingsHeld", "decisionsOnTime") if area.get(name)],
        trends=[_trend_card(series) for series in area["indicators"] or () if series],
        map=area_map(around, area["code"]) if around else None,
        forums=_nodes(area["forums"]),
        more_forums=bool(area["forums"] and area["forums"]["pageInfo"]["hasNextPage"]),
        meetings=_meetings(area),
        published=(_nodes(area["minutes"]) or [])[:MINUTES_SHOWN],
        promises=None if promises is None else promises[:PROMISES_SHOWN],
        more_promises=promises is not None and len(promises) > PROMISES_SHOWN,
        silent=silent,
    )


def _nodes(connection: Mapping[str, Any] | None) -> list[Any] | None:
    return None if connection is None else [edge["node"] for edge in connection["edges"]]


def _crumbs(area: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The areas above, widest first."""
    found: list[Mapping[str, Any]] = []
    above = area.get("parent")
    while above:
        found.insert(0, {"name": above["name"], "href": path_of(above)})
        above = above.get("parent")
    return found


def _tile(figure: Mapping[str, Any]) -> Tile:
    indicator = figure["indicator"]
    return Tile(
        title=indicator["title"],
        value=number(figure["value"]),
        unit=indicator["unit"],
        span=months(figure["from"], figure["to"]),
        basis=_basis(figure),
        flags=flags(figure["flags"]),
        note=indicator["note"],
    )


def _basis(figure: Mapping[str, Any]) -> str:
    """What a rate or share is made of: so many among so many residents, or of so many."""
    if not figure["denominator"]:
        return ""
    above, below = number(figure["numerator"]), number(figure["denominator"])
    return (
        f"{above} among {below} residents"
        if figure["indicator"]["denominator"] == POPULATION
        else f"{above} of {below}"
    )


def _trend_card(series: Mapping[str, Any]) -> TrendCard:
    indicator = series["indicator"]
    begin = _first_count(series)
    periods, values, warnings = (series[name][begin:] for name in ("periods", "values", "flags"))
    return TrendCard(
        code=indicator["code"],
        title=indicator["title"],
        unit=indicator["unit"],
        note=indicator["note"],
        drawing=trend(periods, values),
        rows=[
            (period, number(value), flags(remarks))
            for period, value, remarks in zip(periods, values, warnings, strict=True)
        ],
    )


def _first_count(series: Mapping[str, Any]) -> int:
    """Where the trend begins: at the first month in which anything was counted; at its end when nothing ever was."""
    counted = zip(series["numerators"], series["denominators"], strict=True)
    share = series["indicator"]["denominator"] not in {None, POPULATION}
    return next(
        (index for index, (above, below) in enumerate(counted) if above or (share and below)), len(series["periods"])
    )


def _meetings(area: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """The last meetings, each with its published minutes where there are any."""
    meetings = _nodes(area["meetings"])
    if meetings is None:
        return None
    minutes = {node["meetingId"]: node["id"] for node in _nodes(area["minutes"]) or ()}
    return [{**meeting, "minutes": minutes.get(meeting["id"])} for meeting in meetings]


def _promises(area: Mapping[str, Any]) -> list[Promise] | None:
    """Overdue decisions first, the longest overdue on top; then the others by due date, those without one last."""
    overdue, still_open = _nodes(area["overdue"]), _nodes(area["openDecisions"])
    if overdue is None or still_open is None:
        return None
    decisions = {node["id"]: node for node in (*overdue, *still_open)}.values()
    ordered = sorted(decisions, key=lambda node: (not node["overdue"], node["dueOn"] is None, node["dueOn"] or ""))
    return [_promise(node) for node in ordered]


def _promise(decision: Mapping[str, Any]) -> Promise:
    area = decision["area"]
    return Promise(
        text=decision["text"],
        owner=decision["owner"],
        due_on=decision["dueOn"],
        overdue=decision["overdue"],
        area=area["name"] if area else "",
        href=path_of(area) if area else "",
    )
