"""`beatbook up`: the whole of Beatbook on this machine."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from beatbook.runtime.stack import Ready


def up(
    data_dir: Annotated[Path | None, typer.Option(help="Where the data lives. [default: .beatbook]")] = None,
    port: Annotated[
        int, typer.Option(min=1024, max=65_530, help="The gateway's port; services take the next five.")
    ] = 8000,
    demo: Annotated[bool, typer.Option("--demo", help="Load a demo country, once.")] = False,
    ready_file: Annotated[Path | None, typer.Option(help="Write a JSON object there once all is ready.")] = None,
) -> None:
    """Start Beatbook on this machine, and stop it with Ctrl-C.

    Example: beatbook up --demo --port 8000 --data-dir .beatbook
    """
    from beatbook.runtime.instance import Instance, data_directory
    from beatbook.runtime.stack import Stack

    instance = Instance(data_directory(data_dir))
    typer.echo(f"Starting Beatbook in {instance.directory} ...")
    stack = Stack(instance, port, demo, ready_file.resolve() if ready_file else None, tell=typer.echo)
    stack.run(lambda ready: _show(ready, instance.directory))


def _show(ready: "Ready", directory: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, soft_wrap=True)
    table = Table(title="Beatbook", title_justify="left")
    table.add_column("process")
    table.add_column("address")
    table.add_column("pid", justify="right")
    for name, pid in ready.pids.items():
        table.add_row(name, ready.urls.get(name, ""), str(pid))
    console.print(table)
    console.print(f"Dashboards     {ready.urls['gateway']}/")
    console.print(f"GraphiQL       {ready.urls['gateway']}/graphiql")
    if ready.sign_in:
        console.print(f"Sign in        {ready.sign_in}")
    console.print(f"Data and logs  {directory}")
    console.print(f"Ready: all processes answered after {ready.started_in:.1f} s. Stop with Ctrl-C.")
