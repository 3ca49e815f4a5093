"""`beatbook reference`: the reference documents, made from the code and never by hand. ARCHITECTURE 9."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from beatbook.runtime.refusal import Refusal

REFERENCE = Path("docs/reference")
SCHEMA = Path("gateway/schema.graphql")
BROKER_ACCOUNTS = (Path("deploy/compose/accounts.conf"), Path("deploy/k8s/overlays/dev/accounts.conf"))

app = typer.Typer(name="reference", help="Reference documents: OpenAPI, GraphQL schema, events.", no_args_is_help=True)

Project = Annotated[
    Path, typer.Option("--project", exists=True, file_okay=False, help="The project's directory. [default: here]")
]


@app.command("write")
def write(project: Project = Path()) -> None:
    """Write the documents anew, and remove those that nothing makes any more.

    Example: beatbook reference write
    """
    documents = make_documents()
    for path in leftovers(project, documents):
        (project / path).unlink()
    for path, content in documents.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(content, encoding="utf-8")
    typer.echo(f"{len(documents)} documents written")


@app.command("check")
def check(project: Project = Path()) -> None:
    """Say which documents are not as the code would make them, and which events break what was released of them.

    Example: beatbook reference check
    """
    from beatbook.cli import releases

    if broken := releases.faults(project):
        raise Refusal("\n".join(broken))
    if faults := drift(project):
        raise Refusal("\n".join([*faults, "Run `beatbook reference write`, and commit what changed with the change."]))
    typer.echo("the reference documents are as the code has it")


@app.command("release")
def release(project: Project = Path()) -> None:
    """Record what events say now as released: new events, and new fields with a default. It never drops anything.

    Example: beatbook reference release
    """
    from beatbook.cli import releases

    now = releases.current()
    if refused := releases.refusals(releases.released(project), now):
        raise Refusal("\n".join([*refused, releases.ADVICE]))
    for name in (recorded := releases.record(project, now)):
        typer.echo(name)
    typer.echo(f"{len(recorded)} recorded in {releases.RELEASED}")


def drift(project: Path) -> list[str]:
    """What is wrong with the committed documents, a line each."""
    documents = make_documents()
    faults = []
    for path, content in documents.items():
        if not (project / path).exists():
            faults.append(f"{path} is missing")
        elif (project / path).read_text(encoding="utf-8") != content:
            faults.append(f"{path} has drifted")
    return faults + [f"{path} is left over" for path in leftovers(project, documents)]


def leftovers(project: Path, documents: Mapping[Path, str]) -> list[Path]:
    """Files below docs/reference that are not among `documents`."""
    there = (path.relative_to(project) for path in (project / REFERENCE).rglob("*") if path.is_file())
    return sorted(path for path in there if path not in documents)


def make_documents() -> dict[Path, str]:
    """Every document by its path in the project."""
    import yaml

    from beatbook.cli import event_documents
    from beatbook.cli.asyncapi import asyncapi

    documents = {REFERENCE / path: content for path, content in event_documents.make_documents()}
    documents[REFERENCE / "asyncapi.yaml"] = yaml.dump(
        asyncapi(), Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=120
    )
    documents.update({REFERENCE / path: content for path, content in _openapi()})
    documents[REFERENCE / "programme.schema.json"] = _programme_schema()
    documents[SCHEMA] = _graphql()
    documents.update(dict.fromkeys(BROKER_ACCOUNTS, _broker_accounts()))
    return documents


def _dumper() -> Any:
    """Writes every value out, for anchors are YAML's own and not AsyncAPI's; and text of more lines as it is."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - as its base
            return True

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)

    Dumper.add_representer(str, text)
    return Dumper


def _openapi() -> Iterator[tuple[str, str]]:
    """Each service's OpenAPI 3.1 document, from its application; neither database nor broker is asked."""
    import importlib

    from beatbook.kit.app import create_app
    from beatbook.runtime.databases import SERVICES

    for name in SERVICES:
        service = importlib.import_module(f"services.{name}.app").service
        settings = service.settings(
            role="api",
            database_url="postgresql://nowhere/nothing",
            jwks="https://nowhere.invalid/jwks",
            feed_secret="not needed",  # noqa: S106 - nothing listens
            webhook_key="not needed, but as long as a real one",
            case_keys="not needed but as long as a real one is",
            name_index_key="not needed but as long as a real one is",
        )
        document = create_app(service, settings).openapi()
        yield f"openapi/{name}.json", json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _programme_schema() -> str:
    """The JSON Schema of a diversion programme's rules."""
    import importlib

    rules = importlib.import_module("services.cases.programmes.rules")
    return json.dumps(rules.schema(), indent=2, ensure_ascii=False) + "\n"


def _broker_accounts() -> str:
    """The broker's accounts as a file to include; passwords are environment variables of the server."""
    from beatbook.runtime.applications import walled_accounts
    from beatbook.runtime.databases import SERVICES
    from beatbook.runtime.rights import GATEWAY, OPERATOR, written_out

    passwords = {name: f"${name.upper()}_NATS_PASSWORD" for name in (*SERVICES, GATEWAY, OPERATOR)}
    comment = (
        "The broker's accounts and users: who may publish, ask and hear what (docs/adr/0013).\n"
        "Made by `beatbook reference write` from what the services declare; not to be changed by hand."
    )
    return written_out(walled_accounts(SERVICES, passwords), comment)


def _graphql() -> str:
    import importlib

    schema = importlib.import_module("gateway.schema")
    return str(schema.print_schema(schema.make_schema(introspection=True))) + "\n"
