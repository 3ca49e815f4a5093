"""One database and one login role per service, on whatever PostgreSQL server there is."""

import asyncio
from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from beatbook.runtime.refusal import Refusal

SERVICES = ("forum", "cases", "kpi", "handover", "webhooks")
ROLE_SETTINGS = {
    "statement_timeout": "30s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
    "random_page_cost": "1.1",
}
OTHER_DATABASES = ("postgres", "template1")
"""What every server has besides, open to every role unless it is closed."""
PATIENCE_SECONDS = 60.0


def database_of(service: str) -> str:
    """The name of a service's database, and of the role that owns it."""
    return f"beatbook_{service}"


def service_url(admin_url: str, service: str, password: str) -> str:
    """Where a service connects, on the server that `admin_url` names."""
    parts = urlsplit(admin_url)
    _, _, address = parts.netloc.rpartition("@")
    name = database_of(service)
    return urlunsplit(parts._replace(netloc=f"{name}:{quote(password)}@{address}", path=f"/{name}"))


async def create_databases(admin_url: str, passwords: Mapping[str, str], *, whole_server: bool = False) -> None:
    """Create the roles and databases that are missing, by service and password; raises `Refusal`.

    Waits for a server that is only starting. A role that exists is given the password, so that a restored server works,
    and loses whatever more it could. `whole_server`: the server is for Beatbook alone, so its other databases are
    closed to everyone but administrators.
    """
    connection = await connect_patiently(admin_url)
    try:
        await connection.execute("select pg_advisory_lock(hashtextextended('beatbook roles', 0))")
        superuser = await connection.fetchval("select rolsuper from pg_roles where rolname = current_user")
        existing = {row["datname"] for row in await connection.fetch("select datname from pg_database")}
        for service, password in passwords.items():
            await _ensure_role(connection, database_of(service), password, superuser=superuser)
        if whole_server:
            for name in OTHER_DATABASES:
                await connection.execute(f'revoke connect, temporary on database "{name}" from public')
    except asyncpg.PostgresError as error:
        raise Refusal(f"The database server's administrator may not create roles: {error}.") from error
    finally:
        await connection.close()
    try:
        names = [database_of(service) for service in passwords]
        await asyncio.gather(*(_create_database(admin_url, name, exists=name in existing) for name in names))
    except asyncpg.PostgresError as error:
        raise Refusal(f"The database server's administrator may not create databases: {error}.") from error


async def connect_patiently(url: str, patience: float = PATIENCE_SECONDS) -> asyncpg.Connection:
    """A connection to a server that may be starting; raises `Refusal` when it never answers or refuses the login."""
    deadline = asyncio.get_running_loop().time() + patience
    while True:
        try:
            return await asyncpg.connect(url, timeout=5)
        except (OSError, TimeoutError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError) as error:
            if asyncio.get_running_loop().time() > deadline:
                raise Refusal(f"The database server does not answer: {type(error).__name__}.") from error
            await asyncio.sleep(0.02)
        except (asyncpg.PostgresError, ValueError) as error:
            raise Refusal(f"The database server refuses the connection: {error}.") from error


async def _ensure_role(connection: asyncpg.Connection, name: str, password: str, *, superuser: bool) -> None:
    exists = await connection.fetchval("select true from pg_roles where rolname = $1", name)
    verb = "alter" if exists else "create"
    no_more = "nocreatedb nocreaterole" + (" nosuperuser noreplication nobypassrls" if superuser else "")
    await connection.execute(f"{verb} role \"{name}\" login {no_more} password '{password}'")
    for setting, value in ROLE_SETTINGS.items():
        await connection.execute(f"alter role \"{name}\" set {setting} = '{value}'")
    if not superuser:
        await connection.execute(f'grant "{name}" to current_user')


async def _create_database(admin_url: str, name: str, *, exists: bool) -> None:
    connection = await asyncpg.connect(admin_url, timeout=5)
    try:
        if not exists:
            await connection.execute(f'create database "{name}" owner "{name}"')
        await connection.execute(f'revoke connect, temporary on database "{name}" from public')
    finally:
        await connection.close()
