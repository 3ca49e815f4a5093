"""`beatbook audit`: proving that nobody changed who read and wrote which case."""

import importlib
import json
import time
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from beatbook.cli.cases_database import AsJson, DataDir, on_cases
from beatbook.runtime.refusal import Refusal

if TYPE_CHECKING:
    from beatbook.kit.db import Database

SHOWN = 50

app = typer.Typer(name="audit", help="The audit log of cases: proving it, and anchors of it.", no_args_is_help=True)


@app.command()
def verify(
    anchor: Annotated[
        list[Path] | None, typer.Option(exists=True, dir_okay=False, help="A file that `audit anchor` wrote earlier.")
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Recompute every chain of the audit log; exit 1 when an entry was changed, taken out, put in, moved or cut off.

    Chains are held against the seals in the event log, and against anchors that you kept elsewhere.

    Example: beatbook audit verify --anchor /mnt/usb/2026-03.anchor
    """

    async def work(_: Any, database: "Database") -> tuple[Any, list[Any], float]:
        verification = importlib.import_module("services.cases.audit.verification")
        checker = importlib.import_module("services.cases.audit.rules").Checker()
        anchors = chain.from_iterable(map(verification.read_anchor, anchor or []))
        connection, began = await database.connect(), time.monotonic()
        try:
            found = [finding async for finding in verification.verify(connection, checker, anchors)]
        finally:
            await connection.close()
        return checker, list(dict.fromkeys(found)), time.monotonic() - began

    try:
        checker, found, seconds = on_cases(data_dir, work)
    except ValueError as error:
        raise Refusal("That is not a file that `beatbook audit anchor` wrote.") from error
    if as_json:
        flaws = [{"chain": str(item.chain), "number": item.number, "flaw": item.flaw.name.lower()} for item in found]
        typer.echo(json.dumps({"entries": checker.entries, "chains": checker.chains, "findings": flaws}))
    else:
        lines = [f"{item}." for item in found[:SHOWN]]
        lines += [f"and {len(found) - SHOWN} more: list them with --json."] if len(found) > SHOWN else []
        verdict = f"{len(found)} flaws: THE LOG WAS TAMPERED WITH, or damaged." if found else "Nothing was changed."
        rate = f"{checker.entries} entries in {checker.chains} chains, {seconds:.1f} s."
        typer.echo("\n".join([*lines, f"{rate} {verdict}"]))
    if found:
        raise typer.Exit(1)


@app.command()
def anchor(
    file: Annotated[
        Path, typer.Argument(dir_okay=False, help="A new file; keep it where the database's people can't.")
    ],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Write where every chain ends now, to be kept elsewhere: later `audit verify --anchor` proves nothing was cut off.

    Example: beatbook audit anchor /mnt/usb/2026-03.anchor
    """
    from beatbook.kit.clock import utc_now

    async def work(_: Any, database: "Database") -> int:
        verification, connection = (
            importlib.import_module("services.cases.audit.verification"),
            await database.connect(),
        )
        try:
            written: int = await verification.write_anchor(connection, file, utc_now())
            return written
        finally:
            await connection.close()

    if file.exists():
        raise Refusal(f"{file} is there already: an anchor is never written over.")
    written = on_cases(data_dir, work)
    typer.echo(json.dumps({"chains": written}) if as_json else f"{file} says where {written} chains end.")
