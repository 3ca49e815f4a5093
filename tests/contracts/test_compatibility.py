"""Within a version nothing is taken back and nothing comes that a reader of before can't read. Rule X2."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any, Literal
from uuid import UUID

import jsonschema
import pytest
from typer.testing import CliRunner

from beatbook.cli import reference, releases
from beatbook.cli.event_documents import event_schema
from beatbook.contracts.catalogue import EVENTS
from beatbook.contracts.compatibility import breaches, differs
from beatbook.contracts.envelope import EVERYONE, INSIDE_FORUMS, STAFF, Event
from beatbook.contracts.forum import MeetingCalledOff, MinutesPublished
from beatbook.runtime.refusal import Refusal
from tests.architecture.test_reference import ROOT

pytestmark = pytest.mark.pure

Schema = dict[str, Any]


def test_every_event_keeps_what_was_released_of_it() -> None:
    assert releases.faults(ROOT) == []
    assert set(releases.released(ROOT)) >= set(EVENTS) | {"envelope"}


class Base(Event, service="forum", aggregate="thing", verb="done", audience=INSIDE_FORUMS):
    """As it was released."""

    thing_id: UUID
    count: int
    state: Literal["open", "closed"]
    note: str | None
    names: dict[str, str]
    parts: list[int]
    late: bool = False


RELEASED = event_schema(Base)


def altered(change: Callable[[Schema], object]) -> Schema:
    schema = copy.deepcopy(RELEASED)
    change(schema)
    return schema


def field(name: str, **said: Any) -> Callable[[Schema], object]:
    return lambda schema: schema["properties"].update({name: said})


def change(name: str, **said: Any) -> Callable[[Schema], object]:
    return lambda schema: schema["properties"][name].update(said)


def both(*changes: Callable[[Schema], object]) -> Callable[[Schema], object]:
    return lambda schema: [each(schema) for each in changes]


PLANTED: dict[str, tuple[Callable[[Schema], object], str]] = {
    "field removed": (lambda schema: schema["properties"].pop("count"), "field `count` was removed"),
    "required field added": (
        both(field("more", type="string"), lambda schema: schema["required"].append("more")),
        "field `more` was added and has to be there",
    ),
    "optional field added without a default": (field("more", type="string"), "`more` was added without a default"),
    "newly required": (lambda schema: schema["required"].append("late"), "field `late` has to be there now"),
    "newly optional": (lambda schema: schema["required"].remove("count"), "field `count` may be missing now"),
    "type changed": (change("count", type="string"), "field `count`: integer became string"),
    "type widened": (change("count", type="number"), "field `count`: integer became number"),
    "type widened by another": (
        field("count", anyOf=[{"type": "integer"}, {"type": "string"}]),
        "field `count`: integer became integer or string",
    ),
    "type narrowed": (field("names", type="string"), "field `names`: object became string"),
    "list's items changed": (change("parts", items={"type": "string"}), "field `parts[]`: integer became string"),
    "values of a mapping changed": (
        change("names", additionalProperties={"type": "integer"}),
        "field `names.*`: string became integer",
    ),
    "enum value added": (change("state", enum=["open", "closed", "lost"]), "field `state`: 'lost' added among its val"),
    "enum value removed": (change("state", enum=["open"]), "field `state`: 'closed' removed among its values"),
    "enum became free": (field("state", type="string"), "field `state`: one of closed, open became string"),
    "format changed": (change("thing_id", format="uri"), "field `thing_id`: string (uuid) became string (uri)"),
    "format dropped": (lambda schema: schema["properties"]["thing_id"].pop("format"), "string (uuid) became string"),
    "limit set": (change("count", maximum=10), "field `count`: integer became integer (maximum 10)"),
    "nullable": (field("count", anyOf=[{"type": "integer"}, {"type": "null"}]), "field `count` may be null now"),
    "no longer nullable": (field("note", type="string"), "field `note` is never null any more"),
    "default changed": (change("late", default=True), "field `late` has another default"),
    "default dropped": (lambda schema: schema["properties"]["late"].pop("default"), "`late` has another default"),
    "strangers refused": (lambda schema: schema.update(additionalProperties=False), "object (no other fields)"),
    "type renamed": (
        lambda schema: schema.update({"x-type": "org.beatbook.forum.thing.finished.v1"}),
        "type 'org.beatbook.forum.thing.done.v1' became 'org.beatbook.forum.thing.finished.v1'",
    ),
    "subject renamed": (
        lambda schema: schema.update({"x-subject": "beatbook.forum.stuff.done.{area}"}),
        "subject 'beatbook.forum.thing.done.{area}' became",
    ),
    "publisher changed": (lambda schema: schema.update({"x-source": "/beatbook/kpi"}), "source '/beatbook/forum' bec"),
    "partners' name changed": (lambda schema: schema.update({"x-short-type": "thing.ended"}), "short-type 'thing.done"),
    "audience widened": (
        lambda schema: schema.update({"x-audience": [role.value for role in EVERYONE]}),
        "its audience is wider, by core_group, evaluator, oversight, partner, public",
    ),
    "audience changed": (
        lambda schema: schema.update({"x-audience": [role.value for role in STAFF]}),
        "its audience is wider, by core_group, evaluator",
    ),
}


@pytest.mark.parametrize(("plant", "told"), PLANTED.values(), ids=PLANTED)
def test_a_breaking_change_is_refused_and_named(plant: Callable[[Schema], object], told: str) -> None:
    found = breaches(RELEASED, altered(plant))
    assert len(found) == 1, found
    assert told in found[0]


def test_an_event_that_is_gone_is_refused() -> None:
    assert breaches(RELEASED, None) == ["it is gone, or has another name, version or publisher"]


@pytest.mark.parametrize(
    "grow",
    [
        field("more", type="string", default=""),
        field("more", anyOf=[{"type": "integer"}, {"type": "null"}], default=None),
        lambda schema: schema.update({"x-audience": ["admin"]}),
    ],
    ids=["added with a default", "added nullable", "audience narrowed"],
)
def test_what_may_come_is_let_in_and_has_to_be_recorded(grow: Callable[[Schema], object]) -> None:
    grown = altered(grow)
    assert breaches(RELEASED, grown) == []
    assert differs(RELEASED, grown)


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda schema: schema.update(description="Other words", title="Other"),
        change("count", title="How many", description="Said better", examples=[1]),
        field("note", type=["null", "string"]),
        field("note", anyOf=[{"type": "null"}, {"type": "string"}]),
        field("note", type="string", nullable=True),
        field("note", oneOf=[{"anyOf": [{"type": "string"}]}, {"const": None}]),
        field("state", enum=["closed", "open"]),
        field("state", anyOf=[{"const": "open"}, {"const": "closed", "type": "string"}]),
        field("state", allOf=[{"enum": ["open", "closed"], "type": "string"}]),
        both(
            field("state", **{"$ref": "#/$defs/State"}),
            lambda schema: schema.update({"$defs": {"State": {"title": "State", "enum": ["closed", "open"]}}}),
        ),
        lambda schema: schema["required"].reverse(),
        lambda schema: schema.update(additionalProperties=True),
    ],
)
def test_the_same_said_otherwise_is_the_same(rewrite: Callable[[Schema], object]) -> None:
    assert breaches(RELEASED, altered(rewrite)) == []
    assert not differs(RELEASED, altered(rewrite))


class MinutesPublishedOtherwise(
    Event, service="forum", aggregate="minutes", verb="published", version=1, audience=EVERYONE
):
    """Minutes, with a number that became a word."""

    minutes_id: UUID
    meeting_id: UUID
    forum_id: UUID
    area: str
    held_at: str
    number: str
    sha256: str
    corrects: int | None = None


@pytest.fixture
def events() -> Iterator[dict[str, type[Event]]]:
    """The catalogue, to be changed: what it held comes back, in its order, which documents follow."""
    before = dict(EVENTS)
    yield EVENTS
    EVENTS.clear()
    EVENTS.update(before)


def test_the_command_refuses_a_break_and_says_what_to_do(events: dict[str, type[Event]]) -> None:
    events[MinutesPublished.wire_type()] = MinutesPublishedOtherwise
    del events[MeetingCalledOff.wire_type()]
    for command in ("check", "release"):
        answer = CliRunner().invoke(reference.app, [command, "--project", str(ROOT)])
        assert isinstance(answer.exception, Refusal)
        assert str(answer.exception).splitlines() == [
            "org.beatbook.forum.meeting.called_off.v1: it is gone, or has another name, version or publisher",
            "org.beatbook.forum.minutes.published.v1: field `held_at`: string (date-time) became string",
            "org.beatbook.forum.minutes.published.v1: field `number`: integer became string",
            releases.ADVICE,
        ]


def test_a_release_records_what_came_and_drops_nothing(tmp_path: Any) -> None:
    """A field with a default is told by the check, recorded, and from then on kept."""
    first = {"org.beatbook.forum.thing.done.v1": RELEASED}
    assert releases.record(tmp_path, first) == list(first)
    assert releases.released(tmp_path) == first
    assert releases.record(tmp_path, first) == []
    grown = {name: altered(field("more", type="string", default="")) for name in first}
    assert releases.unrecorded(releases.released(tmp_path), grown) == list(first)
    assert releases.record(tmp_path, grown) == list(first)
    assert releases.refusals(releases.released(tmp_path), first) == [f"{next(iter(first))}: field `more` was removed"]
    assert releases.record(tmp_path, {}) == []
    assert releases.released(tmp_path) == grown


def test_an_event_that_is_new_has_to_be_recorded(events: dict[str, type[Event]]) -> None:
    events[Base.wire_type()] = Base
    assert releases.faults(ROOT) == [
        f"{Base.wire_type()} says more than was released; run `beatbook reference release`"
    ]


def test_the_frozen_copies_are_schemas() -> None:
    for path in (ROOT / releases.RELEASED).glob("*.json"):
        jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text()))
