"""What a correction changed: item by item, word by word. Rules F11, F20. Pure."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

MOST_STEPS = 20_000_000
"""What is compared word by word on one page, in steps at worst: about a second. Texts beyond are shown old and new."""
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


@dataclass
class Effort:
    """What may still be spent on comparing: anyone may ask for the page, and what is on it can be long."""

    left: int = MOST_STEPS

    def spend(self, old: Sequence[str], new: Sequence[str]) -> bool:
        """Whether two texts can be compared with what is left, which it takes: each match looks at all pairs."""
        was, now = Counter(filter(_said, old)), Counter(filter(_said, new))
        pairs = sum(count * now[word] for word, count in was.items())
        matches = (was & now).total()
        steps = (pairs + len(old)) * matches
        if steps > self.left:
            return False
        self.left -= steps
        return True


def changes(before: Sequence[Item], after: Sequence[Item], effort: Effort | None = None) -> list[Change]:
    """What became of the items; one that only moved is out in one place and in at the other."""
    old, new = ([(item["heading"], item["text"]) for item in items] for items in (before, after))
    effort = effort or Effort()
    found: list[Change] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            found.extend(_changed(old[a:b], new[c:d], effort))
    return found


def _changed(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]], effort: Effort) -> list[Change]:
    """Items that stand where others stood: those of the same heading belong together, then those of the same place."""
    if {heading for heading, _ in old} & {heading for heading, _ in new}:
        return _by_heading(old, new, effort)
    found: list[Change] = []
    for was, now in zip_longest(old, new):
        if was is None or now is None:
            found.append(_alone("added" if was is None else "removed", now or was))
        else:
            found.append(Change("changed", pieces(was[0], now[0], effort), pieces(was[1], now[1], effort)))
    return found


def _by_heading(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]], effort: Effort) -> list[Change]:
    waiting = list(old)
    found: list[Change] = []
    for item in new:
        was = next((one for one in waiting if one[0] == item[0]), None)
        if was is None:
            found.append(_alone("added", item))
            continue
        waiting.remove(was)
        if was != item:
            found.append(Change("changed", [Piece("same", item[0])], pieces(was[1], item[1], effort)))
    return [_alone("removed", item) for item in waiting] + found


def _alone(kind: str, item: tuple[str, str]) -> Change:
    mark = "in" if kind == "added" else "out"
    return Change(kind, [Piece(mark, item[0])], [Piece(mark, item[1])] if item[1] else [])


def pieces(before: str, after: str, effort: Effort | None = None) -> list[Piece]:
    """Two texts as runs of words that stayed, went and came; what they begin and end with alike costs nothing."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    ahead = _alike(old, new)
    behind = _alike(old[ahead:][::-1], new[ahead:][::-1])
    start, end = old[:ahead], old[len(old) - behind :]
    middle = _compared(old[ahead : len(old) - behind], new[ahead : len(new) - behind], effort or Effort())
    found: list[Piece] = []
    for kind, text in (("same", "".join(start)), *middle, ("same", "".join(end))):
        if text and found and found[-1].kind == kind:
            found[-1] = Piece(kind, found[-1].text + text)
        elif text:
            found.append(Piece(kind, text))
    return found


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    """With how many words both begin."""
    return next((place for place, (was, now) in enumerate(zip(old, new, strict=False)) if was != now),
                min(len(old), len(new)))  # fmt: skip


def _compared(old: Sequence[str], new: Sequence[str], effort: Effort) -> list[tuple[str, str]]:
    if not effort.spend(old, new):
        return [("out", "".join(old)), ("in", "".join(new))]
    found: list[tuple[str, str]] = []
    for kind, a, b, c, d in SequenceMatcher(str.isspace, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(("same", "".join(old[a:b])))
        else:
            found += [("out", "".join(old[a:b])), ("in", "".join(new[c:d]))]
    return found


def _said(word: str) -> bool:
    return not word.isspace()
