"""`beatbook cases`: the secrets that cases are sealed under and names are found by, and what is done to change them."""

import importlib
import json
from typing import TYPE_CHECKING, Any

import typer

from beatbook.cli.cases_database import AsJson, DataDir, on_cases

if TYPE_CHECKING:
    from beatbook.kit.db import Database

app = typer.Typer(name="cases", help="Cases: their keys, and the index of names.", no_args_is_help=True)
keys = typer.Typer(name="keys", help="The keys of cases, and what they are kept under.", no_args_is_help=True)
app.add_typer(keys)


@keys.command()
def status(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Say how many cases' keys are under which secret of BEATBOOK_CASE_KEYS; exit 1 when one of them can't be opened.

    Example: beatbook cases keys status
    """
    _tell(on_cases(data_dir, _count), as_json)


@keys.command()
def rotate(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Wrap the keys of all cases under the first secret of BEATBOOK_CASE_KEYS, while the service runs.

    First put the new secret before the old one and restart the service. Broken off, run it again. When no case is under
    the old secret any more, take that away: copies of the database from before can't be read then.

    Example: beatbook cases keys rotate
    """

    async def work(settings: Any, database: "Database") -> list[dict[str, Any]]:
        rotation, vault = importlib.import_module("services.cases.files.rotation"), _vault(settings)
        last, more = None, True
        while more:
            async with database.sessions.begin() as session:
                turn = await rotation.rewrap(session, vault, last)
            last, more = turn.last, turn.last is not None
        return await _count(settings, database)

    _tell(on_cases(data_dir, work), as_json)


@app.command("index-names")
def index_names(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Index all names by the first secret of BEATBOOK_NAME_INDEX_KEY, while the service runs.

    First put the new secret before the old one and restart the service. Broken off, run it again; then the old one can
    go.

    Example: beatbook cases index-names
    """

    async def work(settings: Any, database: "Database") -> int:
        indexing = importlib.import_module("services.cases.people.indexing")
        names = importlib.import_module("services.cases.people.names").NameIndex(settings.name_secrets)
        last, more, indexed = None, True, 0
        while more:
            async with database.sessions.begin() as session:
                turn = await indexing.index_anew(session, _vault(settings), names, last)
            last, more, indexed = turn.last, turn.last is not None, indexed + turn.indexed
        return indexed

    indexed = on_cases(data_dir, work)
    typer.echo(json.dumps({"indexed": indexed}) if as_json else f"{indexed} people indexed anew.")


async def _count(settings: Any, database: "Database") -> list[dict[str, Any]]:
    rotation, vault = importlib.import_module("services.cases.files.rotation"), _vault(settings)
    async with database.sessions.begin() as session:
        found = await rotation.keys_under(session)
    counted = {vault.current: 0} | dict(found)
    return [{"key": id.hex(), "state": vault.state_of(id), "cases": cases} for id, cases in counted.items()]


def _vault(settings: Any) -> Any:
    from beatbook.kit.sealing import KeyRing

    return KeyRing(settings.key_secrets)


def _tell(found: list[dict[str, Any]], as_json: bool) -> None:
    lines = [f"{item['key']}  {item['state']}: {item['cases']} cases" for item in found]
    elsewhere = sum(item["cases"] for item in found if item["state"] != "in use")
    lines.append("All under the secret in use." if not elsewhere else "Not all under the secret in use: rotate.")
    unknown = sum(item["cases"] for item in found if item["state"] == "unknown")
    if unknown:
        lines[-1] = f"{unknown} cases can't be opened: put the secret that they are under after the others."
    typer.echo(json.dumps(found) if as_json else "\n".join(lines))
    if unknown:
        raise typer.Exit(1)
