"""How foreign features become areas, and who may change the register. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
import shapely

from beatbook.contracts.actor import Actor, Role
from beatbook.contracts.areas import Tier, code_part, tier_of

MAX_TIERS = 3
MAX_BOUNDARY_BYTES = 700_000
"""Of its GeoJSON, so that the event with it fits into a broker's default message size."""
EDITORS = frozenset({Role.ADMIN})


def may_edit_register(actor: Actor, area: str) -> bool:
    """Only an administrator of the area changes the register. Rule A3; ARCHITECTURE 6."""
    return actor.may_as(EDITORS, area)


def area_id(code: str) -> UUID:
    """The aggregate id of an area: the same for the same code, everywhere."""
    return uuid5(NAMESPACE_URL, f"urn:beatbook:area:{code}")


@dataclass(frozen=True)
class PropertyMapping:
    """Which property of a feature holds what; the first population property present counts."""

    code: str
    parent: str
    name: str
    population: Sequence[str] = ()


@dataclass(frozen=True)
class Root:
    """A national area that no feature describes, named by the importer."""

    code: str
    name: str


@dataclass(frozen=True)
class Refusal:
    """A feature that was not taken: where it stands, why, and what to mend."""

    collection: int
    feature: int
    code: str | None
    reason: str
    detail: str


@dataclass(frozen=True)
class Entry:
    """An area as an import describes it, and the feature that does (None: the importer, as the root)."""

    code: str
    source_code: str
    name: str
    population: int | None
    boundary: dict[str, Any] | None
    found_at: tuple[int, int] | None = None

    @property
    def tier(self) -> Tier:
        """The tier the code stands on."""
        return tier_of(self.code)


@dataclass
class Plan:
    """What an import would register, widest tier first, and what it refuses."""

    entries: list[Entry] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True)
class _Candidate:
    collection: int
    feature: int
    source_code: str
    part: str
    parent: str | None
    name: str
    population: int | None
    boundary: dict[str, Any]

    def refusal(self, reason: str, detail: str) -> Refusal:
        return Refusal(self.collection, self.feature, self.source_code, reason, detail)

    def entry(self, code: str) -> Entry:
        found_at = (self.collection, self.feature)
        return Entry(code, self.source_code, self.name, self.population, self.boundary, found_at)


class _Unfit(Exception):
    """A feature that cannot become an area: reason and detail."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


def plan_import(
    collections: Sequence[Sequence[Mapping[str, Any]]],
    mapping: PropertyMapping,
    root: Root | None,
    registered: Mapping[str, str],
) -> Plan:
    """Work out the areas that features describe: any three nested levels, in one collection or several.

    `registered` gives the codes of areas already there by their source code, so that a lower level can be imported
    alone. A feature is refused, never guessed at: without a code, with a code seen before, with a boundary that is no
    valid polygon in longitude and latitude, or with a parent that is neither here nor registered. Rules A1, A3.
    """
    plan = Plan()
    candidates: dict[str, _Candidate] = {}
    for number, features in enumerate(collections):
        for position, feature in enumerate(features):
            try:
                candidate = _candidate(number, position, feature, mapping)
            except _Unfit as unfit:
                code = _text(_properties(feature).get(mapping.code))
                plan.refused.append(Refusal(number, position, code, unfit.reason, unfit.detail))
                continue
            if candidate.source_code in candidates:
                plan.refused.append(
                    candidate.refusal(
                        "duplicate_code", f"{candidate.source_code} came before; each code may come once."
                    )
                )
                continue
            candidates[candidate.source_code] = candidate
    paths: dict[str, str] = {}
    if root is not None:
        paths[root.code] = code_part(root.code)
        plan.entries.append(Entry(paths[root.code], root.code, root.name, None, None))
    owners = {code: source_code for source_code, code in paths.items()}
    for candidate in candidates.values():
        try:
            code = _path(candidate, candidates, registered, root, paths, owners)
        except _Unfit as unfit:
            plan.refused.append(candidate.refusal(unfit.reason, unfit.detail))
        else:
            plan.entries.append(candidate.entry(code))
    plan.entries.sort(key=lambda entry: (entry.code.count("."), entry.code))
    plan.refused.sort(key=lambda refusal: (refusal.collection, refusal.feature))
    return plan


def _path(
    candidate: _Candidate,
    candidates: Mapping[str, _Candidate],
    registered: Mapping[str, str],
    root: Root | None,
    paths: dict[str, str],
    owners: dict[str, str],
) -> str:
    """The area code of a candidate, by its line of parents; remembers it in `paths`, and whose it is in `owners`."""
    if root is not None and candidate.source_code == root.code:
        raise _Unfit("duplicate_code", f"{root.code} is named as the root; leave the root out, or this feature.")
    line = [candidate]
    known: str | None = None
    while known is None:
        top = line[-1]
        if top.source_code in paths:
            known = paths[line.pop().source_code]
        elif top.parent is None:
            known = paths[root.code] if root else ""
        elif root is not None and top.parent == root.code:
            known = paths[root.code]
        elif top.parent in candidates:
            if len(line) > MAX_TIERS:
                raise _too_deep(candidate)
            line.append(candidates[top.parent])
        elif top.parent in registered:
            known = registered[top.parent]
        else:
            raise _Unfit(
                "no_parent",
                f"Its parent {top.parent} is neither in these files nor registered. Import the upper level first, "
                "or name it as the root.",
            )
    for step in reversed(line):
        known = f"{known}.{step.part}" if known else step.part
        if known.count(".") >= MAX_TIERS:
            raise _too_deep(candidate)
        if owners.setdefault(known, step.source_code) != step.source_code:
            raise _Unfit("duplicate_code", f"{step.source_code} would become {known}, and so does {owners[known]}.")
        paths[step.source_code] = known
    return paths[candidate.source_code]


def _too_deep(candidate: _Candidate) -> _Unfit:
    return _Unfit("too_deep", f"{candidate.source_code} lies on a fourth level or in a circle; there are three tiers.")


def _candidate(collection: int, position: int, feature: Any, mapping: PropertyMapping) -> _Candidate:
    if not isinstance(feature, Mapping) or feature.get("type") != "Feature":
        raise _Unfit("not_a_feature", "It is not a GeoJSON Feature.")
    properties = _properties(feature)
    source_code = _text(properties.get(mapping.code))
    if source_code is None:
        raise _Unfit("no_code", f"Its property {mapping.code} is empty or missing.")
    try:
        part = code_part(source_code)
    except ValueError as error:
        raise _Unfit("no_code", str(error)) from error
    return _Candidate(
        collection=collection,
        feature=position,
        source_code=source_code,
        part=part,
        parent=_text(properties.get(mapping.parent)),
        name=_text(properties.get(mapping.name)) or source_code,
        population=_population(properties, mapping.population),
        boundary=valid_boundary(feature.get("geometry")),
    )


def drawn(boundaries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Boundaries as a map needs them: to about a two-thousandth of its extent, shared edges staying shared."""
    shapes = shapely.from_geojson([orjson.dumps(boundary) for boundary in boundaries])
    if not len(shapes):
        return []
    west, south, east, north = shapely.total_bounds(shapes)
    simpler = shapely.coverage_simplify(shapes, max(east - west, north - south) / 2000)
    return [orjson.loads(text) for text in shapely.to_geojson(simpler)]


def _properties(feature: Any) -> Mapping[str, Any]:
    """A feature's properties; none where there is no object of them."""
    found = feature.get("properties") if isinstance(feature, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _text(value: Any) -> str | None:
    """A property as text; None for null, blank, or anything that is no scalar."""
    if value is None or isinstance(value, dict | list | bool):
        return None
    return str(value).strip()[:200] or None


def _population(properties: Mapping[str, Any], names: Sequence[str]) -> int | None:
    for name in names:
        value = properties.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2_000_000_000:
            raise _Unfit("bad_population", f"Its property {name} is not a number of residents.")
        return round(value)
    return None


def valid_boundary(geometry: Any) -> dict[str, Any]:
    """The geometry, if it is a valid polygon or multipolygon in WGS 84; raises otherwise, saying why. Rule A2."""
    if not isinstance(geometry, dict) or geometry.get("type") not in {"Polygon", "MultiPolygon"}:
        raise _Unfit("invalid_geometry", "Its geometry is not a Polygon or MultiPolygon.")
    boundary = {"type": geometry["type"], "coordinates": geometry.get("coordinates")}
    try:
        written = orjson.dumps(boundary)
        shape = shapely.from_geojson(written)
    except (shapely.errors.ShapelyError, TypeError) as error:
        raise _Unfit("invalid_geometry", "Its coordinates are not closed rings of [longitude, latitude].") from error
    if shape.is_empty:
        raise _Unfit("invalid_geometry", "Its geometry is empty.")
    if not shape.is_valid:
        raise _Unfit("invalid_geometry", f"Its boundary is not valid: {shapely.is_valid_reason(shape)}.")
    west, south, east, north = shape.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise _Unfit("invalid_geometry", "Its coordinates are not longitude and latitude in degrees (WGS 84).")
    if len(written) > MAX_BOUNDARY_BYTES:
        raise _Unfit("invalid_geometry", "Its boundary takes more than 700,000 bytes; simplify it or drop digits.")
    return boundary
