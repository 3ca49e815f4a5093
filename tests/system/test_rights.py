"""Cheating: what a service must not do with its own credentials, on a stack started as a user starts it. ADR 0013.

Each attempt is refused, and its effect did not happen; everything a service has to do still works.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest

from beatbook.kit.broker import api_prefix, inbox_prefix, stream_name, wake_subject
from beatbook.runtime.databases import SERVICES
from beatbook.runtime.instance import Instance
from tests.chaos.country import Country
from tests.serving import service_named
from tests.system.cheating import CALLS, FORBIDDEN, NOT_EVEN_ITS_OWN, READING, Cheat, Stack, cheating
from tests.system.test_up import PATIENCE, Up, beatbook, free_block

pytestmark = [pytest.mark.timeout(600), pytest.mark.asyncio(loop_scope="module")]

READERS = {name: service_named(name).sources for name in SERVICES}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    up = Up(tmp_path_factory.mktemp("rights") / "data", free_block())
    ready = up.start()
    try:
        yield Stack(ready, Instance(up.directory))
    finally:
        up.stop()


@pytest.fixture(scope="module", autouse=True)
def country(stack: Stack) -> None:
    """A country with forums and an incident, so that there are events of the forum and of cases."""
    token = beatbook("token", "--role", "admin", "--area", "XK", "--data-dir", str(stack.instance.directory))
    Country({name: stack.ready[name] for name in SERVICES}, token.stdout.strip()).found()


async def test_everything_a_service_has_to_do_still_works(stack: Stack) -> None:
    """Events pass from each log through the broker to all its readers, and nobody was ended for want of a right."""
    for name in ("forum", "cases"):
        async with cheating(stack, name) as own:

            async def published(name: str = name, own: Cheat = own) -> bool:
                state = (await own.ask(f"{api_prefix(None)}.STREAM.INFO.{stream_name(name)}") or {}).get("state", {})
                return bool(0 < len(await stack.events(name)) == state.get("messages"))

            await until(published)
    for reader, sources in READERS.items():
        for source in sources:

            async def read(reader: str = reader, source: str = source) -> bool:
                position = "select position from checkpoints where source = $1"
                return bool(await stack.ask(reader, position, source) == len(await stack.events(source)))

            await until(read)
    for name in SERVICES:
        log = stack.instance.log(name).read_text()
        assert "ermissions" not in log
        assert "from the log" not in log, "a reader got from the feed what the broker should have sent"
    assert json.loads(stack.instance.note.read_text())["pids"] == stack.ready["pids"]


async def test_the_gateway_hears_events_and_can_do_nothing_else(stack: Stack) -> None:
    async with cheating(stack, "gateway") as gateway, cheating(stack, "forum") as forum:
        assert await gateway.may_hear("beatbook.*.*.*.XX")
        await forum.say("beatbook.forum.nothing.happened.XX", b"an event")
        await until(lambda: answered(gateway.heard == [b"an event"]))
        assert await gateway.ask(f"$JS.API.STREAM.INFO.{stream_name('forum')}") is None
        assert not await gateway.may_say("beatbook.forum.cheated.by.gateway")
        for subject in (">", "beatbook-wake.forum", "$SYS.>", "_INBOX.>", "_INBOX_forum.>"):
            assert not await gateway.may_hear(subject), subject
    assert await cheated(stack, "forum") == {}


@pytest.mark.parametrize("process", SERVICES)
async def test_nobody_publishes_what_is_anothers(stack: Stack, process: str) -> None:
    async with cheating(stack, process) as cheat:
        for other in SERVICES:
            if other == process:
                continue
            subject = f"beatbook.{other}.cheated.by.{process}"
            for forbidden in (subject, wake_subject(other), f"{inbox_prefix(other)}.guessed", "$SYS.REQ.USER.INFO"):
                assert not await cheat.may_say(forbidden), forbidden
            # the server itself would answer there, were there no walls: it has all rights
            await cheat.say(f"{api_prefix(None)}.STREAM.INFO.{stream_name(process)}", b"", reply=subject)
            for source in READERS[process]:
                await cheat.say(f"{api_prefix(source)}.STREAM.INFO.{stream_name(source)}", b"", reply=subject)
                body: dict[str, Any] = {
                    "config": {"deliver_subject": subject, "deliver_policy": "all", "ack_policy": "none"}
                }
                body |= {"stream_name": stream_name(source)}
                await cheat.ask(f"{api_prefix(source)}.CONSUMER.CREATE.{stream_name(source)}", body)
    await asyncio.sleep(0.5)
    for other in SERVICES:
        assert await cheated(stack, other) == {}


@pytest.mark.parametrize("process", SERVICES)
async def test_nobody_touches_anothers_stream_nor_reads_one_it_does_not_follow(stack: Stack, process: str) -> None:
    before = {name: await standing(stack, name) for name in SERVICES}
    async with cheating(stack, process) as cheat:
        for other in SERVICES:
            for prefix in {api_prefix(None), api_prefix(other)}:
                reads = prefix == api_prefix(other) and other in READERS[process]
                owns = prefix == api_prefix(None) and other == process
                for call, body in CALLS.items():
                    if (reads and call in READING) or (owns and call not in NOT_EVEN_ITS_OWN):
                        continue
                    asked = f"{prefix}.{call}".format(stream=stream_name(other), subject=f"beatbook.{other}.>")
                    answer = await cheat.ask(asked, body and {**body, "name": stream_name(other)})
                    assert answer is None, (asked, answer)
        for source in READERS[process]:
            # a consumer's messages go where it says, and those without a body would be orders
            for order in (
                f"$JS.API.STREAM.DELETE.{stream_name(source)}",
                f"$JS.API.STREAM.PURGE.{stream_name(source)}",
            ):
                consumer = {
                    "deliver_subject": order,
                    "headers_only": True,
                    "deliver_policy": "all",
                    "ack_policy": "none",
                }
                body = {"stream_name": stream_name(source), "config": consumer}
                await cheat.ask(f"{api_prefix(source)}.CONSUMER.CREATE.{stream_name(source)}", body)
            answer = await cheat.ask(
                f"{api_prefix(source)}.STREAM.MSG.GET.{stream_name(source)}", {"last_by_subj": ">"}
            )
            assert answer is not None, "what it reads it does read"
        for call in ("STREAM.NAMES", "STREAM.LIST", "INFO", "ACCOUNT.PURGE.FORUM", "META.LEADER.STEPDOWN"):
            assert await cheat.ask(f"{api_prefix(None)}.{call}") is None
    after = {name: await standing(stack, name) for name in SERVICES}
    assert {name: created for name, (created, _) in after.items()} == {n: created for n, (created, _) in before.items()}
    assert all(after[name][1] >= before[name][1] for name in SERVICES)


@pytest.mark.parametrize("process", SERVICES)
async def test_nobody_listens_to_what_is_not_sent_to_it(stack: Stack, process: str) -> None:
    async with cheating(stack, process) as cheat:
        assert await cheat.may_hear(f"{inbox_prefix(process)}.mine")
        assert await cheat.may_hear(wake_subject(process))
        for other in (*SERVICES, "gateway"):
            if other != process:
                assert not await cheat.may_hear(f"{inbox_prefix(other)}.>")
                assert not await cheat.may_hear(wake_subject(other))
            assert not await cheat.may_hear(f"beatbook.{other}.>")
        for subject in (">", "*.>", "_INBOX.>", "$SYS.>", "$JS.>", "$JS.API.>", "$JS.EVENT.>", "$JS.ACK.>", "_R_.>"):
            assert not await cheat.may_hear(subject), subject
        assert cheat.heard == []


async def test_a_stream_with_odd_sources_gets_nothing_of_anothers(stack: Stack) -> None:
    """A service may shape its own stream; that is no way into the others' (webhooks does not read kpi)."""
    async with cheating(stack, "webhooks") as cheat:
        info = await cheat.ask(f"{api_prefix(None)}.STREAM.INFO.{stream_name('webhooks')}")
        assert info is not None
        change = f"{api_prefix(None)}.STREAM.UPDATE.{stream_name('webhooks')}"
        api = {"api": api_prefix("kpi"), "deliver": inbox_prefix("webhooks")}
        sources: list[dict[str, Any]] = [
            {"name": stream_name("kpi")},
            {"name": stream_name("kpi"), "external": api},
        ]
        for source in sources:
            try:
                await cheat.ask(change, info["config"] | {"sources": [source]})
                await asyncio.sleep(3)
                now = await cheat.ask(f"{api_prefix(None)}.STREAM.INFO.{stream_name('webhooks')}")
                assert now is not None
                assert now["state"]["messages"] == info["state"]["messages"]
            finally:
                await cheat.ask(change, info["config"])
        second = {"name": "second", "subjects": ["beatbook.kpi.>"]}
        assert await cheat.ask(f"{api_prefix(None)}.STREAM.CREATE.second", second) is None


@pytest.mark.parametrize("process", SERVICES)
async def test_nobody_enters_anothers_database(stack: Stack, process: str) -> None:
    for database in (*(f"beatbook_{other}" for other in SERVICES if other != process), "postgres", "template1"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(stack.database_url(process, database))
    for other in SERVICES:
        if other != process:
            disguised = stack.database_url(process, f"beatbook_{other}").replace(
                f"//beatbook_{process}:", f"//beatbook_{other}:"
            )
            with pytest.raises(asyncpg.InvalidPasswordError):
                await asyncpg.connect(disguised)


@pytest.mark.parametrize("process", SERVICES)
async def test_nobody_rewrites_its_log_or_leaves_its_database(stack: Stack, process: str, tmp_path: Path) -> None:
    before = await stack.events(process)
    db = await asyncpg.connect(stack.database_url(process, f"beatbook_{process}"))
    try:
        for statement in (*FORBIDDEN, f"set role beatbook_{SERVICES[process == SERVICES[0]]}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await db.execute(statement.format(file=tmp_path / "stolen"))
        rights = await db.fetchrow(
            """select rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls as more,
                      exists (select from pg_auth_members where member = pg_roles.oid) as a_member
               from pg_roles where rolname = current_user"""
        )
    finally:
        await db.close()
    assert rights is not None
    assert not any(rights.values())
    assert (await stack.events(process))[: len(before)] == before


@pytest.mark.parametrize("process", SERVICES)
async def test_a_log_is_read_over_http_by_its_readers_only(stack: Stack, process: str) -> None:
    known = {log: stack.instance.secret(f"feed_{log}") for log in (process, *READERS[process])}
    async with aiohttp.ClientSession() as http:
        for other in SERVICES:
            for log, secret in known.items():
                for path in ("events", "standing"):
                    url = f"{stack.ready[other]}/internal/{path}"
                    async with http.get(
                        url, params={"after": 0}, headers={"Authorization": f"Bearer {secret}"}
                    ) as answer:
                        assert answer.status == (200 if log == other else 401), (other, log)


async def standing(stack: Stack, name: str) -> tuple[str, int]:
    """When a service's stream was made, and how many messages it has: as the service itself sees it."""
    async with cheating(stack, name) as own:
        info = await own.ask(f"{api_prefix(None)}.STREAM.INFO.{stream_name(name)}")
    assert info is not None
    return info["created"], info["state"]["messages"]


async def cheated(stack: Stack, name: str) -> dict[str, int]:
    """Messages in a service's stream that a cheat put there."""
    async with cheating(stack, name) as own:
        asked = {"subjects_filter": f"beatbook.{name}.cheated.>"}
        info = await own.ask(f"{api_prefix(None)}.STREAM.INFO.{stream_name(name)}", asked)
    assert info is not None
    return dict(info["state"].get("subjects") or {})


async def answered(value: bool) -> bool:
    return value


async def until(check: Callable[[], Awaitable[bool]]) -> None:
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while not await check():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.1)
