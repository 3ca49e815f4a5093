"""Names planted wherever the cases service takes a text, and how to find one again, however it was written down."""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.cases.conftest import NOW

NAME, MAIL = "Zamíra Kanarína", "zamira.qanarina@example.org"
"""What is to be found nowhere; letters beyond ASCII have more spellings. Some fields want a mail address."""
OPEN = "Offener Ort"
"""What stands in fields that are plain by rule: places of incidents, organisations, rules. Cases' database has it."""
CODES = frozenset({
    "area", "areas", "root", "oversight_of", "zone", "offence", "category", "month", "occurred_at", "occurred_from",
    "occurred_until", "programme", "out", "within", "comparison", "ring", "ring_comparison", "treated", "code",
    "agency", "version",
})  # fmt: skip
"""Strings that are codes, though their schema has no pattern."""
SUBJECT = "subject of a token"
DESCRIPTION = json.loads((Path(__file__).parents[2] / "docs/reference/openapi/cases.json").read_text())
_DAY = re.compile(r"\b20\d\d-\d\d-\d\d")


def spellings(word: str) -> Iterator[bytes]:
    """A word as text, without its accents lost, lower-cased, escaped, percent-encoded, in hex and in base64."""
    for form in {word, word.lower()}:
        raw = form.encode()
        yield raw
        yield form.encode("latin-1")
        yield json.dumps(form).strip('"').encode()
        yield quote(form).encode()
        yield raw.hex().encode()
        for offset in range(3):  # wherever in a longer text it begins
            inner = base64.b64encode(b"\0" * offset + raw)
            yield inner[4 if offset else 0 : -4]


NEEDLES = {needle for word in ("Kanarína", "qanarina") for needle in spellings(word)}
OPEN_NEEDLES = set(spellings(OPEN))


def found_in(content: bytes, needles: set[bytes] = NEEDLES) -> list[bytes]:
    """The spellings that some content holds."""
    return [needle for needle in needles if needle in content]


def planted(method: str, path: str, body: Any, word: str) -> tuple[Any, set[str]]:
    """A body with the word in every text that the operation's schema has, and which these are."""
    schema = _schema_of(method, path)
    if schema is None:
        return body, set()
    seen: set[str] = set()
    return _plant(schema, body, word, schema.get("$ref", "").rpartition("/")[2], seen), seen


def texts() -> set[str]:
    """Every text that some operation takes."""
    found: set[str] = set()
    for operations in DESCRIPTION["paths"].values():
        for operation in operations.values():
            schema = _body_of(operation)
            if schema:
                _collect(schema, schema.get("$ref", "").rpartition("/")[2], found, ())
    return found


def today(body: Any) -> Any:
    """A body whose dates lie about today as they lay about the day that the tests of cases stand at."""
    ahead = date.today() - NOW.date()  # noqa: DTZ011 - the processes' clock is this machine's
    shift = timedelta(days=ahead.days)
    if isinstance(body, str):
        return _DAY.sub(lambda day: (date.fromisoformat(day[0]) + shift).isoformat(), body)
    if isinstance(body, dict):
        return {name: today(value) for name, value in body.items()}
    return [today(item) for item in body] if isinstance(body, list) else body


def _body_of(operation: Mapping[str, Any]) -> dict[str, Any] | None:
    content = operation.get("requestBody", {}).get("content", {})
    schema: dict[str, Any] | None = content.get("application/json", {}).get("schema")
    return schema


def _schema_of(method: str, path: str) -> dict[str, Any] | None:
    """The schema of an operation's body; a path with fewer parameters is the better match."""
    for template in sorted(DESCRIPTION["paths"], key=lambda known: known.count("{")):
        shape = re.sub(r"\{[^}]+\}", "[^/]+", template.removeprefix("/v1"))
        if re.fullmatch(shape, path.partition("?")[0]) and method.lower() in DESCRIPTION["paths"][template]:
            return _body_of(DESCRIPTION["paths"][template][method.lower()])
    return None


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema without its reference and without the null beside it."""
    if "$ref" in schema:
        named = DESCRIPTION["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return _resolved(named)
    choices = [choice for choice in schema.get("anyOf", ()) if choice.get("type") != "null"]
    return _resolved({"description": schema.get("description", "")} | choices[0]) if choices else schema


def _is_text(name: str, schema: Mapping[str, Any]) -> bool:
    coded = schema.keys() & {"enum", "format", "const"} or SUBJECT in schema.get("description", "") or name in CODES
    return schema.get("type") == "string" and not coded and ("pattern" not in schema or "@" in schema["pattern"])


def _plant(schema: dict[str, Any], value: Any, word: str, where: str, seen: set[str]) -> Any:
    schema = _resolved(schema)
    name = where.rpartition(".")[2]
    if _is_text(name, schema):
        seen.add(where)
        return MAIL if "pattern" in schema else f"{word}, and more words to make it long enough"
    if schema.get("type") == "array" and _is_text(name, _resolved(schema.get("items", {}))):
        return [_plant(schema["items"], None, word, where, seen)]
    if isinstance(value, list):
        return [_plant(schema.get("items", {}), item, word, where, seen) for item in value]
    if isinstance(value, dict) and isinstance(schema.get("additionalProperties"), dict):
        inner = schema["additionalProperties"]
        return {key: _plant(inner, item, word, where, seen) for key, item in value.items()}
    if not isinstance(value, dict):
        return value
    made = dict(value)
    for field, inner in schema.get("properties", {}).items():
        known = _resolved(inner)
        plain = _is_text(field, known) or (
            known.get("type") == "array" and _is_text(field, _resolved(known.get("items", {})))
        )
        if known.get("type") == "object" and "properties" in known and not known.get("required"):
            made[field] = _plant(inner, value.get(field) or {}, word, f"{where}.{field}", seen)
        elif field in value or plain:
            made[field] = _plant(inner, value.get(field), word, f"{where}.{field}", seen)
    return made


def _collect(schema: dict[str, Any], where: str, found: set[str], within: tuple[str, ...]) -> None:
    named = schema.get("$ref", "")
    if named in within:
        return
    schema, within = _resolved(schema), (*within, named) if named else within
    name = where.rpartition(".")[2]
    if _is_text(name, schema):
        found.add(where)
    for inner in (schema.get("items"), schema.get("additionalProperties")):
        if isinstance(inner, dict):
            _collect(inner, where, found, within)
    for field, inner in schema.get("properties", {}).items():
        _collect(inner, f"{where}.{field}", found, within)
