"""F11, F20: what a correction changed, in pieces that give both texts again. Pure."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.public.differences import MOST_STEPS, Effort, changes, pieces

pytestmark = pytest.mark.pure

items = st.lists(
    st.fixed_dictionaries({"heading": st.sampled_from("abc"), "text": st.text(alphabet="xy \n", max_size=12)}),
    max_size=5,
)


@given(st.text(alphabet="ab \n", max_size=40), st.text(alphabet="ab \n", max_size=40))
def test_the_pieces_give_both_texts_again(before, after):
    found = pieces(before, after)
    assert "".join(piece.text for piece in found if piece.kind != "in") == before
    assert "".join(piece.text for piece in found if piece.kind != "out") == after


@given(items, items)
def test_nothing_is_said_of_what_is_the_same_and_all_of_what_is_not(before, after):
    assert changes(before, before) == []
    found = changes(before, after)
    assert bool(found) == (before != after)
    gone = sum(change.kind == "removed" for change in found)
    come = sum(change.kind == "added" for change in found)
    assert len(after) - len(before) == come - gone


def test_a_changed_word_an_added_and_a_removed_item():
    before = [{"heading": "Lamps", "text": "Three lamps are out."}, {"heading": "Dogs", "text": "Gone."}]
    after = [{"heading": "Lamps", "text": "Four lamps are out."}, {"heading": "Cats", "text": "New."}]
    found = changes(before, after)
    assert [change.kind for change in found] == ["removed", "changed", "added"]
    assert [(piece.kind, piece.text) for piece in found[1].text] == [
        ("out", "Three"),
        ("in", "Four"),
        ("same", " lamps are out."),
    ]


def test_long_texts_take_no_long_time():
    before, after = "a b " * 100_000 + "a", "b c " * 100_000 + "c"
    began = time.process_time()
    assert [piece.kind for piece in pieces(before, after)] == ["out", "in"]
    assert time.process_time() - began < 20


@pytest.mark.parametrize("words", ["a b", "b a", "x u{0}", "the same words in each line"])
def test_a_page_of_long_items_takes_no_long_time(words):
    """Two hundred items of seven hundred words took three minutes, for anyone who asked and all who waited behind."""
    texts = [" ".join(words.format(place) for place in range(350)), " ".join(f"v{place} x a b" for place in range(350))]
    before, after = ([{"heading": f"H{number}", "text": text} for number in range(200)] for text in texts)
    began = time.process_time()
    found = changes(before, after)
    assert time.process_time() - began < 20
    assert len(found) == 200


def test_what_begins_and_ends_alike_costs_nothing():
    long, effort = "a b " * 10_000, Effort()
    found = pieces(long + "three lamps " + long, long + "four lamps " + long, effort)
    assert [(piece.kind, piece.text) for piece in found if piece.kind != "same"] == [("out", "three"), ("in", "four")]
    assert effort.left > MOST_STEPS - 10
