"""What `beatbook reference` says of events: a JSON Schema each, and the catalogue. Rules X1, X2."""

import inspect
import json
from collections.abc import Iterator, Mapping
from typing import Any

from beatbook.cli.event_examples import data_example
from beatbook.contracts.actor import Role
from beatbook.contracts.catalogue import EVENTS, PUBLISHERS
from beatbook.contracts.envelope import EVERYONE, STAFF, Event, cloudevent_headers

DRAFT = "https://json-schema.org/draft/2020-12/schema"
ENVELOPE = "events/envelope.schema.json"
ATTRIBUTES: Mapping[str, dict[str, Any]] = {
    "ce-specversion": {"const": "1.0", "description": "CloudEvents version."},
    "ce-id": {"type": "string", "format": "uuid", "description": "UUIDv7 of the event."},
    "ce-type": {"enum": sorted(EVENTS), "description": "Wire type, with the version of its data."},
    "ce-source": {"enum": [f"/beatbook/{name}" for name in PUBLISHERS], "description": "The service that says it."},
    "ce-subject": {"type": "string", "format": "uuid", "description": "The aggregate that the event is about."},
    "ce-time": {"type": "string", "format": "date-time", "description": "When it happened, UTC."},
    "ce-area": {"type": "string", "description": "Code of the area where it happened; the end of the broker subject."},
    "ce-actor": {"type": "string", "description": "Who did it: the subject of the token, or a part of Beatbook."},
    "ce-position": {
        "type": "string",
        "pattern": "^[1-9][0-9]*$",
        "description": "Place in the publisher's log: contiguous from 1, so that a gap is a lost event.",
    },
    "content-type": {"const": "application/json"},
    "ce-traceparent": {"type": "string", "description": "W3C trace context, when the request was traced."},
}
"""Every header of an event, as JSON Schema."""
NOTICE = "Made by `beatbook reference write` from beatbook/contracts; do not edit."

PREFACE = f"""# Events

<!-- {NOTICE} -->

What the services tell one another, and partners through webhooks. On the wire: CloudEvents 1.0 in binary mode, the
attributes as NATS headers ([envelope]({ENVELOPE})), the data as JSON. The subject ends with the
area's code, so that a subscriber can ask for one kind (`beatbook.forum.minutes.published.>`), or for all that happens
below one area (`beatbook.*.*.*.XK.PRI.>`). Within a version fields are only added, and a reader ignores what it doesn't
know.

The audience is who may hear of such an event through subscriptions: *everyone*, or *staff*, which is
{", ".join(role.value for role in Role if role in STAFF)}, each in the areas of their grants.
"""


def make_documents() -> Iterator[tuple[str, str]]:
    """The schemas and the catalogue: each one's path below docs/reference, and its content."""
    yield ENVELOPE, _json(envelope_schema())
    for kind in EVENTS.values():
        schema = event_schema(kind)
        yield schema_path(kind), _json({**schema, "examples": [data_example(kind, schema)]})
    yield "events.md", catalogue()


def envelope_schema() -> dict[str, Any]:
    """The schema of an event's NATS headers: CloudEvents 1.0, binary mode."""
    return {
        "$schema": DRAFT,
        "title": "Envelope",
        "description": "NATS headers of every event: CloudEvents 1.0 in binary mode, extensions area, actor, position.",
        "type": "object",
        "properties": dict(ATTRIBUTES),
        "required": [name for name in ATTRIBUTES if name in _always_sent()],
    }


def _always_sent() -> set[str]:
    return set(
        cloudevent_headers(
            id="", type="", source="", subject="", area="", time="", actor="", position=1, traceparent=None
        )
    )


def event_schema(kind: type[Event]) -> dict[str, Any]:
    """The schema of an event's data as it is sent; unknown fields are allowed, because a later writer may add some."""
    schema = kind.model_json_schema(mode="serialization")
    schema.pop("additionalProperties", None)
    return {
        "$schema": DRAFT,
        **schema,
        "description": told_of(kind),
        "x-type": kind.wire_type(),
        "x-short-type": kind.short_type(),
        "x-source": f"/beatbook/{kind.service}",
        "x-subject": kind.wire_subject("{area}"),
        "x-audience": _roles(kind.audience),
    }


def catalogue() -> str:
    """The catalogue of events, as a page."""
    lines = [PREFACE]
    for service in PUBLISHERS:
        lines += [f"## {service}", ""]
        for kind in EVENTS.values():
            if kind.service == service:
                lines += _entry(kind)
    return "\n".join(lines)


def _entry(kind: type[Event]) -> list[str]:
    properties = event_schema(kind)["properties"]
    required = {name for name, field in kind.model_fields.items() if field.is_required()}
    fields = [f"| `{name}` | {_shape(kind, name)} | {'yes' if name in required else 'no'} |" for name in properties]
    return [
        f"### {kind.__name__}",
        "",
        told_of(kind),
        "",
        f"- type `{kind.wire_type()}`, for partners `{kind.short_type()}`",
        f"- subject `{kind.wire_subject('{area}')}`",
        f"- audience: {audience_of(kind)}",
        f"- [JSON Schema]({schema_path(kind)})",
        "",
        "| field | shape | always there |",
        "| --- | --- | --- |",
        *fields,
        "",
    ]


def schema_path(kind: type[Event]) -> str:
    """Where an event's schema is, below docs/reference."""
    return f"events/{kind.wire_type()}.schema.json"


def told_of(kind: type[Event]) -> str:
    """What an event's docstring says, on one line."""
    return " ".join((inspect.getdoc(kind) or "").split())


def _roles(audience: frozenset[Role]) -> list[str]:
    return [role.value for role in Role if role in audience]


def audience_of(kind: type[Event]) -> str:
    """Who may hear of an event, in words."""
    named = {EVERYONE: "everyone", STAFF: "staff"}
    return named.get(kind.audience) or ", ".join(_roles(kind.audience))


def _shape(kind: type[Event], name: str) -> str:
    """A field's shape in a few words: `uuid`, `string or null`, `list of string`."""
    schema = event_schema(kind)
    return _shape_of(schema["properties"][name], schema.get("$defs", {}))


def _shape_of(field: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    if "$ref" in field:
        return _shape_of(definitions[field["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in field:
        return " or ".join(_shape_of(option, definitions) for option in field["anyOf"])
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if field.get("type") == "array":
        return f"list of {_shape_of(field['items'], definitions)}"
    return str(field.get("format") or field.get("type") or "any")


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
