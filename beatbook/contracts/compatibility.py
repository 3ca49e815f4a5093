"""Whether an event may be as it is now, beside what was released of its version. Pure, on JSON Schemas. Rule X2.

Logs are replayed from the first event for ever, so today's reader meets every event ever written; and a reader that was
not yet updated meets today's. So within a version the values of a field never become more nor fewer: the one thing that
may come is a field that may be missing, with a default. An added enum value breaks the readers that know the others.
An audience may become smaller at once, as a repair; a larger one tells people what was not meant for them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]
Alternative = dict[str, Any]

_NAMES = ("x-type", "x-short-type", "x-source", "x-subject")
_WORDS = frozenset({"title", "description", "examples", "deprecated", "$comment", "$schema", "$id", "$defs", "default"})
_KEYWORDS_OF = {
    "string": {"format", "pattern", "minLength", "maxLength", "contentEncoding"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"},
    "array": {"items", "prefixItems", "minItems", "maxItems", "uniqueItems"},
    "object": {"properties", "required", "additionalProperties", "patternProperties", "propertyNames", "minProperties"},
}
_KEYWORDS_OF["integer"] = _KEYWORDS_OF["number"]
_TYPED: frozenset[str] = frozenset().union(*_KEYWORDS_OF.values())


def breaches(released: Schema, current: Schema | None) -> list[str]:
    """What is refused about an event's current schema, a sentence each; None when there is no such event any more."""
    if current is None:
        return ["it is gone, or has another name, version or publisher"]
    found = [
        f"{name.removeprefix('x-')} {released[name]!r} became {current.get(name)!r}"
        for name in _NAMES
        if name in released and released[name] != current.get(name)
    ]
    if wider := sorted(set(current.get("x-audience", ())) - set(released.get("x-audience", ()))):
        found.append(f"its audience is wider, by {', '.join(wider)}")
    return [*found, *_differences("", normal(released), normal(current))]


def differs(released: Schema, current: Schema) -> bool:
    """Whether the current schema says anything but the released one, apart from words about it."""
    named = (*_NAMES, "x-audience")
    return normal(released) != normal(current) or any(released.get(name) != current.get(name) for name in named)


def normal(schema: Schema, definitions: Mapping[str, Schema] | None = None) -> list[Alternative]:
    """The alternatives that a schema allows, in an order of their own; however it was written down.

    References are followed, words left out, unions made flat; an object's fields carry their alternatives and default.
    """
    defined = schema.get("$defs", {}) if definitions is None else definitions
    found = {_key(each): each for each in _alternatives(schema, defined)}
    values = [value for each in found.values() if each.keys() == {"enum"} for value in each["enum"]]
    others = {key: each for key, each in found.items() if each.keys() != {"enum"}}
    if values:
        merged = {"enum": sorted({_key(value): value for value in values}.values(), key=_key)}
        others[_key(merged)] = merged
    return [others[key] for key in sorted(others)]


def _alternatives(schema: Schema | bool, defined: Mapping[str, Schema]) -> Iterator[Alternative]:
    if isinstance(schema, bool):
        yield {} if schema else {"not": {}}
        return
    said = {name: value for name, value in schema.items() if name not in _WORDS and not name.startswith("x-")}
    if "$ref" in said:
        target = defined[said.pop("$ref").rpartition("/")[2]]
        yield from _alternatives({**target, **said}, defined)
    elif len(said.get("allOf", ())) == 1:
        yield from _alternatives({**said.pop("allOf")[0], **said}, defined)
    elif (union := said.pop("anyOf", None) or said.pop("oneOf", None)) is not None:
        for each in union:
            yield from _alternatives({**said, **each} if isinstance(each, Mapping) else each, defined)
    elif said.pop("nullable", False):
        yield {"type": "null"}
        yield from _alternatives(said, defined)
    elif "const" in said or "enum" in said:
        values = [said["const"]] if "const" in said else said["enum"]
        if None in values:
            yield {"type": "null"}
        if rest := [value for value in values if value is not None]:
            yield {"enum": rest}
    elif isinstance(said.get("type"), list):
        for kind in said["type"]:
            own = {
                name: value for name, value in said.items() if name not in _TYPED or name in _KEYWORDS_OF.get(kind, ())
            }
            yield from _alternatives({**own, "type": kind}, defined)
    else:
        yield _one(said, defined)


def _one(said: dict[str, Any], defined: Mapping[str, Schema]) -> Alternative:
    """A single alternative with what is inside it made normal too."""
    made = dict(said)
    if made.get("additionalProperties") in (True, {}):
        del made["additionalProperties"]
    elif isinstance(made.get("additionalProperties"), Mapping):
        made["additionalProperties"] = normal(made["additionalProperties"], defined)
    if made.get("items") in (True, {}):
        del made["items"]
    elif "items" in made:
        made["items"] = normal(made["items"], defined)
    if "properties" in made:
        required = made.pop("required", ())
        made["properties"] = {
            name: {
                "values": normal(field, defined),
                "required": name in required,
                **({"default": field["default"]} if "default" in field else {}),
            }
            for name, field in made["properties"].items()
        }
    return made


def _differences(path: str, old: list[Alternative], new: list[Alternative]) -> Iterator[str]:
    """What makes two sets of alternatives differ, told about the place `path`."""
    if old == new:
        return
    gone = [each for each in old if each not in new]
    come = [each for each in new if each not in old]
    if len(gone) == len(come) == 1:
        yield from _between(path, gone[0], come[0])
        return
    null = {"type": "null"}
    if come == [null] and not gone:
        yield f"{_place(path)} may be null now"
    elif gone == [null] and not come:
        yield f"{_place(path)} is never null any more"
    else:
        yield f"{_place(path)}: {told(old)} became {told(new)}"


def _between(path: str, old: Alternative, new: Alternative) -> Iterator[str]:
    """What makes one alternative differ from the one that took its place."""
    if old.keys() == new.keys() == {"enum"}:
        for values, what in ((_less(new["enum"], old["enum"]), "added"), (_less(old["enum"], new["enum"]), "removed")):
            if values:
                yield f"{_place(path)}: {', '.join(map(repr, values))} {what} among its values"
        return
    inner = {name for name in ("properties", "items", "additionalProperties") if isinstance(old.get(name), dict | list)}
    inner = {name for name in inner if isinstance(new.get(name), dict | list)}
    if {name: value for name, value in old.items() if name not in inner} != {
        name: value for name, value in new.items() if name not in inner
    }:
        yield f"{_place(path)}: {told([old])} became {told([new])}"
        return
    if "properties" in inner:
        yield from _fields(path, old["properties"], new["properties"])
    if "items" in inner:
        yield from _differences(f"{path}[]", old["items"], new["items"])
    if "additionalProperties" in inner:
        yield from _differences(f"{path}.*", old["additionalProperties"], new["additionalProperties"])


def _fields(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name, field in old.items():
        place = f"{path}.{name}".lstrip(".")
        now = new.get(name)
        if now is None:
            yield f"{_place(place)} was removed"
            continue
        yield from _differences(place, field["values"], now["values"])
        if field["required"] != now["required"]:
            yield f"{_place(place)} {'may be missing now' if field['required'] else 'has to be there now'}"
        elif field.get("default", _NOTHING) != now.get("default", _NOTHING):
            yield f"{_place(place)} has another default: events without it would change their meaning"
    for name in new.keys() - old.keys():
        place = f"{path}.{name}".lstrip(".")
        if new[name]["required"]:
            yield f"{_place(place)} was added and has to be there: events of before are without it"
        elif "default" not in new[name]:
            yield f"{_place(place)} was added without a default"


_NOTHING = object()


def told(alternatives: Sequence[Alternative]) -> str:
    """Alternatives in a few words: `string (date-time) or null`."""
    return " or ".join(sorted(map(_told, alternatives), key=lambda words: words == "null")) or "nothing"


def _told(alternative: Alternative) -> str:
    if "enum" in alternative:
        return f"one of {', '.join(map(str, alternative['enum']))}"
    if alternative.get("type") == "array":
        return f"list of {told(alternative.get('items', [{}]))}"
    limits = [
        str(value) if name == "format" else f"{name} {value}"
        for name, value in sorted(alternative.items())
        if name not in {"type", "properties", "additionalProperties"}
    ]
    if alternative.get("additionalProperties") is False:
        limits.append("no other fields")
    return str(alternative.get("type", "anything")) + (f" ({', '.join(limits)})" if limits else "")


def _less(values: Sequence[Any], others: Sequence[Any]) -> list[Any]:
    known = set(map(_key, others))
    return [value for value in values if _key(value) not in known]


def _place(path: str) -> str:
    return f"field `{path}`" if path else "the data"


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
