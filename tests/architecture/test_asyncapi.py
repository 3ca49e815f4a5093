"""The AsyncAPI document: valid by the specification's own schema, and saying what the services do. Rules X1, X2.

The official parser reads it on the build server, where there is npm: `.ci/asyncapi/check`.
"""

import json
from typing import Any

import jsonschema
import pytest
import yaml
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from beatbook.cli.asyncapi import asyncapi, message_name
from beatbook.cli.event_documents import envelope_schema, event_schema
from beatbook.contracts.catalogue import EVENTS, PUBLISHERS
from beatbook.contracts.envelope import EVERYONE, Event
from tests.architecture.test_reference import EACH_EVENT, ROOT
from tests.serving import service_named

pytestmark = pytest.mark.pure

DIRECTORY = ROOT / "docs/reference"
DOCUMENT: dict[str, Any] = yaml.safe_load((DIRECTORY / "asyncapi.yaml").read_text())
MESSAGES = DOCUMENT["components"]["messages"]


def specification() -> jsonschema.Draft7Validator:
    schema = json.loads((ROOT / "tests/architecture/asyncapi/asyncapi-3.0.0.schema.json").read_text())
    draft = "http://json-schema.org/draft-07/schema"
    known = Registry().with_resource(draft, Resource.from_contents(jsonschema.Draft7Validator.META_SCHEMA, DRAFT7))
    return jsonschema.Draft7Validator(schema, registry=known)


def faults(document: dict[str, Any]) -> list[str]:
    return [
        f"{'.'.join(map(str, fault.path))}: {fault.message[:200]}" for fault in specification().iter_errors(document)
    ]


def resolved(reference: str, document: dict[str, Any] = DOCUMENT) -> Any:
    place, _, pointer = reference.partition("#")
    found = json.loads((DIRECTORY / place).read_text()) if place else document
    for part in filter(None, pointer.split("/")):
        found = found[part]
    return found


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [each for item in value.values() for each in references(item)]
    return [each for item in value for each in references(item)] if isinstance(value, list) else []


def test_it_is_valid() -> None:
    assert faults(DOCUMENT) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: document.pop("info"),
        lambda document: document["channels"]["forum.area.closed"].update(adress="x"),
        lambda document: document["operations"]["kpi.receives.forum.area.closed"].update(action="receives"),
        lambda document: document["servers"]["broker"].pop("protocol"),
        lambda document: document["components"]["securitySchemes"]["service"].update(type="password"),
    ],
)
def test_the_schema_finds_what_is_wrong(spoil: Any) -> None:
    document = asyncapi()
    spoil(document)
    assert faults(document)


def test_every_reference_leads_somewhere() -> None:
    found = references(DOCUMENT)
    assert len(found) > 100
    assert all(resolved(reference) for reference in found)


@EACH_EVENT
def test_every_example_is_an_event_that_could_be(kind: type[Event]) -> None:
    """Valid against the schemas and the class, its headers those of its own channel."""
    message = MESSAGES[message_name(kind)]
    [example] = message["examples"]
    payload, headers = example["payload"], example["headers"]
    checked = jsonschema.Draft202012Validator(event_schema(kind), format_checker=jsonschema.FormatChecker())
    checked.validate(payload)
    kind.model_validate_json(json.dumps(payload))
    assert payload.keys() == kind.model_fields.keys()
    jsonschema.validate(headers, envelope_schema(), jsonschema.Draft202012Validator)
    assert headers["ce-type"] == message["name"] == kind.wire_type()
    assert headers["ce-source"] == f"/beatbook/{kind.service}"
    assert kind.wire_subject(headers["ce-area"]).startswith(f"beatbook.{kind.service}.{kind.aggregate}.{kind.verb}.XK")
    assert resolved(message["payload"]["$ref"])["x-type"] == kind.wire_type()


@EACH_EVENT
def test_one_service_sends_each_event_and_those_with_a_handler_receive_it(kind: type[Event]) -> None:
    reference = f"#/channels/{message_name(kind).rpartition('.')[0]}/messages/{message_name(kind)}"
    operations = [
        (name.partition(".")[0], operation["action"])
        for name, operation in DOCUMENT["operations"].items()
        if {"$ref": reference} in operation["messages"]
    ]
    readers = [
        service
        for service in PUBLISHERS
        for consumer in service_named(service).consumers
        if consumer.source == kind.service and kind in consumer.handlers
    ]
    expected = [(kind.service, "send"), ("gateway", "receive"), *((reader, "receive") for reader in readers)]
    assert sorted(operations) == sorted(expected)
    assert service_named(kind.service).events.count(kind) == 1


def test_the_broker_asks_who_it_is_and_channels_have_their_area() -> None:
    [server] = DOCUMENT["servers"].values()
    assert resolved(server["security"][0]["$ref"])["type"] == "userPassword"
    assert server["protocol"] == "nats"
    for channel in DOCUMENT["channels"].values():
        assert channel["address"].endswith(".{area}")
        assert resolved(channel["parameters"]["area"]["$ref"])["location"] == "$message.header#/ce-area"
        assert "nats" in channel["bindings"]
    trait = DOCUMENT["components"]["messageTraits"]["cloudevent"]
    assert resolved(trait["correlationId"]["$ref"])["location"] == "$message.header#/ce-traceparent"
    assert "ce-traceparent" in resolved(trait["headers"]["$ref"])["properties"]


class AreaClosedV2(Event, service="forum", aggregate="area", verb="closed", version=2, audience=EVERYONE):
    """An area ceased to be valid, with the reason. Planted."""

    code: str
    reason: str


def test_two_versions_are_two_messages_of_one_channel() -> None:
    document = asyncapi({**EVENTS, AreaClosedV2.wire_type(): AreaClosedV2})
    assert faults(document) == []
    assert list(document["channels"]["forum.area.closed"]["messages"]) == [
        "forum.area.closed.v1",
        "forum.area.closed.v2",
    ]
    assert len(document["channels"]) == len(DOCUMENT["channels"])
    assert document["components"]["messages"]["forum.area.closed.v2"]["name"].endswith(".v2")
