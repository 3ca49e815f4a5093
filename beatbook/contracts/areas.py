"""Area codes: a code is its path, and alone tells its tier and its ancestors.

Rule A1.
"""

import re
from enum import StrEnum
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator

PART = r"[A-Z0-9_-]{1,32}"
_CODE = re.compile(rf"{PART}(\.{PART}){{0,2}}")
_FOREIGN = re.compile(r"[^A-Z0-9_-]+")


class Tier(StrEnum):
    """The three tiers of Rule A1, widest first."""

    NATIONAL = "national"
    MUNICIPAL = "municipal"
    NEIGHBOURHOOD = "neighbourhood"


@lru_cache(maxsize=10_000)
def parse_code(text: str) -> str:
    """Return `text` if it is an area code of one to three parts; raise `ValueError` otherwise.

    Rule A1.
    """
    if not _CODE.fullmatch(text):
        raise ValueError("an area code is one to three parts of A-Z, 0-9, _ or - joined by dots, such as XK.PRI")
    return text


AreaCode = Annotated[str, AfterValidator(parse_code)]
"""A validated area code, such as `XK.PRI.DARDANIA`."""


def tier_of(code: str) -> Tier:
    """Return the tier that a code stands on. Rule A1."""
    return tuple(Tier)[code.count(".")]


def parent_of(code: str) -> str | None:
    """Return the code one tier up, or None for a national area. Rule A1."""
    head, dot, _ = code.rpartition(".")
    return head if dot else None


def lineage(code: str) -> list[str]:
    """Return the code's ancestors and itself, widest first: `XK`, `XK.PRI`, `XK.PRI.DARDANIA`. Rule A1."""
    parts = code.split(".")
    return [".".join(parts[: n + 1]) for n in range(len(parts))]


def covers(outer: str, inner: str) -> bool:
    """Whether `inner` is `outer` itself or lies below it. Rule A1."""
    return inner == outer or inner.startswith(outer + ".")


def code_part(source_code: str) -> str:
    """Make one part of an area code from a source's own code; raise `ValueError` when nothing usable is left.

    Letters are upper-cased, anything foreign becomes one hyphen, at most 32 characters are kept. Rule A1.
    """
    part = _FOREIGN.sub("-", source_code.strip().upper()).strip("-")[:32]
    if not part:
        raise ValueError("no letter, digit, _ or - in the source code")
    return part
