"""The embedded PostgreSQL: as whom it runs, what survives its death, whose databases it holds."""

import asyncio
import errno
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from beatbook.runtime import identity
from beatbook.runtime.databases import connect_patiently, create_databases, service_url
from beatbook.runtime.forking import fork
from beatbook.runtime.identity import Way, choose_identity
from beatbook.runtime.ports import free_port
from beatbook.runtime.postgres import PostgresServer, end_leftovers
from beatbook.runtime.refusal import Refusal

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another identity")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PostgresServer]:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    made = PostgresServer(closed / "postgres", free_port(), "secret", tmp_path / "log")
    yield made
    end_leftovers(made.directory)


def stop(pid: int, number: signal.Signals = signal.SIGINT) -> None:
    os.kill(pid, number)
    os.waitpid(pid, 0)


async def ask(server: PostgresServer, statement: str) -> object:
    connection = await connect_patiently(server.admin_url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_it_starts_twice_on_the_same_files(server: PostgresServer) -> None:
    pid = server.start()
    assert "PostgreSQL 18" in str(await ask(server, "select version()"))
    await ask(server, "create table kept as select 1 as one")
    stop(pid)
    pid = server.start()
    assert await ask(server, "select one from kept") == 1
    assert await ask(server, "select datlocprovider from pg_database where datname = 'template1'") == b"b"
    stop(pid)


async def test_a_commit_survives_sigkill_and_the_next_start_ends_what_was_left(server: PostgresServer) -> None:
    pid = server.start()
    connection = await connect_patiently(server.admin_url)
    await connection.execute("create table kept (one int)")
    await connection.execute("insert into kept values (1)")
    busy = asyncio.create_task(connection.execute("select pg_sleep(600)"))
    await asyncio.sleep(0.2)
    stop(pid, signal.SIGKILL)
    assert (server.directory / "postmaster.pid").exists()
    pid = server.start()
    assert await ask(server, "select one from kept") == 1
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await busy
    stop(pid)


async def test_a_stale_pid_that_is_another_programs_now_does_no_harm(server: PostgresServer) -> None:
    pid = server.start()
    await ask(server, "select 1")
    content = (server.directory / "postmaster.pid").read_text().split("\n", 1)[1]
    stop(pid, signal.SIGKILL)
    (server.directory / "postmaster.pid").write_text(f"{os.getppid()}\n{content}")
    pid = server.start()
    assert await ask(server, "select 1") == 1
    stop(pid)


async def test_it_ends_with_whoever_started_it(server: PostgresServer, tmp_path: Path) -> None:
    def start_and_wait() -> None:
        server.start()
        signal.pause()

    parent = fork(start_and_wait, log=tmp_path / "parent.log")
    await ask(server, "select 1")
    stop(parent, signal.SIGKILL)
    for _ in range(600):
        try:
            await asyncpg.connect(server.admin_url, timeout=5)
        except OSError:
            return
        except asyncpg.PostgresError:
            pass
        await asyncio.sleep(0.1)
    pytest.fail("the server outlived the process that started it")


@as_root
async def test_without_namespaces_root_starts_it_under_another_account(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = server.start()
    await ask(server, "create table kept as select 1 as one")
    stop(pid)

    def refuse(*_: int) -> None:
        raise OSError("not here")

    with monkeypatch.context() as patch:
        patch.setattr(identity, "_enter_namespace", refuse)
        chosen = choose_identity()
        assert chosen.way is Way.ACCOUNT
        pid = server.start()
        assert await ask(server, "select one from kept") == 1, "in a directory closed to that account"
        assert server.directory.stat().st_uid == chosen.uid
        stop(pid)
    server.start()
    assert await ask(server, "select one from kept") == 1


@as_root
def test_a_namespace_that_the_kernel_refuses_for_a_moment_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def busy(function: str, *_: object) -> None:
        asked.append(function)
        if len(asked) < 4:
            raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(identity, "_call", busy)
    identity._unshare_users()
    assert asked == ["unshare"] * 4


def test_with_no_way_out_of_root_the_refusal_says_what_to_do(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: int) -> None:
        raise OSError("not here")

    monkeypatch.setattr(identity, "_enter_namespace", refuse)
    monkeypatch.setattr(identity, "_become", refuse)
    with pytest.raises(Refusal, match="BEATBOOK_DATABASE_URL"):
        server.start()


def test_files_of_another_version_are_refused(server: PostgresServer) -> None:
    server.directory.mkdir()
    (server.directory / "PG_VERSION").write_text("16\n")
    with pytest.raises(Refusal, match="made by PostgreSQL 16"):
        server.start()


async def test_each_service_has_a_database_of_its_own_and_patience_limits(server: PostgresServer) -> None:
    pid = server.start()
    passwords = {"forum": "one", "cases": "two"}
    await create_databases(server.admin_url, passwords)
    await create_databases(server.admin_url, passwords)
    own = await asyncpg.connect(service_url(server.admin_url, "forum", "one"))
    await own.execute("create table mine (one int)")
    assert await own.fetchval("show statement_timeout") == "30s"
    assert await own.fetchval("show lock_timeout") == "5s"
    assert await own.fetchval("show idle_in_transaction_session_timeout") == "30s"
    await own.close()
    foreign = service_url(server.admin_url, "forum", "one").rpartition("/")[0] + "/beatbook_cases"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(foreign)
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(service_url(server.admin_url, "forum", "two"))
    stop(pid)


async def test_one_that_waits_for_its_clients_to_leave_is_made_to_end(server: PostgresServer) -> None:
    """SIGTERM, as from `kill`: new connections are refused from then on, and old ones keep the server."""
    pid = server.start()
    client = await connect_patiently(server.admin_url)
    server.end_patient_stop(pid)
    assert await ask(server, "select 1") == 1
    os.kill(pid, signal.SIGTERM)
    for _ in range(600):
        try:
            await (await asyncpg.connect(server.admin_url)).close()
        except asyncpg.CannotConnectNowError:
            break
        await asyncio.sleep(0.1)
    assert await client.fetchval("select 1") == 1
    server.end_patient_stop(pid)
    await asyncio.to_thread(os.waitpid, pid, 0)
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await client.fetchval("select 1")
    server.end_patient_stop(pid)
