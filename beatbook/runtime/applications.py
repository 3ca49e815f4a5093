"""The applications of `beatbook up`: made in the parent, served in forked children. Heavy, so imported late."""

import asyncio
import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from beatbook.kit.app import create_app
from beatbook.kit.errors import is_outage
from beatbook.kit.feed import feed_secrets
from beatbook.kit.migrate import expected_heads, migrate
from beatbook.kit.process import run
from beatbook.kit.service import Service
from beatbook.kit.settings import HttpSettings, ServiceSettings
from beatbook.runtime import rights
from beatbook.runtime.databases import PATIENCE_SECONDS
from beatbook.runtime.forking import fork
from beatbook.runtime.instance import Instance
from beatbook.runtime.refusal import Refusal


@dataclass(frozen=True)
class Prepared:
    """A process to be: its application made before the fork, so that all share the memory of what making it took."""

    name: str
    settings: HttpSettings
    app: FastAPI


def prepare_service(name: str, settings: Mapping[str, Any]) -> Prepared:
    """Make a service's application, and look up what its database should stand at."""
    service: Service = importlib.import_module(f"services.{name}.app").service
    made = service.settings(**settings)
    refuse_without_secrets(service, made)
    expected_heads(service)
    return Prepared(name, made, create_app(service, made))


def secrets_of(name: str, instance: Instance) -> dict[str, str]:
    """A service's secrets in an embedded instance: its log's, those of the logs it reads, and what it alone needs."""
    service: Service = importlib.import_module(f"services.{name}.app").service
    secrets = feed_secrets(name, service.sources, lambda log: instance.secret(f"feed_{log}"))
    if name == "cases":
        secrets["case_keys"] = instance.secret("case_keys")
        secrets["name_index_key"] = instance.secret("name_index_key")
        secrets["expunged_ledger"] = str(instance.directory / "expunged-cases")
    if name == "forum":
        secrets["archive_key"] = instance.secret("archive_key")
    if name == "webhooks":
        secrets["webhook_key"] = instance.secret("webhook_key", formerly="internal")
    return secrets


def walled_accounts(names: Sequence[str], passwords: Mapping[str, str]) -> dict[str, Any]:
    """The broker's accounts, from what the services and the gateway declare."""
    services = [importlib.import_module(f"services.{name}.app").service for name in names]
    followed = importlib.import_module("gateway.subscriptions").FOLLOWED
    return rights.accounts(rights.parts_of(services, followed), passwords)


def refuse_without_secrets(service: Service, settings: ServiceSettings) -> None:
    """Raise `Refusal` when a log that the service reads is closed to it for want of the log's secret."""
    missing = [source for source in service.sources if not settings.feed_secret_of(source)]
    if missing and settings.role != "api":
        names = ", ".join(f"BEATBOOK_{source.upper()}_FEED_SECRET" for source in missing)
        raise Refusal(f"These environment variables are missing: {names}. The {service.name} service reads these logs.")


def prepare_gateway(settings: Mapping[str, Any]) -> Prepared:
    """Make the gateway's application."""
    made = HttpSettings(**settings)
    return Prepared("gateway", made, importlib.import_module("gateway.app").create_app(made))


def serve(prepared: Prepared) -> None:
    """Serve an application until told to stop."""
    run(prepared.name, prepared.settings, prepared.app)


def serve_migrated(prepared: Prepared, log: Path) -> None:
    """Bring a service's database to the newest revisions, then serve it until told to stop.

    A child of its own migrates, so that the memory this takes is given back.
    """
    service: Service = prepared.app.state.service
    settings = prepared.app.state.settings
    migration = fork(lambda: asyncio.run(_migrate_patiently(service, settings.database_url)), log=log)
    if os.waitpid(migration, 0)[1] != 0:
        sys.exit(f"The database of {prepared.name} could not be migrated.")
    serve(prepared)


async def _migrate_patiently(service: Service, database_url: str) -> None:
    """Migrate, waiting for a database server that is only starting: it may have died together with this service."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while True:
        try:
            return await migrate(service, database_url)
        except Exception as error:
            if not is_outage(error) or asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.2)
