"""Sending streams of incidents, and what a file of them looks like."""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
import pytest

IMPORT = "b" * 64
Send = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def send(api: httpx.AsyncClient, tokens: Callable[..., str]) -> Send:
    async def put(
        body: Any, media: str = "text/csv", *, as_: Sequence[str] = ("officer@XK",), headers: Any = None, **query: str
    ) -> httpx.Response:
        return await api.put(
            f"/v1/incidents/imports/{query.pop('import_id', IMPORT)}",
            content=body,
            params={"root": "XK", "source": "police"} | query,
            headers={"Authorization": tokens(*as_), "Content-Type": media} | (headers or {}),
        )

    return put


def csv_of(rows: Sequence[dict[str, Any]]) -> bytes:
    names = ["external_id", "month", "category", "area", "longitude", "latitude"]
    lines = [",".join(names), *(",".join(str(row.get(name, "")) for name in names) for row in rows)]
    return "".join(f"{line}\n" for line in lines).encode()


def lines_of(rows: Sequence[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def row(number: int, **changes: Any) -> dict[str, Any]:
    return {"external_id": str(number), "month": "2022-01", "category": "0801", "area": "XK.PRI", **changes}
