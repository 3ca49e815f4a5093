"""F20: the interface's languages: every file says all of it, and a reader gets the best one. Pure."""

import string
from datetime import UTC, date, datetime

import pytest

from gateway.web.languages import LANGUAGES, negotiated, offered, words_of

pytestmark = pytest.mark.pure


def holes(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_says_everything_with_the_same_values(code):
    english, words = words_of("en"), words_of(code)
    assert {key: holes(text) for key, text in words.entries.items()} == {
        key: holes(text) for key, text in english.entries.items()
    }
    assert all(words.entries.values())
    assert (len(words.months), len(words.weekdays), len(words.digits)) == (12, 7, 10)
    assert words.code == code
    assert words.dir == ("rtl" if code == "ar" else "ltr")


@pytest.mark.parametrize(
    ("accepted", "best"),
    [
        ("", "en"),
        ("sq", "sq"),
        ("de, sr-Cyrl;q=0.8, tr;q=0.9", "tr"),
        ("ar-EG,ar;q=0.9,en;q=0.1", "ar"),
        ("sq;q=0, tr;q=0.1", "tr"),
        ("en;q=abc, tr", "tr"),
        ("*", "en"),
        (",;q=,=;;", "en"),
        ("tr," * 10_000, "tr"),
    ],
)
def test_the_reader_gets_the_best_language(accepted, best):
    assert negotiated(accepted) == best


def test_an_area_offers_its_own_languages_and_english():
    assert offered(["sq", "sr"]) == ["en", "sq", "sr"]
    assert offered(["rom"]) == list(LANGUAGES)
    assert offered([]) == list(LANGUAGES)


def test_dates_and_figures_are_each_languages_own():
    day, moment = date(2026, 2, 10), datetime(2026, 2, 10, 17, 5, tzinfo=UTC)
    assert [words_of(code).day(day) for code in LANGUAGES] == [
        "10 February 2026",
        "10 shkurt 2026",
        "10. februar 2026.",
        "10 Şubat 2026",
        "١٠ فبراير ٢٠٢٦",
    ]
    assert words_of("en").weekday(day) == "Tuesday"
    assert (words_of("sr").time(moment), words_of("ar").time(moment)) == ("17:05", "١٧:٠٥")
    assert (words_of("tr").number(1234.56), words_of("ar").number(1234.5)) == ("1.234,6", "١٬٢٣٤٫٥")
    assert words_of("tr").percent(0.456) == "%46"
    assert words_of("en").of_code("kind", "made_later") == "made later"
