"""The applications of `beatbook up`: made in the parent, served in forked children. Heavy, so imported late."""

import asyncio
import importlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from beatbook.kit.app import create_app
from beatbook.kit.migrate import expected_heads, migrate
from beatbook.kit.process import run
from beatbook.kit.service import Service
from beatbook.kit.settings import HttpSettings
from beatbook.runtime.forking import fork


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
    expected_heads(service)
    return Prepared(name, made, create_app(service, made))


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
    migration = fork(lambda: asyncio.run(migrate(service, settings.database_url)), log=log)
    if os.waitpid(migration, 0)[1] != 0:
        sys.exit(f"The database of {prepared.name} could not be migrated.")
    serve(prepared)
