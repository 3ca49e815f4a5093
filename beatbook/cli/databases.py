"""`beatbook databases`: a login role and a database for each service, on a PostgreSQL server that is already there."""

import asyncio
import os
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import unquote, urlsplit

import typer

from beatbook.runtime.databases import SERVICES, create_databases, database_of
from beatbook.runtime.refusal import Refusal

ADMINISTRATOR = "BEATBOOK_ADMIN_DATABASE_URL"


def databases(
    whole_server: Annotated[
        bool, typer.Option("--whole-server", help="The server is for Beatbook alone: close its other databases too.")
    ] = False,
) -> None:
    """Make what is missing: for each service a login role with timeouts, and a database that only it may enter.

    BEATBOOK_ADMIN_DATABASE_URL names someone who may create both. The services' passwords are taken from
    BEATBOOK_FORUM_DATABASE_URL and so on, the same variables that `beatbook migrate all` reads.

    Example: BEATBOOK_ADMIN_DATABASE_URL=postgresql://postgres:secret@db/postgres beatbook databases
    """
    variables = {name: f"BEATBOOK_{name.upper()}_DATABASE_URL" for name in SERVICES}
    if missing := [name for name in (ADMINISTRATOR, *variables.values()) if not os.environ.get(name)]:
        raise Refusal(f"Set {', '.join(missing)} to PostgreSQL addresses.")
    passwords = {service: password_of(service, variable, os.environ) for service, variable in variables.items()}
    asyncio.run(create_databases(os.environ[ADMINISTRATOR], passwords, whole_server=whole_server))
    typer.echo(f"{len(passwords)} databases are there")


def password_of(service: str, variable: str, environment: Mapping[str, str]) -> str:
    """The password in a service's address; raises `Refusal` when the address is not that service's."""
    parts, name = urlsplit(environment[variable]), database_of(service)
    password = unquote(parts.password or "")
    if parts.username != name or parts.path != f"/{name}" or not password:
        raise Refusal(f"{variable} is postgresql://{name}:PASSWORD@HOST:PORT/{name}.")
    if "'" in password or "\\" in password:
        raise Refusal(f"The password in {variable} has a quote or a backslash in it: choose one without.")
    return password
