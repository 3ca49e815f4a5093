"""`beatbook forums`: a forum's records in and out, in bulk."""

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from beatbook.cli import forum_files

if TYPE_CHECKING:
    from beatbook.cli.client import Client
    from beatbook.cli.forum_tables import Records, Row

BATCH_ROWS = 50
BATCH_PARTS = 1500
SHOWN = 20

app = typer.Typer(name="forums", help="Forums: their records in and out.", no_args_is_help=True)


@app.callback()
def forums() -> None:
    """Forums: their records in and out."""


app.command("export")(forum_files.export)
app.command("archive")(forum_files.archive)
app.command("verify")(forum_files.verify)


@dataclass(frozen=True)
class Refused:
    """A row, or a part of one, that was not taken."""

    file: str
    line: int
    kind: str | None
    external_id: str | None
    reason: str
    detail: str


@dataclass
class Outcome:
    """What became of everything that was read, by kind."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)

    def add(self, kind: str, outcome: str, number: int = 1) -> None:
        """Count parts."""
        self.counts.setdefault(kind, Counter())[outcome] += number


@app.command("import")
def import_records(
    records: Annotated[
        Path, typer.Argument(exists=True, readable=True, help="A file of JSON lines, or with --mapping a directory.")
    ],
    forum: Annotated[UUID, typer.Option(help="The forum's id.")],
    mapping: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False,
            help="How CSV tables become records: see docs/mappings/nyc_council_public_safety.toml.",
        ),
    ] = None,
    source: Annotated[str | None, typer.Option(help="With JSON lines: where they come from, such as legistar.")] = None,
    trial: Annotated[bool, typer.Option("--trial", help="Report what would become of each row; keep nothing.")] = False,
    url: Annotated[str | None, typer.Option(help="The forum service's URL. [default: the instance's]")] = None,
    token: Annotated[
        str | None, typer.Option(help="A bearer token. [default: BEATBOOK_TOKEN, or the instance's]")
    ] = None,
    data_dir: Annotated[Path | None, typer.Option(help="The instance's data. [default: .beatbook]")] = None,
    report: Annotated[Path | None, typer.Option(help="Write everything that was refused there, as CSV.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:  # fmt: skip
    """Take over seats and meetings of another system; a second run adds none, an interrupted one goes on.

    Example: beatbook forums import nyc/ --mapping nyc_council_public_safety.toml --forum 0190... --report refused.csv
    """
    from beatbook.cli.client import open_forum_client
    from beatbook.cli.forum_mapping import read_forum_mapping
    from beatbook.cli.forum_tables import read_lines, read_tables

    if (mapping is None) == (source is None):
        raise typer.BadParameter("JSON lines need --source, a directory of tables --mapping.", param_hint="--mapping")
    if mapping is not None:
        read = read_tables(records, read_forum_mapping(mapping), datetime.now(UTC))
    else:
        read = read_lines(records, source or "")
    if report is not None:
        _write_report(report, [])  # a place that can't be written is told before anything is sent
    client = open_forum_client(forum, url=url, token=token, data_dir=data_dir)
    try:
        outcome = send(client, forum, read, trial=trial)
    finally:
        client.close()
    if report is not None:
        _write_report(report, outcome.refused)
    if as_json:
        typer.echo(json.dumps(asdict(outcome)))
    else:
        _tell(outcome, report)
    if not any(counts["added"] or counts["unchanged"] for counts in outcome.counts.values()):
        raise typer.Exit(1)


def send(client: "Client", forum: UUID, records: "Records", *, trial: bool) -> Outcome:
    """Send all rows batch by batch, and gather what became of each."""
    from rich.console import Console
    from rich.progress import Progress

    outcome = Outcome()
    for orphan in records.orphans:
        outcome.add(orphan.kind, "refused")
        place = orphan.place
        outcome.refused.append(
            Refused(place.file, place.line, orphan.kind, orphan.external_id, "belongs-nowhere", orphan.detail)
        )
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("Taking records over", total=len(records.rows))
        for batch in _batches(records.rows):
            body = {"source": records.source, "rows": [row.fields for row in batch], "trial": trial}
            answer = client.post("forum", f"/v1/forums/{forum}/imports", body)
            _gather(outcome, batch, answer)
            progress.advance(task, len(batch))
    outcome.refused.sort(key=lambda refused: (refused.file, refused.line))
    return outcome


def _gather(outcome: Outcome, batch: Sequence["Row"], answer: dict[str, Any]) -> None:
    for kind, counts in answer["counts"].items():
        for name, number in counts.items():
            outcome.add(kind, name, number)
    for refused in answer["refused"]:
        place = batch[refused["row"]].where(refused["kind"], refused["number"])
        told = (refused[name] for name in ("kind", "external_id", "reason", "detail"))
        outcome.refused.append(Refused(place.file, place.line, *told))


def _batches(rows: Sequence["Row"]) -> Iterator[list["Row"]]:
    """Rows in batches of at most 50, fewer where they have many parts: a batch is one transaction."""
    waiting = iter(rows)
    while batch := list(islice(waiting, 1)):
        parts = sum(map(len, batch[0].parts.values()))
        for row in islice(waiting, BATCH_ROWS - 1):
            batch.append(row)
            parts += sum(map(len, row.parts.values()))
            if parts > BATCH_PARTS:
                break
        yield batch


def _write_report(path: Path, refused: Sequence[Refused]) -> None:
    """Write what was refused; raises `Refusal` when the file can't be written."""
    from beatbook.runtime.refusal import Refusal

    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["file", "line", "kind", "external_id", "reason", "detail"])
            writer.writerows([r.file, r.line, r.kind, r.external_id, r.reason, r.detail] for r in refused)
    except OSError as error:
        raise Refusal(f"The report {path} cannot be written: {error.strerror}.") from error


def _tell(outcome: Outcome, report: Path | None) -> None:
    for kind, counts in outcome.counts.items():
        typer.echo(f"{kind}: {counts['added']} added, {counts['unchanged']} unchanged, {counts['refused']} refused")
    for (what, reason), number in Counter((row.kind, row.reason) for row in outcome.refused).most_common():
        typer.echo(f"  {what} refused, {reason}: {number}")
    for row in outcome.refused[:SHOWN]:
        typer.echo(f"  {row.file} line {row.line}: {row.detail}")
    hidden = len(outcome.refused) - SHOWN
    if hidden > 0:
        typer.echo(f"  and {hidden} more: " + (f"see {report}." if report else "list them with --report FILE.csv."))
