"""Processes that die, or freeze, at each exact step between two effects, under load; and nothing is lost. Rule X1.

The forum and the kpi service run as processes. One test after another arms one of them, has it die, starts it again and
looks at everything that was ever written here.
"""

import asyncio
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest

from beatbook.contracts.actor import Grant
from beatbook.kit.failpoints import Step
from beatbook.kit.feed import feed_secrets
from beatbook.runtime.instance import Instance
from beatbook.runtime.ports import free_port
from beatbook.runtime.tokens import issue_token
from tests.chaos.country import AREAS, Country
from tests.chaos.instance import state_of, wait_for
from tests.chaos.invariants import Books
from tests.chaos.served import Served, died
from tests.chaos.site import DEATHS_IN_REBUILDING
from tests.chaos.writers import Ack, Misled, Orders, Writer
from tests.servers import Nats, Postgres
from tests.serving import service_named

pytestmark = pytest.mark.timeout(600)
ROUNDS = 3
DEATHS = {
    Step.COMMAND_CHANGED: ("forum", 3),
    Step.COMMAND_COMMITTED: ("forum", 4),
    Step.RELAY_POSITIONED: ("forum", 2),
    Step.RELAY_PUBLISHED: ("forum", 2),
    Step.RELAY_MARKED: ("forum", 2),
    Step.CONSUMER_APPLIED: ("kpi", 1),
    Step.CONSUMER_COMMITTED: ("kpi", 1),
}


@dataclass
class Workplace:
    """The two processes, what was written, and the books to be looked at."""

    forum: Served
    kpi: Served
    books: Books
    country: Country
    directory: Path
    acknowledged: list[Ack] = field(default_factory=list)
    misled: list[Misled] = field(default_factory=list)

    def service(self, name: str) -> Served:
        return {"forum": self.forum, "kpi": self.kpi}[name]

    def write(self, name: str) -> threading.Thread:
        """Have a writer work beside the test."""
        forums = [self.country.forums[area] for area in AREAS]
        journal = str(self.directory / f"{name}.journal")
        orders = Orders(
            name, "forum", self.country.urls, self.country.token, journal, AREAS, forums, pause=0.05, rounds=ROUNDS
        )
        writer = Writer(orders)

        def work() -> None:
            try:
                writer.run()
            except Misled as error:
                self.misled.append(error)
            self.acknowledged.extend(writer.journal.entries.values())

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread

    def check(self, writing: threading.Thread) -> None:
        """See the writer done, all settled, and everything as it must be."""
        writing.join(240)
        assert not writing.is_alive(), "the writer never got through"
        assert not self.misled
        asyncio.run(self.books.settle())
        assert asyncio.run(self.books.faults(self.acknowledged)) == []


@pytest.fixture(autouse=True)
def sound(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test left armed or frozen when it failed is no concern of the next one's."""
    yield
    if "workplace" in request.fixturenames:
        place: Workplace = request.getfixturevalue("workplace")
        for service in (place.forum, place.kpi):
            if service.armed:
                service.start()
                service.await_ready()


@pytest.fixture(scope="module")
def workplace(
    _postgres: Postgres, _nats: Nats, _issuer: Instance, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workplace]:
    directory = tmp_path_factory.mktemp("failpoints")
    nats_url = asyncio.run(_nats.account())
    databases = {name: asyncio.run(_postgres.create_database(service_named(name))) for name in ("forum", "kpi")}
    ports = {name: free_port() for name in databases}
    served = {
        name: Served(
            name,
            {
                "BEATBOOK_DATABASE_URL": url,
                "BEATBOOK_NATS_URL": nats_url,
                "BEATBOOK_JWKS": str(_issuer.jwks),
                **secrets(name),
                "BEATBOOK_PORT": str(ports[name]),
                "BEATBOOK_FORUM_URL": f"http://127.0.0.1:{ports['forum']}",
            },
            directory,
        )
        for name, url in databases.items()
    }
    try:
        for service in served.values():
            service.start()
        for service in served.values():
            service.await_ready()
        token = issue_token(_issuer, [Grant.parse("admin@XK")], subject="writer")
        country = Country({"forum": served["forum"].url}, token)
        country.found()
        books = Books(databases, lambda _: nats_url, sources=("forum", "kpi"), readers={"kpi": ["forum"]})
        yield Workplace(served["forum"], served["kpi"], books, country, directory)
    finally:
        for service in served.values():
            service.kill()
        asyncio.run(_postgres.drop_databases())


def test_every_step_has_a_death_here() -> None:
    assert DEATHS.keys() | DEATHS_IN_REBUILDING == set(Step)


@pytest.mark.parametrize("step", DEATHS)
def test_a_process_dies_at_a_step(workplace: Workplace, step: Step) -> None:
    name, passings = DEATHS[step]
    service = workplace.service(name)
    process = service.start(f"{step}={passings}")
    writing = workplace.write(f"dies-{step}")
    assert died(process), f"{step} was never reached"
    service.start()
    workplace.check(writing)


@pytest.mark.parametrize("step", [Step.RELAY_POSITIONED, Step.RELAY_PUBLISHED, Step.CONSUMER_APPLIED])
def test_a_process_wakes_after_another_took_over(workplace: Workplace, step: Step) -> None:
    """Frozen, it loses its lock with its connection; awake again, it must not do what has been done."""
    name, passings = DEATHS[step]
    service = workplace.service(name)
    process = service.start(f"{step}={passings}:freeze")
    writing = workplace.write(f"freezes-{step}")
    wait_for(lambda: state_of(process.pid) == "T", f"{step} is reached")
    service.start_another(free_port())
    asyncio.run(break_connections(workplace.books.databases[name]))
    if name == "kpi":
        writing.join(240)
    wait_for(lambda: asyncio.run(went_on(workplace.books, name)), "the other one goes on")
    process.send_signal(signal.SIGCONT)
    workplace.check(writing)
    service.disarm()


def secrets(name: str) -> dict[str, str]:
    """The secrets of the logs that a service owns and reads."""
    known = feed_secrets(name, service_named(name).sources, lambda log: f"the log of {log}")
    return {f"BEATBOOK_{setting.upper()}": str(value) for setting, value in known.items()}


async def break_connections(database: str) -> None:
    """Take from a frozen process what it holds: its locks go with its connections."""
    db = await asyncpg.connect(database)
    try:
        await db.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    finally:
        await db.close()


async def went_on(books: Books, name: str) -> bool:
    """Whether the service's relay, or its consumer, has nothing left to do."""
    found = await books.unsettled()
    return not any(line.startswith(("relay of forum", "kpi is at")) for line in found)
