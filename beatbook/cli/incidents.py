"""`beatbook incidents`: intake in bulk. Rule C1."""

import csv
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from beatbook.cli.client import Client
    from beatbook.cli.incident_file import IncidentFile, Row

BATCH_ROWS = 5000
SHOWN = 20
PATIENCE_SECONDS = 30.0

app = typer.Typer(name="incidents", help="Incidents: bulk intake.", no_args_is_help=True)


@app.callback()
def incidents() -> None:
    """Incidents: bulk intake."""


@dataclass(frozen=True)
class Refused:
    """A row that was not taken."""

    line: int
    external_id: str | None
    reason: str
    detail: str


@dataclass
class Outcome:
    """What became of a file's rows."""

    import_id: str
    added: int = 0
    already: int = 0
    refused: list[Refused] = field(default_factory=list)


@app.command("import")
def import_incidents(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A .csv or .jsonl file, or one with .gz.")
    ],
    mapping: Annotated[
        Path,
        typer.Option(
            exists=True, dir_okay=False, help="Which column is which: see docs/mappings/northumbria_asb.toml."
        ),
    ],
    root: Annotated[str, typer.Option(help="The area within which points are placed, such as NORTHUMBRIA.")],
    url: Annotated[str | None, typer.Option(help="The cases service's URL. [default: the instance's]")] = None,
    token: Annotated[
        str | None, typer.Option(help="A bearer token. [default: BEATBOOK_TOKEN, or the instance's]")
    ] = None,
    data_dir: Annotated[Path | None, typer.Option(help="The instance's data. [default: .beatbook]")] = None,
    report: Annotated[Path | None, typer.Option(help="Write every refused row there, as CSV.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Record the incidents of a file; a second run adds none, an interrupted one goes on where it stopped.

    Example: beatbook incidents import asb.csv --mapping asb.toml --root NORTHUMBRIA --report refused.csv
    """
    from beatbook.cli.client import open_client
    from beatbook.cli.incident_file import IncidentFile, read_mapping
    from beatbook.contracts.areas import parse_code

    try:
        parse_code(root)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--root") from error
    incident_file = IncidentFile(file, read_mapping(mapping))
    total = incident_file.check()
    if report is not None:
        _write_report(report, [])  # a place that can't be written is told before anything is sent
    client = open_client(service="cases", url=url, token=token, data_dir=data_dir, area=root)
    try:
        _await_areas(client, root)
        outcome = _send(client, incident_file, root, total)
    finally:
        client.close()
    if report is not None:
        _write_report(report, outcome.refused)
    if as_json:
        typer.echo(json.dumps(asdict(outcome)))
    else:
        _tell(outcome, report)
    if outcome.refused and not outcome.added and not outcome.already:
        raise typer.Exit(1)


def _await_areas(client: "Client", root: str) -> None:
    """Wait until the cases service has heard of every open area that the register has under `root`.

    Else a point could be placed in an upper area, because the lower one has not arrived yet. Raises `Refusal`.
    """
    from beatbook.runtime.refusal import Refusal

    if not client.knows("forum"):
        return
    today = datetime.now(UTC).date().isoformat()
    register = client.pages("forum", "/v1/areas", within=root)
    expected = sum(area["valid_to"] is None or area["valid_to"] > today for area in register)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (known := client.get("cases", f"/v1/places/{root}")["open_areas"]) < expected:
        if time.monotonic() > deadline:
            raise Refusal(
                f"The cases service knows {known} of the {expected} areas within {root}: the news of the others is "
                "still on its way. Try again in a moment."
            )
        time.sleep(0.2)


def _send(client: "Client", file: "IncidentFile", root: str, total: int) -> Outcome:
    """Send the file batch by batch, leaving out those that were taken whole before."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    outcome = Outcome(file.fingerprint(root, BATCH_ROWS))
    taken = set(client.get("cases", f"/v1/incidents/imports/{outcome.import_id}", root=root)["batches"])
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("Recording incidents", total=total)
        for number, batch in enumerate(_batches(file.rows())):
            _send_batch(client, file, root, number, batch, outcome, skip=number in taken)
            progress.advance(task, len(batch))
    outcome.refused.sort(key=lambda refused: refused.line)
    return outcome


def _send_batch(
    client: "Client", file: "IncidentFile", root: str, number: int, batch: list["Row"], outcome: Outcome, *, skip: bool
) -> None:
    fit = [row for row in batch if row.refusal is None]
    for row in batch:
        if row.refusal is not None:
            outcome.refused.append(Refused(row.line, row.fields.get("external_id"), *row.refusal))
    if skip or not fit:
        outcome.already += len(fit)
        return
    answer = client.post(
        "cases",
        "/v1/incidents/batches",
        {
            "import_id": outcome.import_id,
            "batch": number,
            "root": root,
            "source": file.mapping.defaults.source,
            "categories": file.mapping.defaults.categories,
            "zone": file.mapping.defaults.timezone and file.mapping.defaults.timezone.key,
            "rows": [row.fields for row in fit],
        },
    )
    outcome.added += answer["added"]
    outcome.already += answer["already"]
    for refused in answer["refused"]:
        line = fit[refused["row"]].line
        outcome.refused.append(Refused(line, refused["external_id"], refused["reason"], refused["detail"]))


def _batches(rows: Iterator["Row"]) -> Iterator[list["Row"]]:
    while batch := list(islice(rows, BATCH_ROWS)):
        yield batch


def _write_report(path: Path, refused: list[Refused]) -> None:
    """Write the refused rows; raises `Refusal` when the file can't be written."""
    from beatbook.runtime.refusal import Refusal

    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["line", "external_id", "reason", "detail"])
            writer.writerows([row.line, row.external_id, row.reason, row.detail] for row in refused)
    except OSError as error:
        raise Refusal(f"The report {path} cannot be written: {error.strerror}.") from error


def _tell(outcome: Outcome, report: Path | None) -> None:
    typer.echo(f"{outcome.added} added, {outcome.already} already there, {len(outcome.refused)} refused.")
    for reason, count in Counter(row.reason for row in outcome.refused).most_common():
        typer.echo(f"  {reason}: {count}")
    for row in outcome.refused[:SHOWN]:
        typer.echo(f"  line {row.line}: {row.detail}")
    hidden = len(outcome.refused) - SHOWN
    if hidden > 0:
        typer.echo(f"  and {hidden} more: " + (f"see {report}." if report else "list them with --report FILE.csv."))
