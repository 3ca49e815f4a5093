"""Minutes as PDF: made in processes of their own, two at a time, within bounds. Rule F20, ADR 0026."""

import asyncio
import contextlib
import sys
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import orjson

from beatbook.kit.errors import TooLarge, Unavailable

AT_ONCE = 2
SECONDS = 25.0
MOST_CHARACTERS = 500_000
"""Text of one set of minutes that is set in type: some two hundred pages. More is read as a web page or JSON."""
KEPT_BYTES = 16 << 20


class Press:
    """Sets minutes in type; a version never changes, so its file is kept under its hash, the least used dropped."""

    def __init__(self) -> None:
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._weight = 0

    async def pdf(self, key: str, data: Mapping[str, Any]) -> bytes:
        """The file; raises `TooLarge` for minutes that are too long, `Unavailable` when it takes too much."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        sent = orjson.dumps(data)
        if len(sent.decode()) > MOST_CHARACTERS:
            raise TooLarge("These minutes are too long for a PDF: read them as a page, or as JSON.")
        async with self._gate:
            made = await _set_type(sent)
        if key not in self._kept:
            self._kept[key] = made
            self._weight += len(made)
        while self._weight > KEPT_BYTES:
            self._weight -= len(self._kept.popitem(last=False)[1])
        return made


async def _set_type(data: bytes) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-m",
        "gateway.web.public.typesetting",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
    )
    try:
        made, _ = await asyncio.wait_for(process.communicate(data), SECONDS)
    except TimeoutError as error:
        raise _too_much() from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if process.returncode != 0 or not made.startswith(b"%PDF-"):
        raise _too_much()
    return made


def _too_much() -> Unavailable:
    return Unavailable("The PDF could not be made just now. Read the minutes as a page, or try again shortly.")
