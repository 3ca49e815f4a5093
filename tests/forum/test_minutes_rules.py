"""Minutes: steps, what may be shown, and the hash chain. Rules F11, F11a. Pure."""

import itertools
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beatbook.kit.crypto import canonical_json, sha256_hex
from services.forum.minutes.rules import (
    Decided,
    Draft,
    Item,
    MinutesState,
    Result,
    follows,
    public_items,
    publishing_obstacles,
    step_obstacle,
    version_content,
)

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(("state", "target"), list(itertools.product(MinutesState, repeat=2)))
def test_one_step_at_a_time_and_never_back(state: MinutesState, target: MinutesState) -> None:
    order = list(MinutesState)
    assert (step_obstacle(state, target) is None) is (order.index(target) == order.index(state) + 1)


def test_nothing_personal_goes_out_unredacted() -> None:
    items = [
        Item("Open", "words"),
        Item("Case", "of a person", personal=True),
        Item("Case", "of …", personal=True, redacted=True),
        Item("Closed", "of a person", closed=True, personal=True),
    ]
    found = publishing_obstacles(Draft(items), [])
    assert len(found) == 1
    assert "Item 2" in found[0]
    assert "of a person" not in found[0]


@pytest.mark.parametrize("written", ["Ana Krasniqi", "ana   krasniqi", "ANA\nKRASNIQI", "(Ana Krasniqi)"])
def test_a_guest_is_not_named_however_written(written: str) -> None:
    for item in (Item(f"What {written} said", "words"), Item("Lamps", f"Said {written}, twice")):
        found = publishing_obstacles(Draft([item]), ["Ana Krasniqi"])
        assert len(found) == 1
        assert "ana" not in found[0].lower().replace("name", "")
    assert publishing_obstacles(Draft([Item("Lamps", written, closed=True)]), ["Ana Krasniqi"]) == []


def test_a_guest_is_not_named_however_composed() -> None:
    name = "Žaklína Straße"
    for form in ("NFC", "NFD", "NFKD"):
        text = unicodedata.normalize(form, "Said žaklína STRASSE.")
        assert publishing_obstacles(Draft([Item("Lamps", text)]), [name])


def test_part_of_a_word_is_no_name() -> None:
    assert publishing_obstacles(Draft([Item("Lamps", "Anatolia, banana")]), ["Ana"]) == []


_items = st.lists(st.builds(Item, st.text(), st.text(), closed=st.booleans()), max_size=5)


@given(_items)
def test_the_public_version_is_the_open_items_and_nothing_else(items: list[Item]) -> None:
    shown = public_items(items)
    assert shown == [{"heading": item.heading, "text": item.text} for item in items if not item.closed]


def chain(texts: list[list[Item]]) -> list[tuple[dict[str, Any], str]]:
    versions: list[tuple[dict[str, Any], str]] = []
    for number, items in enumerate(texts, start=1):
        content = version_content(
            minutes_id="m",
            meeting_id="t",
            forum_id="f",
            area="XK.PRI",
            held_at="2026-01-01T00:00:00+00:00",
            number=number,
            corrects=number - 1 or None,
            previous_sha256=versions[-1][1] if versions else None,
            published_at=f"2026-01-{number:02}T00:00:00+00:00",
            attendance={"members": 3, "public": 4},
            draft=Draft(items, language="sq", reason=None if number == 1 else "why"),
        )
        versions.append((content, sha256_hex(canonical_json(content))))
    return versions


def verifies(versions: list[tuple[dict[str, Any], str]]) -> bool:
    """What anyone can check without us."""
    before = None
    for content, digest in versions:
        if sha256_hex(canonical_json(content)) != digest or content["previous_sha256"] != before:
            return False
        before = digest
    return True


@given(st.lists(_items, min_size=1, max_size=5), st.data())
def test_a_change_anywhere_breaks_the_chain(texts: list[list[Item]], data: st.DataObject) -> None:
    versions = chain(texts)
    assert verifies(versions)
    index = data.draw(st.integers(0, len(versions) - 1))
    content, digest = versions[index]
    field = data.draw(st.sampled_from(sorted(content)))
    forged = content | {field: "something else"}
    assert not verifies([*versions[:index], (forged, digest), *versions[index + 1 :]])
    resealed = [*versions[:index], (forged, sha256_hex(canonical_json(forged))), *versions[index + 1 :]]
    assert verifies(resealed) is (index == len(versions) - 1 and field != "previous_sha256")


def test_rule_f11_nobody_is_named_in_any_language_nor_in_what_goes_with_the_items() -> None:
    guest = "Ana Krasniqi"
    translated = Item("Lamps", "words", translations={"sr": {"heading": "Лампе", "text": "Рекла је Ана Красничи"}})
    cases = [
        (Draft([translated]), "Item 1"),
        (Draft([Item("Lamps")], decisions=[Decided({}, "As Krasniqi, Ana asked")]), "Decision 1"),
        (Draft([Item("Lamps")], results=[Result("x", translations={"sq": "Ana Krasniqit i premtuam"})]), "Result 1"),
        (Draft([Item("Lamps")], reason="Ana K. asked for it"), "The reason"),
    ]
    for draft, label in cases:
        (found,) = publishing_obstacles(draft, [guest])
        assert found.startswith(f"{label} names")
        assert "Krasniqi" not in found
    hidden = Item("Lamps", "x", redacted=True, translations={"sq": {"heading": "Llambat", "text": "Ana Krasniqi"}})
    assert publishing_obstacles(Draft([hidden], results=[Result(guest, closed=True)]), [guest]) == []
    assert public_items([hidden])[0]["translations"] == {"sq": {"heading": "Llambat", "text": "[redacted]"}}


def test_rule_f6_what_is_handed_on_is_not_attributed_to_members() -> None:
    draft = Draft([Item("Said by Ana Krasniqi")], results=[Result("Ana Krasniqi wants lamps")])
    (found,) = publishing_obstacles(draft, [], ["Ana Krasniqi"])
    assert found.startswith("Result 1 names a member")


def test_rule_f20_of_a_closed_meeting_only_what_was_marked_open_is_published() -> None:
    closed = [Item("h", closed=True)]
    (found,) = publishing_obstacles(Draft(closed), [], meeting_public=False)
    assert "nothing to publish" in found
    for draft in (Draft([Item("h")]), Draft(closed, results=[Result("r")])):
        assert publishing_obstacles(draft, [], meeting_public=False) == []


def test_an_original_is_not_its_own_translation() -> None:
    item = Item("h", translations={"sq": {"heading": "h", "text": ""}})
    assert len(publishing_obstacles(Draft([item], language="sq"), [])) == 1
    assert publishing_obstacles(Draft([item], language="sr"), []) == []


@given(st.lists(_items, min_size=1, max_size=5), st.data())
def test_rule_f11_each_version_follows_the_one_before(texts: list[list[Item]], data: st.DataObject) -> None:
    versions = chain(texts)

    def intact(found: list[tuple[dict[str, Any], str]]) -> bool:
        befores = [None, *(digest for _, digest in found)]
        return all(
            follows(content, "m", content["number"], place, befores[place - 1])
            for place, (content, _) in enumerate(found, start=1)
        )

    assert intact(versions)
    gone = data.draw(st.integers(0, len(versions) - 1))
    assert intact([*versions[:gone], *versions[gone + 1 :]]) is (gone == len(versions) - 1)
