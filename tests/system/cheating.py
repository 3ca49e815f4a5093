"""A running instance as a cheat in one of its services sees it: with that service's own credentials."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError

from beatbook.kit.broker import inbox_prefix
from beatbook.runtime.databases import service_url
from beatbook.runtime.instance import Instance
from beatbook.runtime.nats import user_of
from beatbook.runtime.rights import OWNER_CALLS

_LOG = "select array_agg((seq, id, type, subject, area, time, actor, data)::text order by seq) from events"
FORBIDDEN = (
    "delete from events",
    "truncate events",
    "update events set data = '{{}}'",
    "update events set time = now()",
    "update events set actor = 'somebody else' where false",
    "create trigger forget before insert on events for each row execute function suppress_redundant_updates_trigger()",
    "create role accomplice login superuser",
    "create database hideout",
    "alter role current_user superuser",
    "alter role current_user createrole",
    "alter system set log_statement = 'all'",
    "select pg_read_file('/etc/passwd')",
    "select pg_ls_dir('/')",
    "copy events to '{file}'",
    "copy events from '/etc/passwd'",
    "copy events to program 'cat > {file}'",
    "select lo_import('/etc/passwd')",
    "create function steal() returns text language c as '/lib/libc.so.6', 'getenv'",
)
"""What a service's role tries in its own database."""
CALLS: dict[str, dict[str, Any] | None] = {
    "STREAM.CREATE.{stream}": {"subjects": ["taken.>"]},
    "STREAM.UPDATE.{stream}": {"subjects": ["taken.>"]},
    "STREAM.DELETE.{stream}": None,
    "STREAM.PURGE.{stream}": None,
    "STREAM.INFO.{stream}": None,
    "STREAM.MSG.GET.{stream}": {"last_by_subj": ">"},
    "STREAM.MSG.DELETE.{stream}": {"seq": 1},
    "STREAM.SNAPSHOT.{stream}": {"deliver_subject": "snapshot"},
    "STREAM.RESTORE.{stream}": {"config": {}},
    "STREAM.LEADER.STEPDOWN.{stream}": None,
    "CONSUMER.CREATE.{stream}": {"config": {"deliver_policy": "all", "ack_policy": "none"}},
    "CONSUMER.CREATE.{stream}.mine.{subject}": {"config": {"name": "mine"}},
    "CONSUMER.DURABLE.CREATE.{stream}.mine": {"config": {"durable_name": "mine"}},
    "CONSUMER.NAMES.{stream}": None,
    "CONSUMER.LIST.{stream}": None,
    "CONSUMER.DELETE.{stream}.mine": None,
    "CONSUMER.PAUSE.{stream}.mine": {"pause_until": "2100-01-01T00:00:00Z"},
    "DIRECT.GET.{stream}": {"seq": 1},
    "DIRECT.GET.{stream}.{subject}": None,
}
"""JetStream's calls on a stream, with a body that would have an effect."""
READING = ("STREAM.INFO.{stream}", "STREAM.MSG.GET.{stream}", "CONSUMER.CREATE.{stream}")
NOT_EVEN_ITS_OWN = [call for call in CALLS if call.partition(".{")[0] not in OWNER_CALLS]


@dataclass
class Stack:
    """A running instance, and what a cheat in one of its services knows: that service's own credentials."""

    ready: dict[str, Any]
    instance: Instance

    def database_url(self, service: str, database: str) -> str:
        server = f"postgresql://127.0.0.1:{self.instance.last_port('postgres')}"
        own = service_url(server, service, self.instance.secret(f"database_{service}"))
        return own.rpartition("/")[0] + f"/{database}"

    def nats_url(self, process: str) -> str:
        port = self.instance.last_port("nats")
        return f"nats://{user_of(process)}:{self.instance.secret(f'nats_{process}')}@127.0.0.1:{port}"

    async def events(self, service: str) -> list[str]:
        """A service's log."""
        return await self.ask(service, _LOG) or []

    async def ask(self, service: str, query: str, *arguments: Any) -> Any:
        """A value from a service's database, as PostgreSQL's administrator sees it."""
        server = f"127.0.0.1:{self.instance.last_port('postgres')}"
        password = self.instance.secret("postgres")
        admin = await asyncpg.connect(f"postgresql://postgres:{password}@{server}/beatbook_{service}")
        try:
            return await admin.fetchval(query, *arguments)
        finally:
            await admin.close()


@dataclass
class Cheat:
    """A connection to the broker with one process's credentials, and what the broker said to it."""

    process: str
    client: Client
    violations: list[str] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)

    async def ask(self, subject: str, body: object = None) -> dict[str, Any] | None:
        """What is answered to a request; None when it was refused or nobody answers."""
        before = len(self.violations)
        answer = asyncio.ensure_future(
            self.client.request(subject, b"" if body is None else json.dumps(body).encode(), timeout=10)
        )
        try:
            while not answer.done() and len(self.violations) == before:
                await asyncio.wait({answer}, timeout=0.02)
            if not answer.done():
                return None
            answered: dict[str, Any] = json.loads(answer.result().data)
        except (NatsError, TimeoutError):
            return None
        finally:
            answer.cancel()
        return answered

    async def say(self, subject: str, body: bytes = b"forged", reply: str = "") -> None:
        """Publish, and wait until the server has dealt with it."""
        await self.client.publish(subject, body, reply=reply)
        await self.client.flush()

    async def may_say(self, subject: str) -> bool:
        """Whether the server lets it publish there."""
        before = len(self.violations)
        await self.say(subject)
        return not await self._refused(before)

    async def may_hear(self, subject: str) -> bool:
        """Whether the server lets it listen there."""

        async def hear(message: Any) -> None:
            self.heard.append(message.data)

        before = len(self.violations)
        await self.client.subscribe(subject, cb=hear)
        await self.client.flush()
        return not await self._refused(before)

    async def _refused(self, before: int) -> bool:
        """Whether a violation was told; the client tells of it a moment after the server did."""
        for _ in range(20):
            if len(self.violations) > before:
                break
            await self.client.flush()
        return len(self.violations) > before


@asynccontextmanager
async def cheating(stack: Stack, process: str) -> AsyncIterator[Cheat]:
    made: list[Cheat] = []

    async def told(error: Exception) -> None:
        if made and "permissions violation" in str(error).lower():
            made[0].violations.append(str(error))

    client = await nats.connect(
        stack.nats_url(process), error_cb=told, inbox_prefix=inbox_prefix(process).encode(), allow_reconnect=False
    )
    made.append(Cheat(process, client))
    try:
        yield made[0]
    finally:
        await client.close()
