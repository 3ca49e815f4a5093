"""The public page of minutes with forty items, against the same bytes as a static file of the same server.

One gateway in one process serves both: the page from its shelf, the file by Starlette's StaticFiles from disk, at a
path that it has in the benchmark only. Both go through the same middlewares and connections. Compared are compressed
answers (the file holds the compressed bytes), plain and conditional ones. The limit that the page approaches is an
answer without a disk. Also: bytes over the wire for a page, its style and its icon, and how many requests that is.

Run: nice python -m benchmarks.minutes_page [--rounds 5] [--requests 3000]
"""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
from starlette.staticfiles import StaticFiles

from beatbook.kit.app import create_app
from beatbook.kit.process import run
from beatbook.kit.settings import HttpSettings
from beatbook.runtime.ports import free_port
from benchmarks.measuring import Bound, Ratio, arguments, interleaved, migrated, rate, report, servers
from benchmarks.serving import authorization, councils, issuer, process, ready, settings_of
from gateway.app import create_app as gateway_app
from services.forum.app import service

AT_ONCE = 16
ITEMS = [
    {
        "heading": f"{number}. Street lights, parking and the way to school in quarter {number}",
        "text": "\n".join(
            f"Residents of street {number * 7 + line} say that lamp {line} has been out since week {number + line}; "
            f"the municipality will send its crew by day {number + 2 * line} and tell the forum what it cost and why."
            for line in range(6)
        ),
        "translations": {"sq": {"heading": f"{number}. Ndriçimi i rrugëve", "text": "Llambat nuk punojnë. " * 12}},
    }
    for number in range(40)
]


async def minuted(url: str, headers: dict[str, str]) -> str:
    """Publish minutes of forty items, and give their id."""
    (forum,) = await councils(url, headers, 1)
    async with aiohttp.ClientSession(headers=headers, raise_for_status=True) as http:

        async def send(path: str, body: Any, version: int | None = None) -> Any:
            given = {"If-Match": f'"{version}"'} if version else {}
            async with http.post(f"{url}/v1{path}", json=body, headers=given) as answer:
                return await answer.json()

        await send(f"/forums/{forum}/rules-of-procedure", {"text": "We listen.", "adopted_on": "2026-01-01"})
        seat = {"name": "A. Chair", "sector": "resident", "role": "chair", "term_start": "2026-01-01"}
        await send(f"/forums/{forum}/members", seat)
        held = "2026-02-10T17:00:00+00:00"
        meeting = await send(f"/forums/{forum}/meetings", {"purpose": "accountability", "starts_at": held})
        path = f"/meetings/{meeting['id']}"
        await send(f"{path}/hold", {"held_at": held, "public": [{"count": 40}]}, meeting["version"])
        minutes = await send(f"{path}/minutes", {"items": ITEMS, "language": "en"})
        for number in range(12):
            decision = {"agenda_item": f"Item {number}", "text": "Mend the lamps of the quarter", "owner": "Works"}
            await send(f"{path}/decisions", decision)
        for step, body in (("circulate", {}), ("approve", {"by": "chair"}), ("publish", {})):
            minutes = await send(f"/minutes/{minutes['id']}/{step}", body, minutes["version"])
        return str(minutes["id"])


async def get(http: aiohttp.ClientSession, url: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    async with http.get(url, headers={"Accept-Encoding": "identity", **headers}) as answer:
        return answer.status, await answer.read(), {name.lower(): value for name, value in answer.headers.items()}


async def weigh(http: aiohttp.ClientSession, base: str, page: str) -> tuple[int, int]:
    """Bytes over the wire (bodies and headers) of a page with all that it loads, and how many requests that is."""
    _, text, _ = await get(http, page)
    loads = re.findall(rb'<(?:link rel="(?:stylesheet|icon)"|script|img)[^>]* (?:href|src)="([^"]+)"', text)
    addresses = [page, *dict.fromkeys(f"{base}{address.decode()}" for address in loads)]
    weight = 0
    for address in addresses:
        _, body, headers = await get(http, address, **{"Accept-Encoding": "gzip"})
        weight += len(body) + sum(len(name) + len(value) + 4 for name, value in headers.items())
    return weight, len(addresses)


async def compare(gateway: str, minutes: str, files: Path, rounds: int, requests: int) -> bool:
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(auto_decompress=False, connector=connector) as http:
        page = f"{gateway}/minutes/{minutes}"
        packed = {"Accept-Encoding": "gzip"}
        plain, small = (await get(http, page))[1], (await get(http, page, **packed))[1]
        (files / "page.html").write_bytes(plain)
        (files / "page.html.gz").write_bytes(small)
        weight, asked = await weigh(http, gateway, page)
        print(
            f"plain {len(plain):,} bytes, compressed {len(small):,}; with style and icon {weight:,} in {asked} requests"
        )

        def way(address: str, status: int, **headers: str) -> Callable[[], Any]:
            async def one_after_another() -> None:
                for _ in range(requests // AT_ONCE):
                    assert (await get(http, address, **headers))[0] == status

            async def all_at_once() -> float:
                return await rate(requests, lambda: asyncio.gather(*(one_after_another() for _ in range(AT_ONCE))))

            return all_at_once

        file, tags = f"{gateway}/bench/page.html", {}
        for name, address, headers in (("page", page, packed), ("file", f"{file}.gz", {})):
            tags[name] = (await get(http, address, **headers))[2]["etag"]
        figures = await interleaved(
            {
                "page, compressed": way(page, 200, **packed),
                "file, compressed": way(f"{file}.gz", 200),
                "page, plain": way(page, 200),
                "file, plain": way(file, 200),
                "page, unchanged": way(page, 304, **packed, **{"If-None-Match": tags["page"]}),
                "file, unchanged": way(f"{file}.gz", 304, **{"If-None-Match": tags["file"]}),
            },
            rounds=rounds,
        )
        met = report(
            "minutes_page",
            "requests/s",
            figures,
            [Ratio(f"page, {kind}", f"file, {kind}", at_least=0.6) for kind in ("compressed", "plain", "unchanged")],
        )
        wire = {"kB over the wire, all": [weight / 1000], "requests": [float(asked)]}
        bounds = [Bound("kB over the wire, all", 60), Bound("requests", 3)]
        return report("minutes_page", "one reader", wire, bounds=bounds) and met


def main() -> None:
    chosen = arguments(__doc__, requests=3000)
    with servers() as machines:
        headers = authorization(machines)
        files = machines.directory / "files"
        files.mkdir()
        forum = settings_of(machines, service, asyncio.run(migrated(machines, service)), role="api")
        settings = HttpSettings(
            port=free_port(),
            nats_url=machines.nats.url,
            jwks=str(issuer(machines).jwks),
            embedded=True,
            forum_url=f"http://127.0.0.1:{forum.port}",
            log_file=machines.directory / "gateway.log",
        )

        def gateway() -> None:
            app = gateway_app(settings)
            app.mount("/bench", StaticFiles(directory=files))
            run("gateway", settings, app)

        async def measure() -> bool:
            services = f"http://127.0.0.1:{forum.port}", f"http://127.0.0.1:{settings.port}"
            await asyncio.gather(*map(ready, services))
            minutes = await minuted(services[0], headers)
            return await compare(services[1], minutes, files, chosen.rounds, chosen.requests)

        with process(machines, lambda: run("forum", forum, create_app(service, forum))), process(machines, gateway):
            asyncio.run(measure())


if __name__ == "__main__":
    main()
