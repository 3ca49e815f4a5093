"""`beatbook diversion`: the rules of a jurisdiction's diversion programmes. Rule C8."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from services.cases.programmes.rules import ProgrammeRules

app = typer.Typer(name="diversion", help="Diversion: the rules of programmes.", no_args_is_help=True)
rules = typer.Typer(name="rules", help="Rules of programmes, as files.", no_args_is_help=True)
app.add_typer(rules)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A rules file (JSON).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")]


@rules.command("check")
def check(file: File, as_json: AsJson = False) -> None:
    """Say everything that is amiss in a rules file; nothing is sent anywhere.

    Example: beatbook diversion rules check docs/programmes/example-halt-agreement.json
    """
    found = _read(file)
    if as_json:
        typer.echo(json.dumps({"code": found.code, "version": found.version, "is_example": found.is_example}))
    else:
        typer.echo(f"{found.code}, version {found.version}: fit to be loaded." + _warning(found))


@rules.command("load")
def load(
    file: File,
    area: Annotated[str, typer.Option(help="The country it is law in, such as XK.")],
    url: Annotated[str | None, typer.Option(help="The cases service's URL. [default: the instance's]")] = None,
    token: Annotated[
        str | None, typer.Option(help="A bearer token. [default: BEATBOOK_TOKEN, or the instance's]")
    ] = None,
    data_dir: Annotated[Path | None, typer.Option(help="The instance's data. [default: .beatbook]")] = None,
    as_json: AsJson = False,
) -> None:
    """Load a version of a programme's rules; cases decided under an earlier version keep to it.

    Example: beatbook diversion rules load caution.json --area XK
    """
    from beatbook.cli.client import open_client
    from beatbook.contracts.areas import parse_code

    try:
        parse_code(area)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--area") from error
    found = _read(file)
    client = open_client(service="cases", url=url, token=token, data_dir=data_dir, area=area)
    try:
        loaded = client.post("cases", "/v1/programmes", {"area": area, "rules": found.model_dump(mode="json")})
    finally:
        client.close()
    if as_json:
        typer.echo(json.dumps(loaded))
    else:
        typer.echo(f"{found.code}, version {found.version}, is loaded in {area}: {loaded['id']}." + _warning(found))


def _read(file: Path) -> "ProgrammeRules":
    """A file's rules; raises `Refusal` with everything that is amiss."""
    from beatbook.runtime.refusal import Refusal
    from services.cases.programmes.rules import read_rules

    found, amiss = read_rules(file.read_bytes())
    if found is None:
        raise Refusal("\n".join([f"{file} cannot be loaded:", *(f"  - {fault}" for fault in amiss)]))
    return found


def _warning(found: "ProgrammeRules") -> str:
    return " It is an example and not law: decide no real case under it." if found.is_example else ""
