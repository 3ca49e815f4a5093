"""Finding a name in a text, however it is written. Pure. Rule F11.

Found are: capitals, with or without diacritics, Cyrillic or Latin letters and the spelling of another of the region's
languages, with an ending, in either order, split by punctuation, spaces, soft hyphens or invisible characters, the
given or the family name as an initial, both as initials, and a family name after a form of address. Not found are: a
family name alone, nicknames, a name carried over into other scripts, and descriptions that everybody understands.
Those are for whoever reads the draft.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_LETTERS = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "ђ": "dj", "е": "e", "ж": "z", "з": "z", "и": "i", "ј": "j",
    "к": "k", "л": "l", "љ": "lj", "м": "m", "н": "n", "њ": "nj", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
    "ћ": "c", "у": "u", "ф": "f", "х": "h", "ц": "c", "ч": "c", "џ": "dz", "ш": "s", "щ": "s", "ы": "i", "э": "e",
    "ю": "ju", "я": "ja", "ъ": "", "ь": "", "і": "i", "є": "e", "ґ": "g", "ѕ": "dz",
    "đ": "dj", "ð": "d", "þ": "t", "ł": "l", "ø": "o", "ı": "i", "æ": "ae", "œ": "oe",
}  # fmt: skip
_SPELLINGS = (
    ("xh", "dz"), ("x", "dz"), ("gj", "dj"), ("sh", "s"), ("zh", "z"), ("ch", "c"), ("th", "t"), ("dh", "d"),
    ("nj", "n"), ("lj", "l"), ("ll", "l"), ("rr", "r"), ("q", "c"), ("y", "i"), ("w", "v"),
)  # fmt: skip
"""How Albanian and South Slavic spellings of a sound are brought together."""
_INVISIBLE = {"Mn", "Me", "Cf"}
_NO_LETTERS = {code: None for code in range(128) if not chr(code).isalnum()}
_APART = r"[\W_]*"
_ENDING = r"(?:[aeiou]\w{0,2})?"
_LONG = 6
"""Letters from which on a single name is looked for with its letters apart: shorter ones turn up between words."""


class _Folding(dict[int, str]):
    """What becomes of each character of a decomposed text: marks and invisible ones go."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        gone = unicodedata.category(character) in _INVISIBLE
        self[code] = "" if gone else _LETTERS.get(character, character)
        return self[code]


def plain(text: str) -> str:
    """The text in small Latin letters as far as it can be written so, with one spelling for a sound."""
    if "&" in text:
        text = html.unescape(text)
    if text.isascii():
        text = text.lower()
    else:
        decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        text = decomposed.translate(_Folding())
    for written, sound in _SPELLINGS:
        text = text.replace(written, sound)
    return text


_TITLES = frozenset(
    plain(
        "mr mrs ms miss sir madam dr prof z zt zoti zotit znj zonja zonjes zonjen zonjusha g gdin gdja gospodin"
        " gospodja gospodica gospodine bay bayan herr frau"
    ).split()
)


@dataclass(frozen=True)
class _Sought:
    """A name as it is looked for: letters or short forms without which it is not there, and the whole pattern."""

    letters: str
    short: tuple[re.Pattern[str], ...]
    pattern: re.Pattern[str]

    def may_be_in(self, letters: str, text: str) -> bool:
        """A quick look: whether the pattern could be found in a text of these letters."""
        return self.letters in letters or any(form.search(text) for form in self.short)


def named_in(names: Iterable[str], texts: Mapping[str, str]) -> list[str]:
    """Which of the texts, by their labels, hold any of the names; in the order of the texts.

    A name whose letters turn up nowhere, however apart, is not looked for: 500 names in a megabyte take no second.
    """
    wanted = [sought for name in dict.fromkeys(names) if (sought := _sought(name))]
    if not wanted:
        return []
    everything = plain("\n".join(texts.values()))
    letters = everything.translate(_NO_LETTERS) if everything.isascii() else re.sub(r"[\W_]+", "", everything)
    likely = [sought.pattern for sought in wanted if sought.may_be_in(letters, everything)]
    if not likely:
        return []
    shown = {label: plain(text) for label, text in texts.items()}
    return [label for label, text in shown.items() if any(pattern.search(text) for pattern in likely)]


def _sought(name: str) -> _Sought | None:
    words = [word for word in re.split(r"[\W_]+", plain(name)) if word]
    words = [word for word in words if len(word) > 1 and word not in _TITLES] or words
    if not words:
        return None
    if len(words) == 1:
        spelt = _word(words[0]) if len(words[0]) >= _LONG else re.escape(words[0])
        return _Sought(_stem(words[0]), (), re.compile(rf"(?<!\w){spelt}(?!\w)"))
    first, last = words[0], words[-1]
    between = "|".join([*(_word(word) for word in words[1:-1]), r"\w"])
    gap = rf"{_APART}(?:(?<!\w)(?:{between}){_APART}){{0,2}}"
    short = (
        rf"{re.escape(_stem(first))}\w{{0,3}}[\W_]+{re.escape(last[0])}\.",
        rf"{re.escape(first[0])}\.\s?{re.escape(last[0])}\.",
    )
    ways = [
        rf"{_word(first)}{gap}{_word(last)}",
        rf"{_word(last)}{gap}{_word(first)}",
        rf"(?:{_initial(first)}){_APART}{_word(last)}",
        rf"{_word(last)}[\W_]+(?:{_initial(first)})",
        rf"(?:{'|'.join(sorted(_TITLES))})\.?[\W_]+{_word(last)}",
        rf"{_word(first)}[\W_]+{re.escape(last[0])}\.",
        short[1],
    ]
    return _Sought(
        _stem(last), tuple(map(re.compile, short)), re.compile(rf"(?<!\w)(?:{'|'.join(ways)})(?!\w)")
    )  # fmt: skip


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 2 and word[-1] in "aeiou" else word


def _word(word: str) -> str:
    """A word with its letters perhaps apart, and perhaps with an ending."""
    return _APART.join(map(re.escape, _stem(word))) + (_ENDING if len(word) > 2 else "")


def _initial(word: str) -> str:
    """A word cut short by a full stop, after one to three letters: some initials are two letters."""
    return "|".join(re.escape(word[:length]) + r"\." for length in (1, 2, 3))
