"""`beatbook forums export | archive | verify`: a forum's records as files, and whether a file is as it was signed."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

if TYPE_CHECKING:
    from beatbook.cli.client import Client

CHAINS = {"minutes_versions.jsonl": "minutes_id", "correction_versions.jsonl": "correction_id"}
"""Files of an archive that hold chains of versions, and what names the thing that they are versions of."""

ForumId = Annotated[UUID, typer.Option("--forum", help="The forum's id.")]
Inside = Annotated[bool, typer.Option("--inside", help="What only those inside the forum may have too.")]
Url = Annotated[str | None, typer.Option(help="The forum service's URL. [default: the instance's]")]
Token = Annotated[str | None, typer.Option(help="A bearer token. [default: BEATBOOK_TOKEN, or the instance's]")]
DataDir = Annotated[Path | None, typer.Option(help="The instance's data. [default: .beatbook]")]


def export(
    table: Annotated[str, typer.Argument(help="Such as meetings.csv or decisions.xlsx.")],
    forum: ForumId,
    output: Annotated[Path | None, typer.Option("--output", "-o", dir_okay=False, help="[default: TABLE here]")] = None,
    inside: Inside = False,
    url: Url = None,
    token: Token = None,
    data_dir: DataDir = None,
) -> None:
    """Save a table of a forum's records: members, meetings, attendance, decisions or concerns.

    Example: beatbook forums export decisions.xlsx --forum 0190...
    """
    _save(f"exports/{table}", forum, output or Path(Path(table).name), inside=inside, url=url, token=token,
          data_dir=data_dir)  # fmt: skip


def archive(
    forum: ForumId,
    output: Annotated[Path, typer.Option("--output", "-o", dir_okay=False, help="Where the zip goes.")],
    inside: Inside = False,
    url: Url = None,
    token: Token = None,
    data_dir: DataDir = None,
) -> None:
    """Save a forum's whole record as one signed archive.

    Example: beatbook forums archive --forum 0190... --output council.zip
    """
    _save("archive", forum, output, inside=inside, url=url, token=token, data_dir=data_dir)


def verify(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="An archive.")],
    keys: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="The signer's keys as JSON. [default: the instance asks]"),
    ] = None,
    url: Url = None,
    data_dir: DataDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Say whether an archive is as it was signed: each file, the signature, the chains of published versions.

    Example: beatbook forums verify council.zip --keys archive-keys.json
    """
    from beatbook.kit.archives import verify as verify_archive

    found = _keys(keys, url, data_dir)
    with file.open("rb") as opened:
        manifest, wrong = verify_archive(opened, found)
        if not wrong:
            wrong = _chain_faults(opened)
    if as_json:
        about = {name: value for name, value in (manifest or {}).items() if name != "files"}
        typer.echo(json.dumps({"manifest": about, "wrong": wrong}))
    elif wrong:
        for finding in wrong:
            typer.echo(f"WRONG {_shown(finding)}")
    else:
        files = len((manifest or {})["files"])
        typer.echo(f"{file} is as it was signed: {files} files, of forum {(manifest or {}).get('forum_id')}.")
    if wrong:
        raise typer.Exit(1)


def _shown(text: str) -> str:
    """A finding on one line: the names in it are the archive's, and could say to a terminal what they like."""
    return "".join(mark if mark.isprintable() else mark.encode("unicode_escape").decode() for mark in text)


def _save(
    path: str, forum: UUID, output: Path, *, inside: bool, url: str | None, token: str | None, data_dir: Path | None
) -> None:
    from beatbook.cli.client import open_forum_client
    from beatbook.runtime.refusal import Refusal

    client: Client = open_forum_client(forum, url=url, token=token, data_dir=data_dir)
    audience = "inside" if inside else "public"
    unfinished = output.with_name(output.name + ".part")
    try:
        with unfinished.open("wb") as file:
            client.download("forum", f"/v1/forums/{forum}/{path}?audience={audience}", file)
        unfinished.replace(output)
    except OSError as error:
        raise Refusal(f"{output} cannot be written: {error.strerror}.") from error
    finally:
        client.close()
        unfinished.unlink(missing_ok=True)
    typer.echo(f"{output}: {output.stat().st_size} bytes")


def _keys(file: Path | None, url: str | None, data_dir: Path | None) -> list[dict[str, Any]]:
    from beatbook.cli.client import Client, service_urls
    from beatbook.runtime.refusal import Refusal

    if file is None:
        client = Client(service_urls("forum", url, data_dir), None)
        try:
            found = client.get("forum", "/v1/archive-keys")
        finally:
            client.close()
    else:
        try:
            found = json.loads(file.read_bytes())
        except ValueError as error:
            raise Refusal(f"{file} is no JSON: save what /v1/archive-keys answers.") from error
    keys = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise Refusal("These are no keys: a JSON object with a list of `keys` is expected.")
    return keys


def _chain_faults(file: io.BufferedReader) -> list[str]:
    """What is wrong in the chains of an archive whose files are as they were signed."""
    from beatbook.kit.archives import chain_faults

    def versions(archive: zipfile.ZipFile, name: str) -> Iterator[dict[str, Any]]:
        with archive.open(name) as lines:
            for line in lines:
                yield json.loads(line)

    with zipfile.ZipFile(file) as archive:
        return [
            f"{name}: {fault}"
            for name, thing in CHAINS.items()
            if name in archive.namelist()
            for fault in chain_faults(versions(archive, name), thing)
        ]
