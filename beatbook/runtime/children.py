"""What runs inside the forked children of `beatbook up`."""

import asyncio
import gc
import importlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from beatbook.kit.settings import HttpSettings
from beatbook.runtime import databases
from beatbook.runtime.forking import fork
from beatbook.runtime.refusal import Refusal


def create_databases(admin_url: str, passwords: Mapping[str, str]) -> None:
    """Create the services' roles and databases; a refusal is the last line of the child's log."""
    try:
        asyncio.run(databases.create_databases(admin_url, passwords))
    except Refusal as refusal:
        sys.exit(_say(str(refusal)))


def serve_migrated(name: str, settings: Mapping[str, Any], log: Path) -> None:
    """Bring a service's database to the newest revisions, then serve it until told to stop.

    A child of its own migrates, so that the memory this takes is given back.
    """
    service = importlib.import_module(f"services.{name}.app").service
    migrate = importlib.import_module("beatbook.kit.migrate").migrate
    migration = fork(lambda: asyncio.run(migrate(service, settings["database_url"])), log=log)
    if os.waitpid(migration, 0)[1] != 0:
        sys.exit(_say(f"The database of {name} could not be migrated."))
    serve_service(name, settings)


def serve_service(name: str, settings: Mapping[str, Any]) -> None:
    """Serve a service until told to stop."""
    service = importlib.import_module(f"services.{name}.app").service
    process = importlib.import_module("beatbook.kit.process")
    process.run_service(service, service.settings(**settings))


def serve_gateway(settings: Mapping[str, Any]) -> None:
    """Serve the gateway until told to stop."""
    app = importlib.import_module("gateway.app")
    gc.freeze()
    gc.enable()
    process = importlib.import_module("beatbook.kit.process")
    made = HttpSettings(**settings)
    process.run("gateway", made, lambda: app.create_app(made))


def load_demo(urls: Mapping[str, str], token: str, directory: Path) -> None:
    """Load the demo country; a second time does nothing, and after a crash the rest."""
    demo = importlib.import_module("beatbook.cli.demo")
    try:
        demo.load(urls, token, directory)
    except Refusal as refusal:
        sys.exit(_say(str(refusal)))


def last_line(log: Path) -> str:
    """What a child said last."""
    lines = log.read_text(errors="replace").split("\n") if log.exists() else []
    said = [line for line in lines if line.strip()]
    return said[-1] if said else f"see {log}."


def _say(sentence: str) -> int:
    print(sentence, file=sys.stderr)  # noqa: T201 - goes to the child's log
    return 1
