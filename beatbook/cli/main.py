"""The `beatbook` command: one file per noun, registered here."""

import sys
from typing import Any

import typer
from typer.core import TyperGroup

from beatbook.cli import (
    areas,
    audit,
    cases,
    databases,
    demo,
    diversion,
    events,
    forums,
    incidents,
    keys,
    migrate,
    reference,
    serve,
    token,
    up,
)
from beatbook.runtime.refusal import Refusal


class Commands(TyperGroup):
    """Answers a refusal with one sentence on standard error and exit code 1."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line."""
        try:
            return super().main(*args, **kwargs)
        except Refusal as refusal:
            typer.echo(str(refusal), err=True)
            sys.exit(1)


app = typer.Typer(
    name="beatbook",
    cls=Commands,
    help="The log that a country's community-oriented policing hands from shift to shift.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("up")(up.up)
app.command("demo")(demo.demo)
app.add_typer(areas.app)
app.add_typer(forums.app)
app.add_typer(incidents.app)
app.add_typer(cases.app)
app.add_typer(audit.app)
app.add_typer(diversion.app)
app.add_typer(events.app)
app.command("token")(token.token)
app.command("keys")(keys.keys)
app.command("serve")(serve.serve)
app.command("databases")(databases.databases)
app.command("migrate")(migrate.migrate)
app.add_typer(reference.app)
