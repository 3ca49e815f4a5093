"""Content in several languages: the best one for a reader, and which it is. Rules F11, F16, F20. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

UNKNOWN = "und"
TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")


def best(available: Iterable[str], wanted: Sequence[str]) -> str | None:
    """The first wanted language that there is: the very tag, else another way of writing the same language."""
    tags = list(available)
    for wish in wanted:
        same = [tag for tag in tags if _language(tag) == _language(wish)]
        if same:
            return wish if wish in same else same[0]
    return None


def in_language(original: Mapping[str, Any], tag: str, wanted: Sequence[str]) -> tuple[Mapping[str, Any], str]:
    """The original or its translation, whichever the reader wants first, and its tag; the original if neither."""
    translations: Mapping[str, Mapping[str, Any]] = original.get("translations") or {}
    chosen = best([tag, *translations], wanted)
    if chosen is None or chosen == tag:
        return original, tag
    return translations[chosen], chosen


def languages_of(things: Iterable[tuple[Mapping[str, Any], str]]) -> list[str]:
    """Every language that something of it is in: originals first, unknown ones left out."""
    found: dict[str, None] = {}
    listed = list(things)
    for _, tag in listed:
        found[tag] = None
    for thing, _ in listed:
        found |= dict.fromkeys(thing.get("translations") or {})
    found.pop(UNKNOWN, None)
    return list(found)


def lang(tag: str) -> str:
    """A tag for an element's `lang`: empty when nobody said which language it is."""
    return "" if tag == UNKNOWN else tag


def _language(tag: str) -> str:
    return tag.partition("-")[0]
