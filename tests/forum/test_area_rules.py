"""How features become areas. Rules A1, A3. Pure."""

import json
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beatbook.contracts.actor import Actor, Grant, Role
from beatbook.contracts.areas import parent_of, parse_code, tier_of
from services.forum.areas.rules import Plan, PropertyMapping, Root, area_id, may_edit_register, plan_import

pytestmark = pytest.mark.pure

MAPPING = PropertyMapping("code", "parent_code", "name", ("population", "people"))
RING = [[0, 0], [1, 0], [1, 1], [0, 0]]


def feature(code: Any, parent: Any = None, **more: Any) -> dict[str, Any]:
    geometry = more.pop("geometry", {"type": "Polygon", "coordinates": [RING]})
    return {"type": "Feature", "properties": {"code": code, "parent_code": parent, **more}, "geometry": geometry}


def plan(*collections: list[Any], root: Root | None = None, registered: dict[str, str] | None = None) -> Plan:
    return plan_import(collections, MAPPING, root, registered or {})


def codes(made: Plan) -> list[str]:
    return [entry.code for entry in made.entries]


def reasons(made: Plan) -> list[tuple[int, int, str]]:
    return [(refusal.collection, refusal.feature, refusal.reason) for refusal in made.refused]


def test_three_levels_in_any_order_and_in_several_files() -> None:
    made = plan([feature("n1", "m1"), feature("m1", "X")], [feature("X"), feature("n2", "m1", name="Two", people=7.6)])
    assert codes(made) == ["X", "X.M1", "X.M1.N1", "X.M1.N2"]
    assert (made.entries[3].name, made.entries[3].population, made.entries[0].name) == ("Two", 8, "X")
    assert reasons(made) == []


def test_a_root_that_no_feature_describes() -> None:
    made = plan([feature("m1", "Land"), feature("m2"), feature("n", "m1")], root=Root("Land", "The Land"))
    assert codes(made) == ["LAND", "LAND.M1", "LAND.M2", "LAND.M1.N"]
    assert made.entries[0].name == "The Land"
    assert made.entries[0].boundary is None


def test_a_feature_that_is_the_root_already_is_refused() -> None:
    made = plan([feature("LAND"), feature("m", "LAND")], root=Root("LAND", "The Land"))
    assert codes(made) == ["LAND", "LAND.M"]
    assert reasons(made) == [(0, 0, "duplicate_code")]


def test_a_lower_level_alone_finds_its_registered_parent() -> None:
    assert codes(plan([feature("n", "src-7")], registered={"src-7": "XK.PRI"})) == ["XK.PRI.N"]


@pytest.mark.parametrize(
    ("unfit", "reason"),
    [
        (7, "not_a_feature"),
        ({"type": "Point"}, "not_a_feature"),
        ({"type": "Feature", "properties": None}, "no_code"),
        ({"type": "Feature", "properties": [1]}, "no_code"),
        (feature(None), "no_code"),
        (feature("  "), "no_code"),
        (feature("…"), "no_code"),
        (feature({"a": 1}), "no_code"),
        (feature("m", "nowhere"), "no_parent"),
        (feature("m", "m"), "too_deep"),
        (feature("m", population=-1), "bad_population"),
        (feature("m", population="many"), "bad_population"),
        (feature("m", geometry=None), "invalid_geometry"),
        (feature("m", geometry={"type": "Point", "coordinates": [0, 0]}), "invalid_geometry"),
        (feature("m", geometry={"type": "Polygon"}), "invalid_geometry"),
        (feature("m", geometry={"type": "Polygon", "coordinates": []}), "invalid_geometry"),
        (feature("m", geometry={"type": "Polygon", "coordinates": [RING[:3]]}), "invalid_geometry"),
        (feature("m", geometry={"type": "Polygon", "coordinates": [["a", "b"]]}), "invalid_geometry"),
        (
            feature("m", geometry={"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]}),
            "invalid_geometry",
        ),
        (
            feature("m", geometry={"type": "Polygon", "coordinates": [[[500, 0], [501, 0], [501, 1], [500, 0]]]}),
            "invalid_geometry",
        ),
    ],
)
def test_a_feature_is_refused_never_guessed_at(unfit: Any, reason: str) -> None:
    made = plan([feature("good"), unfit])
    assert codes(made) == ["GOOD"]
    assert reasons(made) == [(0, 1, reason)]


def test_an_unclosed_ring_is_refused_because_readers_of_the_boundary_could_not_read_it() -> None:
    made = plan([feature("m", geometry={"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]})])
    assert reasons(made) == [(0, 0, "invalid_geometry")]
    assert "closed rings" in made.refused[0].detail


def test_a_code_comes_once_and_its_children_do_not_move_to_the_other() -> None:
    made = plan([feature("a", population=1), feature("A"), feature("a"), feature("below", "A")])
    assert codes(made) == ["A"]
    assert reasons(made) == [(0, 1, "duplicate_code"), (0, 2, "duplicate_code"), (0, 3, "duplicate_code")]


def test_a_fourth_level_and_a_circle_are_refused() -> None:
    made = plan(
        [feature("a"), feature("b", "a"), feature("c", "b"), feature("d", "c"), feature("e", "f"), feature("f", "e")]
    )
    assert codes(made) == ["A", "A.B", "A.B.C"]
    assert reasons(made) == [(0, 3, "too_deep"), (0, 4, "too_deep"), (0, 5, "too_deep")]


def test_children_of_a_refused_feature_have_no_parent() -> None:
    made = plan([feature("a", geometry=None), feature("b", "a")])
    assert reasons(made) == [(0, 0, "invalid_geometry"), (0, 1, "no_parent")]


_names = st.sampled_from(["a", "A", "b", "c", "d e", "d-e", "é", "", "x" * 40])
_features = st.lists(
    st.one_of(
        st.builds(feature, _names, st.one_of(st.none(), _names), population=st.one_of(st.none(), st.integers(-1, 9))),
        st.integers(),
        st.dictionaries(
            st.sampled_from(["type", "properties", "geometry"]), st.one_of(st.none(), st.lists(st.integers()))
        ),
    ),
    max_size=8,
)


@given(st.lists(_features, max_size=3), st.sampled_from([None, Root("a", "A"), Root("land", "Land")]))
def test_whatever_comes_areas_hang_together(collections: list[list[Any]], root: Root | None) -> None:
    made = plan(*collections, root=root)
    found = codes(made)
    assert len(set(found)) == len(found)
    for entry in made.entries:
        parse_code(entry.code)
        assert entry.tier is tier_of(entry.code)
        parent = parent_of(entry.code)
        assert parent is None or found.index(parent) < found.index(entry.code)
    features = sum(map(len, collections))
    assert len(made.entries) + len(made.refused) == features + (root is not None)


@given(st.lists(_features, max_size=3))
def test_the_same_import_again_gives_the_same_areas(collections: list[list[Any]]) -> None:
    first = plan(*collections)
    assert plan(*json.loads(json.dumps(collections))) == first
    registered = {entry.source_code: entry.code for entry in first.entries}
    assert set(codes(first)) <= set(codes(plan(*collections, registered=registered)))


def test_an_area_has_one_id_and_no_other_has_it() -> None:
    assert area_id("XK") == uuid5(NAMESPACE_URL, "urn:beatbook:area:XK") != area_id("XK.PRI")


def test_only_an_administrator_of_the_area_edits_the_register() -> None:
    for role in Role:
        holder = Actor(subject="a", grants=(Grant(role=role, area="XK.PRI"),))
        assert may_edit_register(holder, "XK.PRI.DARDANIA") is (role is Role.ADMIN)
        assert not may_edit_register(holder, "XK")
