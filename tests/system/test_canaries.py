"""No name leaves the cases service, and in its database none can be read. Rules C13, X5.

Every text that an operation takes, by the service's own description, is a name; names also stand where none belongs: in
addresses, headers, broken bodies, fields of another type. Then everything that the system wrote is searched.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from beatbook.contracts.actor import Grant
from beatbook.runtime.databases import SERVICES, database_of
from beatbook.runtime.instance import Instance
from beatbook.runtime.tokens import issue_token
from tests.cases.access.matrix import Part, parts
from tests.cases.access.world import World
from tests.gateway.country import Country, found
from tests.serving import Running
from tests.system.canaries import NAME, NEEDLES, OPEN, OPEN_NEEDLES, found_in, planted, texts, today
from tests.system.collector import Collector, collecting
from tests.system.test_tracing import started, token
from tests.system.test_up import Up, free_block

pytestmark = pytest.mark.timeout(600)

PLAIN = ("/incidents", "/agencies", "/category-tables", "/programmes", "/patterns")
"""What takes texts that are plain by rule: about places, organisations and rules, never about a person."""
UNREACHED = {
    "services__cases__conferences__schemas__Result.text",
    "services__cases__problems__schemas__ReviewIn.finding",
    "AcceptIn.title",
    "DismissIn.reason",
}
"""Texts of steps that a case of the matrix's worlds is not ready for, or of proposals that the clock ends here."""
CALLERS = (
    ("mira", ["officer@XK.PRI"]), ("sue", ["supervisor@XK"]), ("eve", ["oversight@XK"]), ("root", ["admin@XK"]),
    ("gala", ["officer@XK"]), ("nora", ["partner@XK"]),
)  # fmt: skip


class Planting(World):
    """A world in which every text is a name."""

    done: set[str]
    refusals: list[str]

    async def make(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        as_: str = "officer@XK.PRI",
        subject: str = "mira",
        agency: str | None = None,
    ) -> Any:
        sent, seen = planted(method, path, today(body), word_for(path))
        headers = {"If-Match": "*"} | (
            {"Authorization": self.tokens(as_, subject=subject, agency=agency)} if as_ else {}
        )
        answer = await self.real.request(method, "/v1" + path, json=sent, headers=headers)
        if not answer.is_success:  # a text that has to mean something, such as a receipt
            self.refusals.append(answer.text)
            answer = await self.real.request(method, "/v1" + path, json=today(body), headers=headers)
            seen = set()
        if answer.status_code == 409 and answer.json()["code"] == "code-taken":
            return {}  # parts share this installation, and an agency is registered once
        assert answer.is_success, (path, answer.text)
        self.done |= seen
        return answer.json() if answer.content else None


def word_for(path: str) -> str:
    return OPEN if path.startswith(PLAIN) else NAME


async def exercise(world: Planting, part: Part) -> None:
    """Make the part's world of names, then do every operation, as it should be and as it should not."""
    ids = await part.prepare(world)
    for op in part.ops.values():
        path = op.path.format(**ids)
        for subject, grants in CALLERS:
            headers = {
                "Authorization": world.tokens(*grants, subject=subject), "If-Match": "*", "User-Agent": NAME.encode(),
                "X-Forwarded-For": NAME.encode(), "baggage": "name=qanarina", "tracestate": "caller=qanarina",
            }  # fmt: skip
            request = op.request(ids, headers)
            if "json" in request:
                request["json"], seen = planted(op.method, path, today(request["json"]), word_for(path))
                answer = await world.real.request(**request)
                if answer.is_success:
                    world.done |= seen
                    break
                world.refusals.append(answer.text)
            elif (await world.real.request(**request)).is_success:
                break
        await provoke(world, op.method, path, headers)


async def provoke(world: Planting, method: str, path: str, headers: dict[str, Any]) -> None:
    """Names where none belongs: what comes back, and what is written about it, says none."""
    ask = world.real.request
    named = headers | dict.fromkeys(("If-Match", "Authorization"), NAME.encode())
    broken: list[dict[str, Any]] = [
        {"url": f"/v1{path}", "content": f'{{"{NAME}": "{NAME}'.encode()},
        {"url": f"/v1{path}", "json": {NAME: NAME, "area": NAME, "kind": NAME, "read_on": NAME, "person_id": NAME}},
        {"url": f"/v1{path}", "json": [NAME]},
        {"url": f"/v1{path}/{NAME}", "json": {}},
        {"url": f"/v1{path}", "params": dict.fromkeys(("area", "after", "kind", "name", "limit"), NAME), "json": {}},
        {"url": f"/v1{path}", "headers": named, "json": {}},
    ]  # fmt: skip
    for request in broken:
        key = {"Idempotency-Key": "a key of its own"} if method == "POST" else {}
        answer = await ask(method, **{"headers": headers | key, **request})
        assert answer.status_code < 500, (path, answer.text)
        if not answer.is_success:
            world.refusals.append(answer.text)


@contextlib.asynccontextmanager
async def planting(running: dict[str, Running], directory: Path) -> AsyncIterator[Planting]:
    """The API of a running installation, and its database as its administrator."""
    instance = Instance(directory)
    admin = await asyncpg.connect(admin_url(instance, "cases"))

    def tokens(*grants: str, subject: str, agency: str | None = None) -> str:
        return "Bearer " + issue_token(
            instance, [Grant.parse(grant) for grant in grants], subject=subject, agency=agency
        )

    async with httpx.AsyncClient(base_url=running["cases"].url, timeout=60) as http:
        world = Planting(http, http, admin, None, tokens)  # type: ignore[arg-type]  # nobody looks through the wall here
        world.done, world.refusals = set(), []
        yield world
    await admin.close()


def admin_url(instance: Instance, service: str) -> str:
    server = f"127.0.0.1:{instance.last_port('postgres')}"
    return f"postgresql://postgres:{instance.secret('postgres')}@{server}/{database_of(service)}"


async def dumped(instance: Instance, service: str) -> dict[str, bytes]:
    """Every row of every table of a service's database, as text."""
    db = await asyncpg.connect(admin_url(instance, service))
    tables = await db.fetch("select tablename from pg_tables where schemaname = 'public'")
    dumps = {
        f"{service}.{row['tablename']}": "\n".join(
            line[0] for line in await db.fetch(f'select t::text from "{row["tablename"]}" t')
        ).encode()
        for row in tables
    }
    await db.close()
    return dumps


async def test_no_name_is_written_anywhere(tmp_path: Path, eventually: Any) -> None:
    with collecting() as collector:
        up = Up(
            tmp_path / "data",
            free_block(),
            {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_METRIC_EXPORT_INTERVAL": "1000",
             "BEATBOOK_TRACE_SAMPLING": "1"},
        )  # fmt: skip
        async with started(up) as running, planting(dict(running), up.directory) as world:
            await found(Country(running, token(up, "admin")))

            async def heard() -> bool:
                return bool(await world.admin.fetchval("select 1 from areas where code = 'XK.PRI.DARDANIA'"))

            await eventually(heard)
            for _, part in sorted(
                parts().items(), key=lambda named: named[0] == "partners"
            ):  # referrals know its agency widest
                await exercise(world, part)
            written = await everything(running, Instance(up.directory))
            unplanted = texts() - world.done - UNREACHED
            await asyncio.to_thread(up.stop)
        written |= files(up.directory, collector)
    answered = "\n".join(world.refusals).encode()
    assert {place: leaks for place, content in written.items() if (leaks := found_in(content))} == {}
    assert found_in(answered) == []
    elsewhere = {place: content for place, content in written.items() if not place.startswith("cases.")}
    assert {place for place, content in elsewhere.items() if found_in(content, OPEN_NEEDLES)} == set()
    assert not unplanted, f"texts that no operation of the access matrix plants: {sorted(unplanted)}"
    assert any(needle in NAME.encode() for needle in NEEDLES), "and the search can find one"


async def everything(running: Any, instance: Instance) -> dict[str, bytes]:
    """What the running system answers about itself, and its databases row by row."""
    written = {f"metrics of {name}": (await one.http.get("/metrics")).content for name, one in running.items()}
    for service in SERVICES:
        written |= await dumped(instance, service)
    return written


def files(directory: Path, collector: Collector) -> dict[str, bytes]:
    """Logs of all processes and servers, the broker's store, and what went to the collector."""
    kept = {
        str(path): path.read_bytes()
        for place in ("logs", "nats")
        for path in (directory / place).rglob("*")
        if path.is_file()
    }
    assert any("postgres" in path for path in kept)
    assert len(collector.bodies) > 5
    return kept | {f"export {number}": body for number, body in enumerate(collector.bodies)}
