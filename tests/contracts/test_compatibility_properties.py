"""What holds for any two schemas: nothing is let in that an old reader or an old event would not bear. Rule X2."""

import copy
from typing import Any

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


@st.composite
def contracts(draw: st.DrawFn) -> tuple[Schema, st.SearchStrategy[dict[str, Any]]]:
    """A schema of an event's data, and the data that a writer makes by it."""
    kinds = draw(st.dictionaries(st.sampled_from("pqrst"), st.tuples(KINDS, st.booleans()), max_size=4))
    properties, required, values, optional = {}, [], {}, {}
    for name, ((schema, drawn), needed) in kinds.items():
        properties[name] = schema if needed else schema | {"default": None}
        (values if needed else optional)[name] = drawn
        required += [name] if needed else []
    schema = {"type": "object", "properties": properties, "required": required}
    return schema, st.fixed_dictionaries(values, optional=optional)


def accepts(schema: Schema, data: object) -> bool:
    return bool(jsonschema.Draft202012Validator(schema).is_valid(data))


@given(st.data(), contracts(), contracts())
def test_what_is_let_in_is_read_by_old_and_new(data: st.DataObject, old: Any, new: Any) -> None:
    """Soundness: unless refused, the old reader takes what the new writer makes, and the new one all of before."""
    (released, before), (current, now) = old, new
    if data.draw(st.booleans()):  # two schemas at random hardly ever agree: mostly take one that grew out of the other
        added = {name: field for name, field in current["properties"].items() if name not in current["required"]}
        current = released | {"properties": added | released["properties"]}
        now = st.tuples(before).map(lambda drawn: drawn[0])
    if breaches(released, current) == []:
        assert accepts(released, data.draw(now))
        assert accepts(current, data.draw(before))


@given(contracts())
def test_a_contract_keeps_itself_and_any_growth_of_it(contract: Any) -> None:
    schema = contract[0]
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
def test_a_field_removed_anywhere_is_refused(contract: Any, data: st.DataObject) -> None:
    schema = contract[0]
    for name in schema["properties"]:
        less = copy.deepcopy(schema)
        del less["properties"][name]
        assert f"field `{name}` was removed" in breaches(schema, less)


@given(contracts())
def test_being_made_normal_does_not_depend_on_order_or_words(contract: Any) -> None:
    def reworded(value: Any) -> Any:
        if isinstance(value, dict):
            items = [(name, reworded(item)) for name, item in reversed(value.items())]
            return dict(items) | ({"title": "T", "description": "D"} if "type" in value or "anyOf" in value else {})
        return [reworded(item) for item in reversed(value)] if isinstance(value, list) else value

    schema = contract[0]
    other = reworded({name: schema[name] for name in ("type", "properties", "required")})
    assert normal(schema) == normal(other)
