"""Envelope encryption: opens where it was sealed, and nowhere else. Rules C13, C16."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beatbook.kit.sealing import KeyRing, Unreadable

pytestmark = pytest.mark.pure

OLD, NEW = "the secret that was in use before", "the secret that is in use by now."
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(json_values, st.text(max_size=20))
def test_what_is_sealed_is_read_again(value: object, place: str) -> None:
    about, ring = uuid4(), KeyRing([NEW])
    wrapped, key = ring.make(about)
    assert ring.open(wrapped, about).read(key.seal(value, place), place) == value


@given(st.data())
def test_any_change_makes_it_unreadable(data: st.DataObject) -> None:
    wrapped, key = KeyRing([NEW]).make(about := uuid4())
    sealed = key.seal("Arta Krasniqi", "people.name")
    place = data.draw(st.integers(0, len(sealed) - 1))
    changed = bytearray(sealed)
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unreadable):
        key.read(bytes(changed), "people.name")
    with pytest.raises(Unreadable):
        key.read(sealed[:place], "people.name")
    changed = bytearray(wrapped)
    place %= len(wrapped)
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unreadable):
        KeyRing([NEW]).open(bytes(changed), about)


def test_it_opens_in_its_own_place_and_case_only() -> None:
    ring = KeyRing([NEW])
    wrapped, key = ring.make(about := uuid4())
    sealed = key.seal("Arta", "people.name")
    assert b"Arta" not in sealed
    for other in (ring.make(about)[1], ring.make(uuid4())[1]):
        with pytest.raises(Unreadable):
            other.read(sealed, "people.name")
    with pytest.raises(Unreadable):
        key.read(sealed, "people.address")
    with pytest.raises(Unreadable):
        ring.open(wrapped, uuid4())


def test_a_new_secret_before_the_old_one_opens_both_and_wraps_anew() -> None:
    wrapped, key = KeyRing([OLD]).make(about := uuid4())
    sealed = key.seal(["text"], "problems.text")
    both = KeyRing([NEW, OLD])
    assert both.open(wrapped, about).read(sealed, "problems.text") == ["text"]
    assert both.state_of(wrapped[1:9]) == "known"
    anew = both.rewrap(wrapped, about)
    assert both.state_of(anew[1:9]) == "in use"
    assert KeyRing([NEW]).state_of(wrapped[1:9]) == "unknown"
    assert KeyRing([NEW]).open(anew, about).read(sealed, "problems.text") == ["text"]
    with pytest.raises(Unreadable):
        KeyRing([NEW]).open(wrapped, about)
