"""`beatbook migrate`: bring databases to the newest shape."""

import asyncio
import os
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from beatbook.runtime.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence


class Target(StrEnum):
    """Whose database."""

    FORUM = "forum"
    CASES = "cases"
    KPI = "kpi"
    HANDOVER = "handover"
    WEBHOOKS = "webhooks"
    ALL = "all"


def migrate(service: Annotated[Target, typer.Argument(help="A service, or all.")]) -> None:
    """Migrate a service's database, or all; a second time changes nothing.

    One service's database is BEATBOOK_DATABASE_URL. For all, it is each BEATBOOK_FORUM_DATABASE_URL and so on.

    Example: BEATBOOK_DATABASE_URL=postgresql://forum:secret@db/forum beatbook migrate forum
    """
    names = [name.value for name in Target if name is not Target.ALL] if service is Target.ALL else [service.value]
    variables = {name: f"BEATBOOK_{name.upper()}_DATABASE_URL" for name in names}
    if service is not Target.ALL:
        variables = {service.value: "BEATBOOK_DATABASE_URL"}
    urls = {name: os.environ.get(variable) for name, variable in variables.items()}
    if missing := [variables[name] for name, url in urls.items() if not url]:
        raise Refusal(f"Set {', '.join(missing)} to the address of the database to migrate.")
    asyncio.run(_migrate([(name, url) for name, url in urls.items() if url]))


async def _migrate(targets: "Sequence[tuple[str, str]]") -> None:
    import importlib

    from sqlalchemy.exc import SQLAlchemyError

    from beatbook.kit.migrate import migrate as migrate_database

    for name, url in targets:
        try:
            await migrate_database(importlib.import_module(f"services.{name}.app").service, url)
        except (SQLAlchemyError, OSError) as error:
            raise Refusal(f"The database of {name} cannot be migrated: {type(error).__name__}.") from error
        typer.echo(f"{name} is migrated")
