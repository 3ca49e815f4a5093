"""Rendered answers, kept for a moment: bounded, public ones only, made once however many ask. Rule F20, ADR 0026."""

import asyncio
import gzip
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from starlette.responses import Response

FRESH_SECONDS = 10.0
"""How long an answer is given out without asking its owner again."""
MAX_AGE_SECONDS = 20
"""How long a browser or a proxy may keep it. What is withdrawn is gone everywhere after both: half a minute."""
SHELF_BYTES = 32 << 20
LARGEST_BYTES = 16 << 20
"""The longest minutes that can be written, plain and compressed, and then some."""
LONGEST_KEY = 1_000
"""A key has the host in it, which anyone may make as long as a header: such an answer is not kept."""
ENTRY_BYTES = 2_000
"""What keeping an answer takes beside its bytes: small ones are not for nothing."""
WORTH_COMPRESSING = 600


@dataclass(frozen=True)
class Drawn:
    """What a page came to: its bytes, and the headers that go with them."""

    body: bytes
    media_type: str
    headers: tuple[tuple[str, str], ...] = ()
    compressible: bool = True


@dataclass(frozen=True)
class Kept:
    """An answer ready to be sent, plain and compressed, with its validators."""

    plain: bytes
    packed: bytes | None
    etag: str
    modified: datetime
    """When these bytes were first made here."""
    made: float
    headers: dict[str, str]

    @property
    def weight(self) -> int:
        """Bytes held."""
        return len(self.plain) + len(self.packed or b"") + ENTRY_BYTES


def pack(drawn: Drawn, before: Kept | None, now: float) -> Kept:
    """Compress and stamp an answer; the same bytes as before keep their date and are not compressed again."""
    etag = hashlib.sha256(drawn.body).hexdigest()[:32]
    if before is not None and before.etag == etag:
        return Kept(before.plain, before.packed, etag, before.modified, now, before.headers)
    packed = None
    if drawn.compressible and len(drawn.body) >= WORTH_COMPRESSING:
        packed = gzip.compress(drawn.body, compresslevel=6, mtime=0)
    modified = datetime.now(UTC).replace(microsecond=0)
    headers = {
        "Content-Type": drawn.media_type,
        "Cache-Control": f"public, max-age={MAX_AGE_SECONDS}",
        "Vary": "Accept-Encoding, Accept-Language, Cookie",
        "X-Content-Type-Options": "nosniff",
        "Last-Modified": format_datetime(modified, usegmt=True),
        **dict(drawn.headers),
    }
    return Kept(drawn.body, packed, etag, modified, now, headers)


class Shelf:
    """The kept answers of this process, the least used dropped first."""

    def __init__(self, *, room: int = SHELF_BYTES, clock: Callable[[], float] = time.monotonic) -> None:
        self._room, self._clock = room, clock
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._weight = 0
        self._making: dict[str, asyncio.Task[Kept]] = {}

    def fresh(self, key: str) -> Kept | None:
        """The answer under a key, if it was made just now."""
        kept = self._kept.get(key)
        if kept is None or self._clock() - kept.made > FRESH_SECONDS:
            return None
        self._kept.move_to_end(key)
        return kept

    async def get(self, key: str, make: Callable[[], Awaitable[Drawn]]) -> Kept:
        """The answer under a key; when it is not fresh, it is made once for all who wait. Raises what `make` raises."""
        if kept := self.fresh(key):
            return kept
        task = self._making.get(key)
        if task is None:
            task = asyncio.create_task(self._made(key, make))
            self._making[key] = task
            task.add_done_callback(lambda done: self._ended(key, done))
        return await asyncio.shield(task)

    def _ended(self, key: str, task: "asyncio.Task[Kept]") -> None:
        self._making.pop(key, None)
        if not task.cancelled():
            task.exception()  # those who waited have it; with none left nobody else needs it

    async def _made(self, key: str, make: Callable[[], Awaitable[Drawn]]) -> Kept:
        before = self._kept.get(key)
        begun = self._clock()
        try:
            drawn = await make()
        except BaseException:
            self._drop(key)
            raise
        kept = await asyncio.to_thread(pack, drawn, before, begun)
        self._drop(key)
        if kept.weight <= LARGEST_BYTES and len(key) <= LONGEST_KEY:
            self._kept[key] = kept
            self._weight += kept.weight
        while self._weight > self._room:
            self._drop(next(iter(self._kept)))
        return kept

    def _drop(self, key: str) -> None:
        if kept := self._kept.pop(key, None):
            self._weight -= kept.weight


def answered(kept: Kept, *, accepted: str, none_match: str | None, modified_since: str | None) -> Response:
    """The answer for one request: 304 where the reader has it, compressed where the reader can unpack. RFC 9110, 13."""
    packed = kept.packed if kept.packed is not None and takes_gzip(accepted) else None
    etag = f'"{kept.etag}-gz"' if packed is not None else f'"{kept.etag}"'
    headers = {**kept.headers, "ETag": etag}
    if _has_it(kept, none_match, modified_since):
        headers.pop("Content-Type")
        return Response(status_code=304, headers=headers)
    if packed is None:
        return Response(kept.plain, headers=headers)
    headers["Content-Encoding"] = "gzip"
    return Response(packed, headers=headers)


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding takes gzip: named, and not with `q=0`. RFC 9110, 12.5.3."""
    for part in accepted.lower().split(","):
        coding, _, weight = part.replace(" ", "").partition(";q=")
        if coding in {"gzip", "x-gzip"}:
            return not weight or weight.strip("0.") != ""
    return False


def _has_it(kept: Kept, none_match: str | None, modified_since: str | None) -> bool:
    if none_match is not None:
        tags = (tag.strip().removeprefix("W/").strip('"').removesuffix("-gz") for tag in none_match.split(","))
        return none_match.strip() == "*" or kept.etag in tags
    return modified_since is not None and modified_since == kept.headers["Last-Modified"]
