"""`beatbook areas`: the area register from GeoJSON. Rules A1, A2, A3."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

SHOWN = 50

app = typer.Typer(name="areas", help="Areas: the register.", no_args_is_help=True)


@app.callback()
def areas() -> None:
    """Areas: the register."""


@app.command("import")
def import_areas(
    files: Annotated[
        list[Path], typer.Argument(exists=True, dir_okay=False, readable=True, help="GeoJSON files, in any order.")
    ],
    code: Annotated[str, typer.Option(help="The property that holds an area's own code.")] = "code",
    parent: Annotated[str, typer.Option(help="The property that holds the code one level up.")] = "parent_code",
    name: Annotated[str, typer.Option(help="The property that holds the name.")] = "name",
    population: Annotated[
        list[str] | None, typer.Option(help="A property that may hold the number of residents; repeat for several.")
    ] = None,
    root: Annotated[str | None, typer.Option(help="The national area's code, when no feature describes it.")] = None,
    root_name: Annotated[str | None, typer.Option(help="The national area's name, with --root.")] = None,
    url: Annotated[str | None, typer.Option(help="The forum service's URL. [default: the instance's]")] = None,
    token: Annotated[
        str | None, typer.Option(help="A bearer token. [default: BEATBOOK_TOKEN, or the instance's]")
    ] = None,
    data_dir: Annotated[Path | None, typer.Option(help="The instance's data. [default: .beatbook]")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Register the areas of GeoJSON files: up to three nested levels, in one file or several.

    A second run changes nothing. Each feature that is refused is listed with the reason; the others are registered.

    Example: beatbook areas import districts.geojson wards.geojson --population population_2021 --root NORTHUMBRIA
    --root-name Northumbria

    Example: beatbook areas import adm0.geojson adm1.geojson adm2.geojson --population population_2024 --population
    population_2024_sum_of_children
    """
    from beatbook.cli.client import open_client

    if (root is None) != (root_name is None):
        raise typer.BadParameter("--root and --root-name go together.", param_hint="--root")
    collections = [read_collection(file) for file in files]
    country = _country(root or _top_code(collections, code, parent)) or _registered_country(
        url, data_dir, collections, parent
    )
    client = open_client(service="forum", url=url, token=token, data_dir=data_dir, area=country)
    try:
        report = client.post(
            "forum",
            "/v1/areas/imports",
            {
                "mapping": {"code": code, "parent": parent, "name": name, "population": population or []},
                "root": {"code": root, "name": root_name} if root else None,
                "collections": collections,
            },
        )
    finally:
        client.close()
    for refused in report["refused"]:
        refused["file"] = str(files[refused.pop("collection")])
    if as_json:
        typer.echo(json.dumps(report))
    else:
        _tell(report)
    if report["refused"] and not report["registered"] + report["revised"] + report["unchanged"]:
        raise typer.Exit(1)


def read_collection(path: Path) -> dict[str, Any]:
    """A GeoJSON file's features; raises `Refusal` that names the file and what is wrong with it."""
    from beatbook.runtime.refusal import Refusal

    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise Refusal(f"{path} is not GeoJSON: it is not text in UTF-8 (byte {error.start}).") from error
    except json.JSONDecodeError as error:
        raise Refusal(f"{path} is not GeoJSON: no JSON at line {error.lineno}, column {error.colno}.") from error
    except (ValueError, RecursionError) as error:
        raise Refusal(f"{path} is not GeoJSON: {error}.") from error
    kind = content.get("type") if isinstance(content, dict) else None
    if kind != "FeatureCollection":
        found = f"its type is {kind!r:.40}" if isinstance(kind, str) else "it has no type"
        raise Refusal(f"{path} is not a GeoJSON FeatureCollection: {found}. Export it as a FeatureCollection.")
    if not isinstance(content.get("features"), list):
        raise Refusal(f"{path} is not a GeoJSON FeatureCollection: it has no list of features.")
    return {"type": "FeatureCollection", "features": content["features"]}


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no JSON number")


def _properties(collections: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    features = [feature for collection in collections for feature in collection["features"]]
    found = [feature.get("properties") for feature in features if isinstance(feature, dict)]
    return [properties for properties in found if isinstance(properties, dict)]


def _top_code(collections: Sequence[dict[str, Any]], code: str, parent: str) -> str | None:
    """The code of the first feature without a parent, if there is one."""
    tops = (properties.get(code) for properties in _properties(collections) if properties.get(parent) in (None, ""))
    return next((str(top) for top in tops if isinstance(top, str | int)), None)


def _country(source_code: str | None) -> str | None:
    """The national area's code as the register makes it of a source's; None when there is none to be made."""
    from beatbook.contracts.areas import code_part

    try:
        return None if source_code is None else code_part(source_code)
    except ValueError:
        return None


def _registered_country(
    url: str | None, data_dir: Path | None, collections: Sequence[dict[str, Any]], parent: str
) -> str:
    """The country in which a lower level is imported alone, found by a parent that is registered already.

    Without one the register refuses every feature, and says so of each: any country will do to ask it.
    """
    from beatbook.cli.client import Client, running_urls
    from beatbook.contracts.areas import lineage
    from beatbook.runtime.instance import Instance, data_directory

    parents = {str(properties.get(parent)) for properties in _properties(collections)}
    register = Client({"forum": url} if url else running_urls(Instance(data_directory(data_dir))), token=None)
    try:
        known = register.pages("forum", "/v1/areas")
        found = (lineage(area["code"])[0] for area in known if area["external_codes"].get("source") in parents)
        return next(found, "NOWHERE")
    finally:
        register.close()


def _tell(report: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    typer.echo(
        f"{report['registered']} registered, {report['revised']} revised, {report['unchanged']} unchanged, "
        f"{len(report['refused'])} refused" + (f", in {', '.join(report['roots'])}." if report["roots"] else ".")
    )
    if not report["refused"]:
        return
    table = Table(title="Refused features", title_justify="left")
    for heading in ("file", "feature", "code", "reason", "what to mend"):
        table.add_column(heading, justify="right" if heading == "feature" else "left", overflow="fold")
    for refused in report["refused"][:SHOWN]:
        cells = (refused["file"], str(refused["feature"] + 1), refused["code"] or "", refused["reason"])
        table.add_row(*cells, refused["detail"])
    Console(highlight=False, markup=False).print(table)
    if len(report["refused"]) > SHOWN:
        typer.echo(f"and {len(report['refused']) - SHOWN} more: list them with --json.")
