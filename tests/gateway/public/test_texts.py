"""F11, F16, F20: content in the reader's language where there is one, else the original, and which it is. Pure."""

import pytest

from gateway.web.texts import best, in_language, lang, languages_of

pytestmark = pytest.mark.pure

ITEM = {"heading": "Lamps", "translations": {"sq": {"heading": "Llambat"}, "sr-Cyrl": {"heading": "Лампе"}}}


@pytest.mark.parametrize(
    ("wanted", "tag", "heading"),
    [
        (["sq", "en"], "sq", "Llambat"),
        (["sr-Latn", "sr"], "sr-Cyrl", "Лампе"),
        (["en"], "en", "Lamps"),
        (["tr", "tr"], "en", "Lamps"),
        ([], "en", "Lamps"),
    ],
)
def test_the_best_there_is(wanted, tag, heading):
    text, found = in_language(ITEM, "en", wanted)
    assert (found, text["heading"]) == (tag, heading)


def test_the_very_tag_comes_before_another_way_of_writing():
    assert best(["sr-Cyrl", "sr-Latn"], ["sr-Latn", "sr"]) == "sr-Latn"
    assert best(["sr-Cyrl"], ["tr", "sr"]) == "sr-Cyrl"
    assert best([], ["en"]) is None


def test_a_language_nobody_named_is_not_offered():
    assert languages_of([(ITEM, "und"), ({"heading": "x"}, "en")]) == ["en", "sq", "sr-Cyrl"]
    assert (lang("und"), lang("sq")) == ("", "sq")
