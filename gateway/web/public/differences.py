"""What a correction changed: item by item, word by word. Rules F11, F20. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

MOST_WORDS = 3_000
"""Words of a text that are compared one by one; a longer one is shown old and new."""
_WORDS = re.compile(r"\s+|[^\s]+")

Item = Mapping[str, str]


@dataclass(frozen=True)
class Piece:
    """A run of words: `same`, `out` or `in`."""

    kind: str
    text: str


@dataclass(frozen=True)
class Change:
    """An item `added`, `removed` or `changed`, its heading and text in pieces."""

    kind: str
    heading: Sequence[Piece]
    text: Sequence[Piece]


def changes(before: Sequence[Item], after: Sequence[Item]) -> list[Change]:
    """What became of the items; one that only moved is out in one place and in at the other."""
    old, new = ([(item["heading"], item["text"]) for item in items] for items in (before, after))
    found: list[Change] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            found.extend(_changed(old[a:b], new[c:d]))
    return found


def _changed(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> list[Change]:
    """Items that stand where others stood: those of the same heading belong together, then those of the same place."""
    if {heading for heading, _ in old} & {heading for heading, _ in new}:
        return _by_heading(old, new)
    found: list[Change] = []
    for was, now in zip_longest(old, new):
        if was is None or now is None:
            found.append(_alone("added" if was is None else "removed", now or was))
        else:
            found.append(Change("changed", pieces(was[0], now[0]), pieces(was[1], now[1])))
    return found


def _by_heading(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> list[Change]:
    waiting = list(old)
    found: list[Change] = []
    for item in new:
        was = next((one for one in waiting if one[0] == item[0]), None)
        if was is None:
            found.append(_alone("added", item))
            continue
        waiting.remove(was)
        if was != item:
            found.append(Change("changed", [Piece("same", item[0])], pieces(was[1], item[1])))
    return [_alone("removed", item) for item in waiting] + found


def _alone(kind: str, item: tuple[str, str]) -> Change:
    mark = "in" if kind == "added" else "out"
    return Change(kind, [Piece(mark, item[0])], [Piece(mark, item[1])] if item[1] else [])


def pieces(before: str, after: str) -> list[Piece]:
    """Two texts as runs of words that stayed, went and came."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(new)) > MOST_WORDS:
        return [Piece("same", after)] if before == after else [Piece("out", before), Piece("in", after)]
    found: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Piece("same", "".join(old[a:b])))
            continue
        if a < b:
            found.append(Piece("out", "".join(old[a:b])))
        if c < d:
            found.append(Piece("in", "".join(new[c:d])))
    return found
