"""The sender by itself, on a real database and a real receiver, its clock moved by hand. Rules W3, W5."""

import asyncio
import socket
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from beatbook.kit.db import Database
from beatbook.kit.ids import new_id
from services.webhooks.deliveries import queue
from services.webhooks.deliveries.connection import Outbound
from services.webhooks.deliveries.rules import AT_ONCE, GIVE_UP, LEASE, PAUSES, message
from services.webhooks.deliveries.sender import Sender
from services.webhooks.endpoints.sealing import Seal, new_secret
from tests.webhooks.conftest import Answer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Names(AbstractResolver):
    """A name server that says what the test wants."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(self, host, port=0, family=socket.AF_UNSPEC):
        return [
            ResolveResult(
                hostname=host, host=address, port=port, proto=0, flags=socket.AI_NUMERICHOST,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
            )
            for address in self.addresses
        ]  # fmt: skip

    async def close(self):
        pass


@dataclass
class Workbench:
    pool: asyncpg.Pool
    seal: Seal
    now: datetime = NOW

    async def endpoint(self, url: str, secret: str | None = None) -> UUID:
        endpoint_id = new_id()
        await self.pool.execute(
            """insert into endpoints
                   (id, agency, url, event_types, areas, state, secret, resumed_at, created_at, version)
               values ($1, 'agency', $2, '{minutes.published}', '{XK}', 'enabled', $3, $4, $4, 1)""",
            endpoint_id, url, self.seal.close(secret or new_secret(), endpoint_id), self.now,
        )  # fmt: skip
        return endpoint_id

    async def due(self, endpoint_id: UUID, *, subject: UUID | None = None, number: int = 1) -> UUID:
        delivery_id = new_id()
        await self.pool.execute(
            """insert into deliveries (id, endpoint_id, event_id, type, subject, area, body, state, attempts,
                                       next_attempt_at, created_at)
               values ($1, $2, $3, 'minutes.published', $4, 'XK', $5, 'pending', 0, $6, $6)""",
            delivery_id, endpoint_id, new_id(), subject or new_id(),
            message("minutes.published", self.now, {"number": number}), self.now,
        )  # fmt: skip
        return delivery_id

    @asynccontextmanager
    async def sending(self, *, embedded: bool = True, names: AbstractResolver | None = None):
        outbound = Outbound(embedded=embedded, resolver=names)
        task = asyncio.create_task(Sender(self.pool, outbound, self.seal, lambda: self.now).run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await outbound.close()

    async def state(self, delivery_id: UUID) -> str:
        return str(await self.pool.fetchval("select state from deliveries where id = $1", delivery_id))

    async def attempts(self, delivery_id: UUID) -> list[asyncpg.Record]:
        return list(await self.pool.fetch("select * from delivery_attempts where delivery_id = $1", delivery_id))

    async def attempted(self, delivery_id: UUID, times: int = 1) -> list[asyncpg.Record]:
        async with asyncio.timeout(20):
            while len(made := await self.attempts(delivery_id)) < times:
                await asyncio.sleep(0.02)
        return made

    async def health(self, endpoint_id: UUID) -> asyncpg.Record:
        row = await self.pool.fetchrow("select * from endpoints where id = $1", endpoint_id)
        assert row is not None
        return row


@pytest.fixture
async def bench(settings_for):
    settings = await settings_for("webhooks")
    database = Database(settings)
    yield Workbench(await database.pool(), Seal(settings.sealing_key()))
    await database.close()


async def test_a_slow_endpoint_slows_no_other(bench, receiver):
    """Rule W3."""
    receiver.always = lambda post: Answer(after=5 if post.path == "/hook/slow" else 0)
    slow, quick = await bench.endpoint(receiver.url + "/slow"), await bench.endpoint(receiver.url + "/quick")
    for endpoint_id in (slow, quick):
        for _ in range(30):
            await bench.due(endpoint_id)
    async with bench.sending(), asyncio.timeout(4):
        while sum(post.path == "/hook/quick" for post in receiver.posts) < 30:
            await asyncio.sleep(0.02)
    assert sum(post.path == "/hook/slow" for post in receiver.posts) <= AT_ONCE


async def test_attempts_at_once_are_bounded_and_one_while_failing(bench, receiver):
    """Rule W3."""
    receiver.always = lambda post: Answer(500, after=0.2)
    endpoint_id = await bench.endpoint(receiver.url)
    async with bench.sending():
        for round_, bound in ((1, AT_ONCE), (2, 1)):
            deliveries = [await bench.due(endpoint_id) for _ in range(8)]
            for delivery in deliveries:
                await bench.attempted(delivery)
            assert receiver.most_at_once == bound, round_
            receiver.most_at_once = 0


async def test_what_fails_comes_back_after_its_pause(bench, receiver):
    """Rule W3."""
    receiver.answers.extend([Answer(500), Answer(500)])
    endpoint_id = await bench.endpoint(receiver.url)
    delivery = await bench.due(endpoint_id)
    async with bench.sending():
        await bench.attempted(delivery)
        assert (await bench.health(endpoint_id))["failing_since"] == NOW
        bench.now += PAUSES[0] * 1.3
        await bench.attempted(delivery, 2)
        bench.now += PAUSES[0] * 1.3
        await asyncio.sleep(1.2)
        assert len(await bench.attempts(delivery)) == 2
        bench.now += PAUSES[1] * 1.3
        await bench.attempted(delivery, 3)
    assert await bench.state(delivery) == "delivered"
    assert (await bench.health(endpoint_id))["failing_since"] is None
    assert [row["status"] for row in await bench.attempts(delivery)] == [500, 500, 204]


async def test_retry_after_holds_the_whole_endpoint(bench, receiver):
    """Rule W3."""
    receiver.answers.append(Answer(429, headers={"Retry-After": "3600"}))
    endpoint_id = await bench.endpoint(receiver.url)
    first = await bench.due(endpoint_id)
    async with bench.sending():
        await bench.attempted(first)
        second = await bench.due(endpoint_id)
        bench.now += timedelta(minutes=50)
        await asyncio.sleep(1.2)
        assert await bench.attempts(second) == []
        bench.now += timedelta(minutes=11)
        await bench.attempted(second)
        await bench.attempted(first, 2)


async def test_gone_disables_the_endpoint(bench, receiver):
    """Rule W3."""
    receiver.answers.append(Answer(410))
    endpoint_id = await bench.endpoint(receiver.url)
    subject = new_id()
    first, second = [await bench.due(endpoint_id, subject=subject) for _ in range(2)]
    async with bench.sending():
        await bench.attempted(first)
        await asyncio.sleep(1.2)
    health = await bench.health(endpoint_id)
    assert (health["state"], health["disabled_reason"], health["version"]) == ("disabled", "gone", 2)
    assert (await bench.state(first), await bench.state(second)) == ("failed", "pending")
    assert len(receiver.posts) == 1


async def test_five_days_of_failure_disable_and_enabling_starts_anew(bench, receiver):
    """Rule W3."""
    receiver.always = lambda post: Answer(500)
    endpoint_id = await bench.endpoint(receiver.url)
    first = await bench.due(endpoint_id)
    async with bench.sending():
        await bench.attempted(first)
        bench.now += GIVE_UP - timedelta(seconds=1)
        second = await bench.due(endpoint_id)
        await bench.attempted(second)
        assert (await bench.health(endpoint_id))["state"] == "enabled"
        bench.now += timedelta(days=1)
        await bench.attempted(first, 3)
        health = await bench.health(endpoint_id)
        assert (health["state"], health["disabled_reason"]) == ("disabled", "failed_for_days")
        assert (await bench.state(first), await bench.state(second)) == ("failed", "pending")
        receiver.always = None
        bench.now += timedelta(days=30)
        await asyncio.sleep(1.2)
        assert len(await bench.attempts(second)) == 1
        await bench.pool.execute(
            "update endpoints set state = 'enabled', disabled_reason = null, failing_since = null, resumed_at = $1",
            bench.now,
        )
        await bench.attempted(second, 2)
    assert await bench.state(second) == "delivered"


async def test_one_subject_stays_in_order_and_others_pass(bench, receiver):
    """Rule W3."""
    receiver.always = lambda post: Answer(500 if post.message["data"]["number"] == 1 else 204)
    endpoint_id, subject = await bench.endpoint(receiver.url), new_id()
    first = await bench.due(endpoint_id, subject=subject, number=1)
    second = await bench.due(endpoint_id, subject=subject, number=2)
    other = await bench.due(endpoint_id, number=3)
    async with bench.sending():
        await bench.attempted(other)
        await asyncio.sleep(1.2)
        assert await bench.attempts(second) == []
        receiver.always = None
        bench.now += PAUSES[0] * 1.3
        await bench.attempted(second)
    assert (await bench.state(first), await bench.state(second)) == ("delivered", "delivered")
    assert [post.message["data"]["number"] for post in receiver.posts if post.message["data"]["number"] < 3] == [
        1,
        1,
        2,
    ]


async def test_a_redirect_is_not_followed(bench, receiver):
    """Rule W5."""
    receiver.answers.append(Answer(302, headers={"Location": "http://169.254.169.254/latest/meta-data/"}))
    receiver.answers.append(Answer(307, headers={"Location": "/elsewhere"}))
    endpoint_id = await bench.endpoint(receiver.url)
    deliveries = [await bench.due(endpoint_id) for _ in range(2)]
    async with bench.sending():
        for delivery in deliveries:
            await bench.attempted(delivery)
    assert {post.path for post in receiver.posts} == {"/hook"}
    assert {(await bench.attempts(each))[0]["status"] for each in deliveries} == {302, 307}


async def test_a_long_or_binary_answer_is_cut(bench, receiver):
    """Rule W4."""
    receiver.answers.append(Answer(200, b"\0\xff" + b"a" * 5_000_000))
    delivery = await bench.due(await bench.endpoint(receiver.url))
    async with bench.sending():
        [attempt] = await bench.attempted(delivery)
    assert attempt["answer"] == "\ufffd\ufffd" + "a" * 498


@pytest.mark.parametrize(
    ("embedded", "host", "addresses"),
    [
        (False, "127.0.0.1", ()),
        (False, "[::1]", ()),
        (False, "[::ffff:127.0.0.1]", ()),
        (False, "169.254.169.254", ()),
        (True, "169.254.169.254", ()),
        (True, "10.0.0.1", ()),
        (False, "hooks.example.org", ("127.0.0.1",)),
        (False, "hooks.example.org", ("::1", "127.0.0.1")),
        (False, "hooks.example.org", ("10.1.2.3", "127.0.0.1")),
        (True, "hooks.example.org", ("169.254.169.254",)),
        (True, "hooks.example.org", ("192.168.0.10", "fd00::1")),
    ],
)
async def test_no_connection_to_a_private_address(bench, receiver, embedded, host, addresses):
    """Rule W5: at each connection, whatever the name resolves to, even for an endpoint that got registered."""
    delivery = await bench.due(await bench.endpoint(f"http://{host}:{receiver.port}/hook"))
    async with bench.sending(embedded=embedded, names=Names(*addresses)):
        [attempt] = await bench.attempted(delivery)
    assert receiver.posts == []
    assert attempt["status"] is None
    assert attempt["error"].startswith("not sent: the host's address is") or len(addresses) > 1
    assert await bench.state(delivery) == "pending"


async def test_a_name_that_changes_its_mind_is_looked_at_again(bench, receiver):
    """Rule W5, rebinding: good for one delivery, refused for the next."""
    names = Names("127.0.0.1")
    endpoint_id = await bench.endpoint(f"http://hooks.example.org:{receiver.port}/hook")
    receiver.always = lambda post: Answer(headers={"Connection": "close"})
    first = await bench.due(endpoint_id)
    async with bench.sending(names=names):
        await bench.attempted(first)
        names.addresses = ("10.0.0.1",)
        second = await bench.due(endpoint_id)
        [attempt] = await bench.attempted(second)
    assert len(receiver.posts) == 1
    assert "private" in attempt["error"]


async def test_an_unreachable_endpoint_is_told_without_details(bench):
    delivery = await bench.due(await bench.endpoint("http://127.0.0.1:1/hook"))
    async with bench.sending():
        [attempt] = await bench.attempted(delivery)
    assert (attempt["status"], attempt["error"]) == (None, "the connection failed")


async def test_two_senders_send_each_delivery_once(bench, receiver):
    """Rule X1: replicas share the work."""
    endpoint_id = await bench.endpoint(receiver.url)
    deliveries = [await bench.due(endpoint_id) for _ in range(40)]
    async with bench.sending(), bench.sending():
        for delivery in deliveries:
            await bench.attempted(delivery)
        await asyncio.sleep(0.6)
    assert len(receiver.posts) == len({post.id for post in receiver.posts}) == 40


async def test_what_a_dead_worker_took_up_is_sent_after_its_lease(bench, receiver):
    """Rule W3, at least once."""
    endpoint_id = await bench.endpoint(receiver.url)
    delivery = await bench.due(endpoint_id)
    assert await queue.claim(bench.pool, endpoint_id, bench.now)
    async with bench.sending():
        await asyncio.sleep(1.2)
        assert receiver.posts == []
        bench.now += LEASE
        await bench.attempted(delivery)
    assert await bench.state(delivery) == "delivered"


async def test_a_secret_sealed_under_another_key_is_an_attempt_that_failed(bench, receiver):
    """Rule W2: one unreadable secret holds up nobody else."""
    unreadable = await bench.endpoint(receiver.url)
    await bench.pool.execute("update endpoints set secret = 'damaged' where id = $1", unreadable)
    good = await bench.endpoint(receiver.url)
    first, second = await bench.due(unreadable), await bench.due(good)
    async with bench.sending():
        [attempt] = await bench.attempted(first)
        await bench.attempted(second)
    assert "rotate" in attempt["error"]
    assert len(receiver.posts) == 1
