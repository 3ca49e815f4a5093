"""Work of an operator on the database of cases, with the secrets that its service has."""

import asyncio
import importlib
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from beatbook.runtime.refusal import Refusal

if TYPE_CHECKING:
    from beatbook.kit.db import Database

T = TypeVar("T")

DataDir = Annotated[Path | None, typer.Option(help="The instance's data. [default: .beatbook]")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def on_cases(data_dir: Path | None, work: "Callable[[Any, Database], Awaitable[T]]") -> "T":
    """Do work with the settings and the database of the cases service; raises `Refusal`."""
    import asyncpg
    from sqlalchemy.exc import SQLAlchemyError

    from beatbook.kit.db import Database

    settings = _settings(data_dir)

    async def connected() -> T:
        database = Database(settings)
        try:
            return await work(settings, database)
        finally:
            await database.close()

    try:
        return asyncio.run(connected())
    except (asyncpg.PostgresError, SQLAlchemyError, OSError) as error:
        raise Refusal(f"The database of cases does not answer: {type(error).__name__}.") from error


def _settings(data_dir: Path | None) -> Any:
    """The service's settings: its process environment where that is set, else those of the instance."""
    from pydantic import ValidationError

    from beatbook.runtime.applications import secrets_of
    from beatbook.runtime.databases import service_url
    from beatbook.runtime.instance import Instance, data_directory
    from beatbook.runtime.ports import LOOPBACK

    kind = importlib.import_module("services.cases.settings").CasesSettings
    if data_dir is None and "BEATBOOK_CASE_KEYS" in os.environ:
        try:
            return kind()
        except ValidationError as error:
            names = ", ".join(f"BEATBOOK_{'_'.join(map(str, item['loc']))}".upper() for item in error.errors())
            raise Refusal(f"These environment variables are missing or wrong: {names}.") from error
    instance = Instance(data_directory(data_dir))
    server = os.environ.get("BEATBOOK_DATABASE_URL") or f"postgresql://{LOOPBACK}:{instance.last_port('postgres')}"
    return kind(
        database_url=service_url(server, "cases", instance.secret("database_cases")),
        jwks=str(instance.jwks),
        **secrets_of("cases", instance),
    )
