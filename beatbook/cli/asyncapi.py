"""The AsyncAPI 3.0 document: who tells what to whom on the broker. Rules X1, X2.

A channel for each kind of event, with a message for each of its versions; who sends and who receives it is read from
the services themselves, so that the document cannot say otherwise.
"""

import importlib
import inspect
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from beatbook.cli.event_documents import ENVELOPE, NOTICE, audience_of, event_schema, schema_path, told_of
from beatbook.cli.event_examples import data_example, headers_example
from beatbook.contracts.catalogue import EVENTS, PUBLISHERS
from beatbook.contracts.envelope import Event
from beatbook.kit.broker import stream_name
from beatbook.kit.service import Service

Document = dict[str, Any]
Kinds = Sequence[type[Event]]

DESCRIPTION = f"""The event backbone of Beatbook. {NOTICE}

Each service tells what happened by committing it to a log in its own database; its relay publishes the log, in order,
to a stream of the service's own. A reader keeps its own checkpoint per stream (`ce-position`), passes over positions it
has seen, and takes what is missing from the owner's log: so an event takes effect once, and in order.

The address of a channel ends with the area's code, so one can ask for a kind (`beatbook.forum.minutes.published.>`) or
for an area and all below it (`beatbook.*.*.*.XK.PRI.>`). A reader ignores fields, types and versions it doesn't know.
Readers of other houses get events as signed webhooks (docs/webhooks.md), not from the broker.
"""
NATS = {"nats": {"bindingVersion": "0.1.0"}}


def asyncapi(events: Mapping[str, type[Event]] = EVENTS) -> Document:
    """The document."""
    services = [importlib.import_module(f"services.{name}.app").service for name in PUBLISHERS]
    kinds = sorted(events.values(), key=lambda kind: (PUBLISHERS.index(kind.service), _channel_name(kind)))
    channels = {name: list(versions) for name, versions in groupby(kinds, key=_channel_name)}
    return {
        "asyncapi": "3.0.0",
        "id": "urn:org:beatbook:events",
        "info": {
            "title": "Beatbook events",
            "version": "1",
            "description": DESCRIPTION,
            "license": {"name": "AGPL-3.0-or-later", "url": "https://www.gnu.org/licenses/agpl-3.0.html"},
            "tags": [
                {"name": service.name, "description": f"Told by the {service.name} service."} for service in services
            ],
        },
        "defaultContentType": "application/json",
        "servers": {"broker": _server(services)},
        "channels": {name: _channel(versions) for name, versions in channels.items()},
        "operations": {
            **{
                f"{service.name}.sends.{name}": _sends(service.name, name, told)
                for service in services
                for name, versions in channels.items()
                if (told := [kind for kind in versions if kind in service.events])
            },
            **{
                f"{service.name}.receives.{name}": _receives(service, name, heard)
                for service in services
                for name, versions in channels.items()
                if (heard := [kind for kind in versions if _handlers(service, kind)])
            },
            **{f"gateway.receives.{name}": _follows(name, versions) for name, versions in channels.items()},
        },
        "components": {
            "messages": {message_name(kind): _message(kind) for kind in kinds},
            "messageTraits": {"cloudevent": _trait()},
            "correlationIds": {
                "trace": {
                    "description": "W3C trace context of the request that caused the event, when it was traced.",
                    "location": "$message.header#/ce-traceparent",
                }
            },
            "parameters": {
                "area": {
                    "description": "Code of the area where it happened, one to three parts joined by dots.",
                    "examples": ["XK", "XK.PRI", "XK.PRI.DARDANIA"],
                    "location": "$message.header#/ce-area",
                }
            },
            "securitySchemes": {
                "service": {
                    "type": "userPassword",
                    "description": "A user for each service: it publishes below its own subject only, and reads the "
                    "streams it subscribes to. The gateway's publishes nothing.",
                }
            },
        },
    }


def message_name(kind: type[Event]) -> str:
    """A message's key: `forum.minutes.published.v1`."""
    return f"{_channel_name(kind)}.v{kind.version}"


def _channel_name(kind: type[Event]) -> str:
    return f"{kind.service}.{kind.aggregate}.{kind.verb}"


def _server(services: Sequence[Service]) -> Document:
    streams = ", ".join(stream_name(service.name) for service in services)
    return {
        "host": "{host}:{port}",
        "protocol": "nats",
        "title": "NATS with JetStream",
        "description": f"One stream for each publishing service ({streams}), of subjects beatbook.<service>.>: kept in "
        "files, by limits, refusing new events when full.",
        "variables": {
            "host": {"default": "localhost", "description": "Where the broker answers."},
            "port": {"default": "4222", "description": "Its client port."},
        },
        "security": [{"$ref": "#/components/securitySchemes/service"}],
    }


def _channel(versions: Kinds) -> Document:
    kind = versions[-1]
    return {
        "address": kind.wire_subject("{area}"),
        "title": kind.short_type(),
        "description": f"In the stream {stream_name(kind.service)}. Audience: {audience_of(kind)}.",
        "servers": [{"$ref": "#/servers/broker"}],
        "parameters": {"area": {"$ref": "#/components/parameters/area"}},
        "messages": {message_name(kind): {"$ref": f"#/components/messages/{message_name(kind)}"} for kind in versions},
        "tags": [{"name": kind.service}],
        "bindings": NATS,
    }


def _message(kind: type[Event]) -> Document:
    data = data_example(kind, event_schema(kind))
    return {
        "name": kind.wire_type(),
        "title": kind.__name__,
        "summary": told_of(kind),
        "payload": {"$ref": f"./{schema_path(kind)}"},
        "traits": [{"$ref": "#/components/messageTraits/cloudevent"}],
        "tags": [{"name": kind.service}, {"name": f"v{kind.version}"}],
        "examples": [
            {"name": "invented", "summary": "Invented.", "headers": headers_example(kind, data), "payload": data}
        ],
    }


def _trait() -> Document:
    return {
        "contentType": "application/json",
        "headers": {"$ref": f"./{ENVELOPE}"},
        "correlationId": {"$ref": "#/components/correlationIds/trace"},
        "bindings": NATS,
        "externalDocs": {
            "url": "https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/nats-protocol-binding.md"
        },
    }


def _operation(action: str, service: str, channel: str, heard: Kinds, summary: str, description: str) -> Document:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "title": f"{service} {action}s {channel}",
        "summary": summary,
        "description": description,
        "tags": [{"name": service}],
        "bindings": NATS,
        "messages": [{"$ref": f"#/channels/{channel}/messages/{message_name(kind)}"} for kind in heard],
    }


def _sends(service: str, channel: str, versions: Kinds) -> Document:
    return _operation(
        "send", service, channel, versions,
        f"The {service} service tells it.",
        "Published by its relay after the commit, in log order, each expecting the one before it; "
        "again when the broker lost it.",
    )  # fmt: skip


def _receives(service: Service, channel: str, heard: Kinds) -> Document:
    said = (inspect.getdoc(handler) or "" for kind in heard for handler in _handlers(service, kind))
    return _operation(
        "receive", service.name, channel, heard,
        f"The {service.name} service acts on it.",
        " ".join(" ".join(dict.fromkeys(said)).split()) or f"Handled by the {service.name} service.",
    )  # fmt: skip


def _handlers(service: Service, kind: type[Event]) -> list[Any]:
    return [
        consumer.handlers[kind]
        for consumer in service.consumers
        if consumer.source == kind.service and kind in consumer.handlers
    ]


def _follows(channel: str, versions: Kinds) -> Document:
    return _operation(
        "receive", "gateway", channel, versions,
        "The gateway passes it on to those who follow the area.",
        "Headers only, to callers in the event's audience with a grant on the area; not kept, and not filled up when "
        "one was missed.",
    )  # fmt: skip
