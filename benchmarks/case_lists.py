"""A list of 50 cases under row-level security, and the same list of the same data without it.

20,000 problem-solving cases in 200 areas, asked for by several roles: over the API (`GET /v1/problems`: policy, keys,
audit and all), and the list's own statement alone, which is only shown. Without: the same database copied, row-level
security disabled.

Wanted: at most 1.3x over the API.

Run: nice .venv/bin/python -m benchmarks.case_lists [--cases 20000] [--requests 40] [--rounds 5]
"""

import argparse
import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import asyncpg
import httpx
from fastapi import FastAPI
from sqlmodel import col, select

from beatbook.contracts.actor import Actor, Grant
from beatbook.kit.db import Database, set_context
from beatbook.kit.ids import new_id
from beatbook.kit.sealing import KeyRing
from beatbook.runtime.tokens import issue_token
from benchmarks.measuring import Ratio, Servers, arguments, interleaved, migrated, report, servers
from benchmarks.serving import issuer, settings_of
from services.cases.files.queries import visible_to
from services.cases.files.rules import Kind
from services.cases.files.tables import CaseFile
from services.cases.problems.tables import Problem
from tests.serving import asgi_client, make_app, service_named

CASES = service_named("cases")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
CALLERS = {
    "supervisor of an area": ("supervisor@XK.M1.N1", "sue"),
    "supervisor of a municipality": ("supervisor@XK.M1", "sue"),
    "supervisor of the country": ("supervisor@XK", "sue"),
    "officer with 60 cases": ("officer@XK.M1", "officer"),
    "officer without": ("officer@XK.M1", "nobody"),
}
WAYS = {"under row-level security": True, "without": False}


async def fill(admin_url: str, secret: str, cases: int) -> None:
    """Cases in 200 areas, each with its key and a sealed title."""
    vault, dice = KeyRing([secret]), random.Random(50)
    files: list[tuple[Any, ...]] = []
    keys: list[tuple[Any, ...]] = []
    problems: list[tuple[Any, ...]] = []
    for number in range(cases):
        case_id = new_id()
        wrapped, key = vault.make(case_id)
        place = number % 200
        team = ["officer"] if place % 20 == 1 and number < 1200 else [f"officer{dice.randrange(1000)}"]
        files.append(
            (case_id, "problem", f"XK.M{place % 20}.N{place}", f"lead{number % 400}", team, [], NOW, "bench", 1)
        )
        keys.append((case_id, wrapped))
        problems.append((
            case_id, "scanning", key.seal("Stolen bicycles at the station", "problems.title"),
            key.seal({}, "problems.parts"), "{}", 1,
        ))  # fmt: skip
    columns = ("id", "kind", "area", "supervisor", "team", "shared", "opened_at", "opened_by", "retention_version")
    db = await asyncpg.connect(admin_url)
    await db.copy_records_to_table("case_files", records=files, columns=columns)
    await db.copy_records_to_table("case_keys", records=keys, columns=("case_id", "wrapped"))
    written = ("id", "phase", "sealed_title", "sealed_parts", "figures", "version")
    await db.copy_records_to_table("problems", records=problems, columns=written)
    await db.execute("vacuum analyze")
    await db.close()


async def unwalled(machines: Servers, url: str) -> str:
    """A copy of the database without row-level security."""
    server, _, name = machines.postgres.admin_url.rpartition("/")[0], *url.rpartition("/")[1:]
    admin = await asyncpg.connect(machines.postgres.admin_url)
    await admin.execute(f'create database "{name}_open" template "{name}" owner beatbook_cases')
    await admin.close()
    copy = await asyncpg.connect(f"{server}/{name}_open")
    walled = await copy.fetch("select relname from pg_class where relrowsecurity")
    for row in walled:
        await copy.execute(f'alter table "{row["relname"]}" disable row level security, no force row level security')
    await copy.execute("vacuum analyze")
    await copy.close()
    return f"{url}_open"


async def compare(machines: Servers, chosen: argparse.Namespace) -> bool:
    """Fill both, then time each list by each caller on both."""
    url = await migrated(machines, CASES)
    secret = settings_of(machines, CASES, url).case_keys.get_secret_value()  # type: ignore[attr-defined]  # of the cases service
    admin_url = machines.postgres.admin_url.rpartition("/")[0] + "/" + url.rpartition("/")[2]
    await fill(admin_url, secret, chosen.cases)
    copy = await unwalled(machines, url)
    async with contextlib.AsyncExitStack() as stack:
        apis: dict[str, tuple[FastAPI, httpx.AsyncClient]] = {}
        for way, walled in WAYS.items():
            app = make_app(settings_of(machines, CASES, url if walled else copy, role="api"), "cases")
            apis[way] = app, await stack.enter_async_context(asgi_client(app))

        def over_api(way: str, caller: str) -> Callable[[], Awaitable[float]]:
            grant, subject = CALLERS[caller]
            token = issue_token(issuer(machines), [Grant.parse(grant)], subject=subject, lifetime=timedelta(hours=4))

            async def run() -> float:
                taken = []
                for _ in range(chosen.requests):
                    began = time.perf_counter()
                    answer = await apis[way][1].get("/v1/problems", headers={"Authorization": f"Bearer {token}"})
                    taken.append(time.perf_counter() - began)
                    assert len(answer.json()["items"]) == (0 if "without" in caller else 50), answer.text[:200]
                return median(taken) * 1e3

            return run

        def statement_alone(way: str, caller: str) -> Callable[[], Awaitable[float]]:
            grant, subject = CALLERS[caller]
            actor = Actor(subject=subject, grants=(Grant.parse(grant),))
            database: Database = apis[way][0].state.database
            wanted: Any = select(Problem, CaseFile).join(CaseFile, col(CaseFile.id) == col(Problem.id))
            wanted = visible_to(wanted, actor, NOW, Kind.PROBLEM).order_by(col(Problem.id)).limit(51)

            async def run() -> float:
                taken = []
                async with database.sessions.begin() as session:
                    await set_context(session, actor, NOW)
                    for _ in range(chosen.requests):
                        began = time.perf_counter()
                        (await session.exec(wanted)).all()
                        taken.append(time.perf_counter() - began)
                return median(taken) * 1e3

            return run

        makers = {"": over_api, "statement, ": statement_alone}
        ways = {
            f"{prefix}{caller}, {way}": make(way, caller)
            for prefix, make in makers.items()
            for caller in CALLERS
            for way in WAYS
        }
        figures = await interleaved(ways, rounds=chosen.rounds)
    over, without = WAYS
    wanted = [
        Ratio(f"{prefix}{caller}, {over}", f"{prefix}{caller}, {without}", at_most=None if prefix else 1.3)
        for prefix in makers
        for caller in CALLERS
    ]
    return report("case_lists", "milliseconds, median of a round's requests", figures, wanted)


def main() -> None:
    """Measure on servers of our own."""
    chosen = arguments(__doc__, cases=20_000, requests=40)
    with servers() as machines:
        asyncio.run(compare(machines, chosen))


if __name__ == "__main__":
    main()
