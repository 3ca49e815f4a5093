"""A forum's meetings, 50 per page, by the real API: at 100 forums beside 10,000, each with as many meetings.

First page and the page after it, for the public and for who is inside; and an area's list, which is only shown. Before
anything is timed, the plans of every statement are compared: node by node, with the indexes.

Wanted: the same plans, and at 10,000 forums at most 1.2x of the median time of a request.

Run: nice .venv/bin/python -m benchmarks.lists [--few 100] [--many 10000] [--meetings 120] [--requests 60] [--rounds 5]
"""

import argparse
import asyncio
import contextlib
import json
import random
import time
from collections.abc import Awaitable, Callable
from statistics import median
from typing import Any

import asyncpg
import httpx
from fastapi import FastAPI
from sqlalchemy import event

from benchmarks.forums import found
from benchmarks.measuring import Ratio, Servers, arguments, interleaved, migrated, report, servers
from benchmarks.serving import authorization, settings_of
from tests.serving import asgi_client, make_app, service_named

FORUM = service_named("forum")
LISTS = {
    "public": (False, "/v1/forums/{forum}/meetings"),
    "public, next page": (False, "/v1/forums/{forum}/meetings?after={after}"),
    "inside": (True, "/v1/forums/{forum}/meetings"),
    "inside, next page": (True, "/v1/forums/{forum}/meetings?after={after}"),
    "municipality": (False, "/v1/meetings?area={area}"),
    "country": (False, "/v1/meetings?area=XK"),
    "country, inside": (True, "/v1/meetings?area=XK"),
}
SHOWN_ONLY = ("municipality", "country", "country, inside")


class Country:
    """One database with its API, and some of its forums."""

    def __init__(self, app: FastAPI, http: httpx.AsyncClient, url: str, headers: dict[str, str]) -> None:
        self.app, self.http, self.url, self.headers = app, http, url, headers
        self.forums: list[dict[str, str]] = []

    async def choose(self, count: int) -> None:
        """Take forums by chance, and find where their second page begins."""
        db = await asyncpg.connect(self.url)
        rows = await db.fetch("select id::text as forum, area from forums")
        await db.close()
        for row in random.Random(7).sample([dict(row) for row in rows], min(count, len(rows))):
            first = await self.http.get(LISTS["public"][1].format(**row))
            self.forums.append(row | {"after": first.json()["next"]})

    async def ask(self, name: str, forum: dict[str, str]) -> None:
        """One page."""
        inside, path = LISTS[name]
        answer = await self.http.get(path.format(**forum), headers=self.headers if inside else {})
        assert len(answer.json()["items"]) == 50, answer.text[:200]

    async def plan(self, name: str) -> Any:
        """The plan of the list's own statement, as the API sends it."""
        sent: list[tuple[str, Any]] = []

        def note(_c: Any, _k: Any, statement: str, parameters: Any, *_: Any) -> None:
            if "FROM meetings" in statement:
                sent.append((statement, parameters))

        engine = self.app.state.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", note)
        await self.ask(name, self.forums[0])
        event.remove(engine, "before_cursor_execute", note)
        ((statement, parameters),) = sent
        db = await asyncpg.connect(self.url)
        found = json.loads(await db.fetchval("explain (format json) " + statement, *parameters))
        await db.close()
        return _shape(found[0]["Plan"])


def _shape(node: dict[str, Any]) -> Any:
    """A plan without its estimates."""
    return [node["Node Type"], node.get("Index Name"), *map(_shape, node.get("Plans", []))]


async def compare(machines: Servers, chosen: argparse.Namespace) -> bool:
    """Fill both, compare the plans, then the times."""
    headers = authorization(machines)
    async with contextlib.AsyncExitStack() as stack:
        countries: dict[int, Country] = {}
        for forums in (chosen.few, chosen.many):
            url = await migrated(machines, FORUM)
            await found(url, forums, chosen.meetings)
            app = make_app(settings_of(machines, FORUM, url, role="api"), "forum")
            http = await stack.enter_async_context(asgi_client(app))
            countries[forums] = Country(app, http, url, headers)
            await countries[forums].choose(chosen.requests)
        same = True
        for name in LISTS:
            few, many = [await country.plan(name) for country in countries.values()]
            same &= few == many or name in SHOWN_ONLY
            print(f"{name}: {json.dumps(many)}" + ("" if few == many else f" BUT WITH FEW {json.dumps(few)}"))

        def way(name: str, country: Country) -> Callable[[], Awaitable[float]]:
            async def run() -> float:
                taken = []
                for forum in country.forums:
                    began = time.perf_counter()
                    await country.ask(name, forum)
                    taken.append(time.perf_counter() - began)
                return median(taken) * 1e3

            return run

        ways = {f"{name}, at {size:,}": way(name, each) for name in LISTS for size, each in countries.items()}
        figures = await interleaved(ways, rounds=chosen.rounds)
    wanted = [
        Ratio(f"{name}, at {chosen.many:,}", f"{name}, at {chosen.few:,}",
              at_most=None if name in SHOWN_ONLY else 1.2)
        for name in LISTS
    ]  # fmt: skip
    print(f"same plans: {'met' if same else 'NOT MET'}")
    return report("lists", "milliseconds, median of a round's requests", figures, wanted) and same


def main() -> None:
    """Measure on servers of our own."""
    chosen = arguments(__doc__, few=100, many=10_000, meetings=120, requests=60)
    with servers() as machines:
        asyncio.run(compare(machines, chosen))


if __name__ == "__main__":
    main()
