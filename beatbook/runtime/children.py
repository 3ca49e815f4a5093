"""What runs inside the forked children of `beatbook up`."""

import asyncio
import importlib
import sys
from collections.abc import Mapping
from pathlib import Path

from beatbook.runtime import databases
from beatbook.runtime.refusal import Refusal


def create_databases(admin_url: str, passwords: Mapping[str, str], *, whole_server: bool) -> None:
    """Create the services' roles and databases; a refusal is the last line of the child's log."""
    try:
        asyncio.run(databases.create_databases(admin_url, passwords, whole_server=whole_server))
    except Refusal as refusal:
        sys.exit(_say(str(refusal)))


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
