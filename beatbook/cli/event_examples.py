"""Invented examples of events, for the reference: what a field of such a name may hold. Nobody's data."""

from collections.abc import Mapping
from typing import Any

from beatbook.contracts.envelope import SUBJECT_PREFIX, Event

_FIELDS: Mapping[str, Any] = {
    "area": "XK.PRI.DARDANIA",
    "to_area": "XK.PRI",
    "code": "XK.PRI.DARDANIA",
    "tier": "neighbourhood",
    "names": {"en": "Dardania", "sq": "Dardania"},
    "external_codes": {"statistics": "0412"},
    "population": 3500,
    "boundary": {
        "type": "Polygon",
        "coordinates": [[[21.1, 42.6], [21.2, 42.6], [21.2, 42.7], [21.1, 42.7], [21.1, 42.6]]],
    },
    "successors": ["XK.PRI.DARDANIANORTH", "XK.PRI.DARDANIASOUTH"],
    "kind": "community_safety_council",
    "name": "Community advisory board of Dardania",
    "interval_days": 30,
    "sector": "resident",
    "role": "member",
    "purpose": "accountability",
    "public": True,
    "members_present": 9,
    "public_present": 34,
    "state": "postponed",
    "number": 2,
    "sha256": "3b1f8e5d0c6a49277e1d4c0b9a8f7e6d5c4b3a29181706f5e4d3c2b1a0f9e8d7",
    "corrects": 1,
    "revises": 1,
    "about": "area",
    "about_area": "XK.PRI.DARDANIA",
    "languages": ["en", "sq"],
    "owner": "municipality",
    "outcome": "delivered",
    "on_time": True,
    "category": "0801",
    "classification": "suspected",
    "month": "2026-02-01",
    "repeat_victim": False,
    "origin": "analysis",
    "target": "response",
    "verdict": None,
    "indicator": "incidents",
    "numerator": 12.0,
    "denominator": 3500.0,
    "value": 342.9,
    "agency": "legal-aid-kosovo",
    "event_types": ["minutes.published"],
}
_OF_AGGREGATES = {
    ("task", "kind"): "review_hate_crime",
    ("task", "about"): "incident",
    ("task", "outcome"): "done",
    ("decision", "kind"): "action",
    ("concern", "category"): "road_safety",
}
"""Fields that hold something else in events of an aggregate."""
_FORMATS: Mapping[str, Any] = {
    "uuid": "0199f3a2-7c1e-7c52-9d0e-0f6d4a1b2c{n:02x}",
    "date": "2026-03-{n:02d}",
    "date-time": "2026-03-{n:02d}T17:00:00Z",
}
_TYPES: Mapping[str, Any] = {
    "string": "text", "integer": 1, "number": 1.5, "boolean": True, "null": None, "array": [], "object": {},
}  # fmt: skip
TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def data_example(kind: type[Event], schema: Mapping[str, Any]) -> dict[str, Any]:
    """An event's data, valid against its schema."""
    return {
        name: _value(kind, name, number, field, schema.get("$defs", {}))
        for number, (name, field) in enumerate(schema["properties"].items(), start=1)
    }


def _value(kind: type[Event], name: str, number: int, field: Mapping[str, Any], defined: Mapping[str, Any]) -> Any:
    if (kind.aggregate, name) in _OF_AGGREGATES:
        return _OF_AGGREGATES[kind.aggregate, name]
    if name in _FIELDS and _FIELDS[name] in field.get("enum", [_FIELDS[name]]):
        return _FIELDS[name]
    if "$ref" in field:
        return _value(kind, name, number, defined[field["$ref"].rpartition("/")[2]], defined)
    if "anyOf" in field:
        return _value(kind, name, number, field["anyOf"][0], defined)
    if "enum" in field:
        return field["enum"][0]
    if "format" in field:
        return _FORMATS[field["format"]].format(n=number)
    return _TYPES[field["type"]]


def headers_example(kind: type[Event], data: Mapping[str, Any]) -> dict[str, str]:
    """The headers of that event."""
    area = str(data.get("area", data.get("code")))
    subject = next((str(value) for name, value in data.items() if name.endswith("_id")), _FORMATS["uuid"].format(n=99))
    return {
        "ce-specversion": "1.0",
        "ce-id": _FORMATS["uuid"].format(n=200),
        "ce-type": kind.wire_type(),
        "ce-source": f"/{SUBJECT_PREFIX}/{kind.service}",
        "ce-subject": subject,
        "ce-time": "2026-03-01T17:00:00+00:00",
        "ce-area": area,
        "ce-actor": "0199f3a2-7c1e-7c52-9d0e-0f6d4a1b2cff",
        "ce-position": "1042",
        "content-type": "application/json",
        "ce-traceparent": TRACEPARENT,
    }
