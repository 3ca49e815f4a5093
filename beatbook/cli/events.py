"""`beatbook events`: what an operator does about events that could not be applied, and about lost projections."""

import json
import logging
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from uuid import UUID

import typer

from beatbook.runtime.refusal import Refusal

if TYPE_CHECKING:
    from beatbook.kit.db import Database
    from beatbook.kit.feed import FeedReader
    from beatbook.kit.service import Service
    from beatbook.kit.settings import ServiceSettings

T = TypeVar("T")
SHOWN = 20

app = typer.Typer(name="events", help="Events: parked ones, rebuilding, comparing.", no_args_is_help=True)


class Reader(StrEnum):
    """A service that reads others' events."""

    FORUM = "forum"
    CASES = "cases"
    KPI = "kpi"
    HANDOVER = "handover"
    WEBHOOKS = "webhooks"


DataDir = Annotated[Path | None, typer.Option(help="The instance's data. [default: .beatbook]")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Of = Annotated[Reader, typer.Argument(help="The service that reads them.")]


@app.command()
def parked(service: Of, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the events that a service could not apply, and those that wait behind them.

    Example: beatbook events parked kpi
    """
    from beatbook.kit.parking import parked

    found = _run(service, data_dir, lambda _, database, __: parked(database))
    lines = [f"{item.id}  {item.source} {item.position}  {item.type}  {item.area}  {item.error}" for item in found]
    _tell(as_json, [asdict(item) for item in found], *lines, f"{len(found)} parked.")


@app.command()
def retry(
    service: Of,
    subject: Annotated[str | None, typer.Option(help="Only the events of this aggregate.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Apply parked events again: those of one aggregate in order, all of them or none.

    Example: beatbook events retry kpi
    """
    from beatbook.kit.parking import retry

    done = _run(service, data_dir, lambda reader, database, _: retry(reader, database, subject=subject))
    lines = [f"{item.source} {item.subject}: {item.events} events, {item.error or 'applied'}" for item in done]
    applied = sum(item.events for item in done if not item.error)
    _tell(as_json, [asdict(item) for item in done], *lines, f"{applied} applied.")
    if any(item.error for item in done):
        raise typer.Exit(1)


@app.command()
def skip(
    service: Of,
    event: Annotated[UUID, typer.Argument(help="The event's id, as `parked` lists it.")],
    reason: Annotated[str, typer.Option(help="Why it is given up; kept on record.")],
    actor: Annotated[str, typer.Option(help="Who decides it; kept on record.")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Give a parked event up for good; then `retry` applies what waited behind it.

    Example: beatbook events skip kpi 0198c0de-0000-7000-8000-000000000000 --reason "sent by a test" --actor ana
    """
    from beatbook.kit.parking import skip

    if not reason.strip() or not actor.strip():
        raise typer.BadParameter("say why and who decides it", param_hint="--reason, --actor")
    done = _run(service, data_dir, lambda _, database, __: skip(database, event, why=reason, actor=actor))
    skipped = f"Skipped {done.type}, position {done.position} of {done.source}."
    _tell(as_json, asdict(done), f"{skipped} Now: beatbook events retry {service}")


@app.command()
def skipped(service: Of, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the events that were given up: who decided it, when and why.

    Example: beatbook events skipped kpi
    """
    from beatbook.kit.parking import skipped

    found = _run(service, data_dir, lambda _, database, __: skipped(database))
    lines = [
        f"{item.id}  {item.source} {item.position}  {item.type}  {item.skipped_at:%Y-%m-%d %H:%M} UTC"
        f"  {item.skipped_by}: {item.reason}"
        for item in found
    ]
    _tell(as_json, [asdict(item) for item in found], *lines, f"{len(found)} skipped.")


@app.command()
def rebuild(service: Of, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Build a service's projections anew from the owners' logs, and switch to them; reads go on meanwhile.

    Example: beatbook events rebuild kpi
    """
    from beatbook.kit.rebuild import rebuild

    tables = _run(service, data_dir, rebuild)
    _tell(as_json, tables, "Rebuilt: " + ", ".join(f"{table} ({rows} rows)" for table, rows in tables.items()) + ".")


@app.command()
def reconcile(service: Of, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Compare a service's projections with what the owners' logs make; exit 1 when they differ.

    Example: beatbook events reconcile kpi
    """
    from beatbook.kit.reconcile import reconcile

    found = _run(service, data_dir, reconcile)
    lines = []
    for source, position in found.positions.items():
        lines.append(f"{source}: up to position {position}, {found.parked.get(source, 0)} parked")
    for table in found.tables:
        state = "equal" if table.equal else f"DIFFERENT, rebuilt {table.rebuilt_rows} rows"
        lines.append(f"{table.table}: {table.live_rows} rows, checksum {table.live_checksum}, {state}")
    lines += [f"  {row.table} [{row.key}]: {row.kind}" for row in found.differences[:SHOWN]]
    if len(found.differences) > SHOWN:
        lines.append(f"  and {len(found.differences) - SHOWN} more: list them with --json.")
    _tell(as_json, asdict(found) | {"equal": found.equal}, *lines)
    if not found.equal:
        raise typer.Exit(1)


def _tell(as_json: bool, value: Any, *lines: str) -> None:
    typer.echo(json.dumps(value, default=str) if as_json else "\n".join(lines))


class _Discreet(logging.Formatter):
    """What happened and the kind of error: its message may quote an event. Rule X5."""

    def format(self, record: logging.LogRecord) -> str:
        kind = record.exc_info[0] if record.exc_info else None
        return f"{record.getMessage()}: {kind.__name__}" if kind else record.getMessage()


@contextmanager
def _discreet_log() -> Iterator[None]:
    handler = logging.StreamHandler()
    handler.setFormatter(_Discreet())
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)


def _run(
    reader: Reader, data_dir: Path | None, work: "Callable[[Service, Database, FeedReader], Awaitable[T]]"
) -> "T":  # fmt: skip
    """Do work on a service's database; raises `Refusal`."""
    import gc
    import importlib

    import aiohttp
    import asyncpg
    import uvloop

    from beatbook.kit.parking import SkipRefused
    from beatbook.kit.shadow import RebuildRefused

    service: Service = importlib.import_module(f"services.{reader}.app").service
    try:
        gc.collect()
        gc.freeze()  # a rebuild makes many objects: what was imported need not be looked through again and again
        with _discreet_log():
            return uvloop.run(_connected(_settings(service, data_dir), service, work))
    except (RebuildRefused, SkipRefused) as refused:
        raise Refusal(str(refused)) from refused
    except aiohttp.ClientError as error:  # one that cannot connect is an OSError too
        raise Refusal(f"An owner's log cannot be read: {type(error).__name__}. Are all services running?") from error
    except (asyncpg.PostgresError, OSError) as error:
        raise Refusal(f"The database of {reader} does not answer: {type(error).__name__}.") from error


async def _connected(
    settings: "ServiceSettings", service: "Service", work: "Callable[[Service, Database, FeedReader], Awaitable[T]]"
) -> "T":  # fmt: skip
    from beatbook.kit.db import Database
    from beatbook.kit.feed import FeedReader

    database, feed = Database(settings), FeedReader(settings)
    try:
        return await work(service, database, feed)
    finally:
        await feed.close()
        await database.close()


def _settings(service: "Service", data_dir: Path | None) -> "ServiceSettings":
    """The service's settings: its own process environment where that is set, else the running instance's."""
    from pydantic import ValidationError

    from beatbook.cli.client import running_urls
    from beatbook.kit.feed import feed_secrets
    from beatbook.kit.settings import ServiceSettings
    from beatbook.runtime.applications import refuse_without_secrets
    from beatbook.runtime.databases import service_url
    from beatbook.runtime.instance import Instance, data_directory
    from beatbook.runtime.ports import LOOPBACK

    if data_dir is None and "BEATBOOK_FEED_SECRET" in os.environ:
        try:
            settings = ServiceSettings()
            refuse_without_secrets(service, settings)
            return settings
        except ValidationError as error:
            names = ", ".join(f"BEATBOOK_{'_'.join(map(str, item['loc']))}".upper() for item in error.errors())
            raise Refusal(f"These environment variables are missing or wrong: {names}.") from error
    instance = Instance(data_directory(data_dir))
    own: dict[str, Any] = {f"{name}_url": url for name, url in running_urls(instance).items()}
    own |= feed_secrets(service.name, service.sources, lambda log: instance.secret(f"feed_{log}"))
    server = os.environ.get("BEATBOOK_DATABASE_URL") or f"postgresql://{LOOPBACK}:{instance.last_port('postgres')}"
    return ServiceSettings(
        database_url=service_url(server, service.name, instance.secret(f"database_{service.name}")),
        jwks=str(instance.jwks),
        **own,
    )
