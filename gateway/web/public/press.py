"""Minutes as PDF: made in processes of their own, two at a time, within bounds. Rule F20, ADR 0026."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from beatbook.kit.errors import TooLarge, Unavailable
from beatbook.kit.typesetting.press import NotSet, set_type

TEMPLATE = Path(__file__).parent / "minutes.typ"
AT_ONCE = 2
MOST_WAITING = 16
"""Files that are set or wait for it; beyond, who asks is told to come again, so that a crowd costs little."""
MOST_CHARACTERS = 500_000
"""Text of one set of minutes that is set in type: some two hundred pages. More is read as a web page or JSON."""
KEPT_BYTES = 16 << 20


class Press:
    """Sets minutes in type; what is the same is set once and kept, under the hash of all that it shows.

    So no address makes a file anew, however many ways there are to ask for the same; the least used are dropped.
    """

    def __init__(self) -> None:
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._weight = 0

    async def pdf(self, data: Mapping[str, Any]) -> bytes:
        """The file; raises `TooLarge` for minutes that are too long, `Unavailable` when it takes too much."""
        sent = orjson.dumps(data)
        if len(sent.decode()) > MOST_CHARACTERS:
            raise TooLarge("These minutes are too long for a PDF: read them as a page, or as JSON.")
        key = hashlib.sha256(sent).hexdigest()
        if key in self._kept:
            return self._again(key)
        if self._waiting >= MOST_WAITING:
            raise _too_much()
        self._waiting += 1
        try:
            async with self._gate:
                if key in self._kept:
                    return self._again(key)
                made = await _set_type(sent)
        finally:
            self._waiting -= 1
        if key not in self._kept:
            self._kept[key] = made
            self._weight += len(made)
        while self._weight > KEPT_BYTES:
            self._weight -= len(self._kept.popitem(last=False)[1])
        return made

    def _again(self, key: str) -> bytes:
        self._kept.move_to_end(key)
        return self._kept[key]


async def _set_type(data: bytes) -> bytes:
    try:
        return await set_type(TEMPLATE, data)
    except NotSet as error:
        raise _too_much() from error


def _too_much() -> Unavailable:
    return Unavailable("The PDF could not be made just now. Read the minutes as a page, or try again shortly.")
