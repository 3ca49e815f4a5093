"""What holds for any two schemas: nothing is let in that an old reader or an old event would not bear. Rule X2."""

import copy
from typing import Any

import hypothesis
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beatbook.contracts.compatibility import breaches, differs, normal

pytestmark = pytest.mark.pure

Schema = dict[str, Any]
LEAVES: list[tuple[Schema, st.SearchStrategy[Any]]] = [
    ({"type": "integer"}, st.integers(-9, 9)),
    ({"type": "string"}, st.text(max_size=3)),
    ({"type": "boolean"}, st.booleans()),
    ({"type": "null"}, st.none()),
    ({"enum": ["a", "b"]}, st.sampled_from(["a", "b"])),
    ({"enum": ["a", "b", "c"]}, st.sampled_from(["a", "b", "c"])),
    ({"type": "string", "maxLength": 2}, st.text(max_size=2)),
]
Kind = tuple[Schema, st.SearchStrategy[Any]]


def union(kinds: list[Kind]) -> Kind:
    return {"anyOf": [kind[0] for kind in kinds]}, st.one_of([kind[1] for kind in kinds])


def listed(kind: Kind) -> Kind:
    return {"type": "array", "items": kind[0]}, st.lists(kind[1], max_size=2)


def mapped(kind: Kind) -> Kind:
    return {"type": "object", "additionalProperties": kind[0]}, st.dictionaries(
        st.text(max_size=1), kind[1], max_size=2
    )


KINDS: st.SearchStrategy[Kind] = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: inner.map(listed) | inner.map(mapped) | st.lists(inner, min_size=1, max_size=3).map(union),
    max_leaves=4,
)


Fields = dict[str, tuple[Kind, bool]]
FIELDS: st.SearchStrategy[Fields] = st.dictionaries(
    st.sampled_from("pqrst"), st.tuples(KINDS, st.booleans()), max_size=4
)


def schema_of(fields: Fields) -> Schema:
    properties = {name: kind[0] if needed else kind[0] | {"default": None} for name, (kind, needed) in fields.items()}
    required = [name for name, (_, needed) in fields.items() if needed]
    return {"type": "object", "properties": properties, "required": required}


def data_of(fields: Fields) -> st.SearchStrategy[dict[str, Any]]:
    """What a writer makes by a schema of these fields."""
    needed = {name: kind[1] for name, (kind, is_needed) in fields.items() if is_needed}
    others = {name: kind[1] for name, (kind, is_needed) in fields.items() if not is_needed}
    return st.fixed_dictionaries(needed, optional=others)


def contracts() -> st.SearchStrategy[Schema]:
    return FIELDS.map(schema_of)


@st.composite
def changes(draw: st.DrawFn) -> tuple[Fields, Fields]:
    """Fields as they were, and after one thing or another was done to them."""
    before = draw(FIELDS.filter(len))
    after = dict(before)
    name = draw(st.sampled_from(sorted(before)))
    kind, needed = before[name]
    match draw(st.sampled_from(["add", "drop", "other kind", "one kind more", "nullable", "fewer kinds", "needed"])):
        case "add":
            after[draw(st.sampled_from("vw"))] = draw(KINDS), draw(st.booleans())
        case "drop":
            del after[name]
        case "other kind":
            after[name] = draw(KINDS), needed
        case "one kind more":
            after[name] = union([kind, draw(KINDS)]), needed
        case "nullable":
            after[name] = union([kind, ({"type": "null"}, st.none())]), needed
        case "fewer kinds":
            more = union([kind, draw(KINDS)])
            before, after = {**before, name: (more, needed)}, {**after, name: (kind, needed)}
        case "needed":
            after[name] = kind, not needed
    return before, after


def accepts(schema: Schema, data: object) -> bool:
    return bool(jsonschema.Draft202012Validator(schema).is_valid(data))


@hypothesis.settings(max_examples=400)
@given(changes(), st.data())
def test_what_is_let_in_is_read_by_old_and_new(change: tuple[Fields, Fields], data: st.DataObject) -> None:
    """Soundness: unless refused, the old reader takes what the new writer makes, and the new one all of before."""
    before, after = change
    released, current = schema_of(before), schema_of(after)
    if breaches(released, current) == []:
        assert accepts(released, data.draw(data_of(after)))
        assert accepts(current, data.draw(data_of(before)))


@given(contracts())
def test_a_contract_keeps_itself_and_any_growth_of_it(schema: Schema) -> None:
    assert breaches(schema, schema) == []
    assert not differs(schema, schema)
    grown = copy.deepcopy(schema)
    grown["properties"]["added"] = {"type": "string", "default": ""}
    assert breaches(schema, grown) == []
    again = copy.deepcopy(grown)
    again["properties"]["later"] = {"type": "integer", "default": 0}
    assert breaches(schema, again) == breaches(grown, again) == []
    assert breaches(grown, schema) == ["field `added` was removed"], "no growth is ever undone"


@given(contracts(), st.data())
def test_a_field_removed_anywhere_is_refused(schema: Schema, data: st.DataObject) -> None:
    for name in schema["properties"]:
        less = copy.deepcopy(schema)
        del less["properties"][name]
        assert f"field `{name}` was removed" in breaches(schema, less)


@given(contracts())
def test_being_made_normal_does_not_depend_on_order_or_words(schema: Schema) -> None:
    def reworded(value: Any) -> Any:
        if isinstance(value, dict):
            items = [(name, reworded(item)) for name, item in reversed(value.items())]
            return dict(items) | ({"title": "T", "description": "D"} if "type" in value or "anyOf" in value else {})
        return [reworded(item) for item in reversed(value)] if isinstance(value, list) else value

    other = reworded({name: schema[name] for name in ("type", "properties", "required")})
    assert normal(schema) == normal(other)
