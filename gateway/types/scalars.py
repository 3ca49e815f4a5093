"""Scalars of the schema."""

from typing import Any, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from gateway.periods import is_month

GeoJSON = NewType("GeoJSON", dict[str, Any])
Month = NewType("Month", str)
Numbers = NewType("Numbers", list[float | None])
Texts = NewType("Texts", list[str])
Evidence = NewType("Evidence", dict[str, Any])
Flags = NewType("Flags", list[list[str]])


def _month(value: object) -> Month:
    if not isinstance(value, str) or not is_month(value):
        raise ValueError("a month is written like 2022-07")
    return Month(value)


SCALARS: dict[object, ScalarDefinition] = {
    GeoJSON: strawberry.scalar(
        name="GeoJSON",
        description="A GeoJSON geometry (RFC 7946), WGS 84 longitude and latitude.",
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc7946",
        serialize=lambda value: value,
    ),
    Evidence: strawberry.scalar(
        name="Evidence",
        description="What a rule saw, as a JSON object: counts, days, ids of meetings (Rule F17).",
        serialize=lambda value: value,
    ),
    Month: strawberry.scalar(name="Month", description="A month, such as 2022-07.", parse_value=_month),
    Numbers: strawberry.scalar(
        name="Numbers",
        description="A whole column as a JSON array of numbers; null where there is no value.",
        serialize=lambda value: value,
    ),
    Flags: strawberry.scalar(
        name="Flags",
        description="A whole column of warnings: for each value a JSON array of codes such as small_base (Rule K3).",
        serialize=lambda value: value,
    ),
    Texts: strawberry.scalar(
        name="Texts",
        description="A whole column as a JSON array of texts.",
        serialize=lambda value: value,
    ),
}
