"""Message headers, read only when somebody looks. ADR 0012.

Reading eleven headers into a dict was the dearest step of receiving an event, and most of them nobody asks for.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from nats.aio.client import Client

_FIRST_LINE = b"NATS/1.0\r\n"


class Headers(Mapping[str, str]):
    """The headers of one message, as they came."""

    __slots__ = ("_fields", "_raw")

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._fields: dict[str, str] | None = None

    @property
    def fields(self) -> dict[str, str]:
        """All headers, by name as sent."""
        if self._fields is None:
            self._fields = _read(self._raw)
        return self._fields

    def __getitem__(self, name: str) -> str:
        return self.fields[name]

    def get(self, name: str, default: Any = None) -> Any:
        """A header's value, or the default."""
        return self.fields.get(name, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    def __bool__(self) -> bool:
        return True


def _read(raw: bytes) -> dict[str, str]:
    try:
        return dict([line.split(": ", 1) for line in raw[len(_FIRST_LINE) : -4].decode().split("\r\n")])
    except ValueError:  # not as our relays write them: as the library reads them
        return Client._parse_header_lines(raw[len(_FIRST_LINE) :])


class FrugalClient(Client):
    """A NATS client that leaves headers unread; should its library stop asking this method, they are dicts again."""

    async def _process_headers(self, headers: bytes) -> dict[str, str] | None:
        if headers and headers.startswith(_FIRST_LINE) and len(headers) > len(_FIRST_LINE) + 2:
            return Headers(headers)  # type: ignore[return-value]  # all that the library and we ask is a mapping
        return await super()._process_headers(headers)
