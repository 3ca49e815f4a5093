"""`beatbook keys`: signing keys for an installation that has no identity provider of its own."""

from pathlib import Path
from typing import Annotated

import typer


def keys(
    data_dir: Annotated[Path | None, typer.Option(help="Where the keys live. [default: .beatbook]")] = None,
    publish: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Write the public keys (JWKS) here too, for the services.")
    ] = None,
) -> None:
    """Make the key that tokens are signed with, once; a second time keeps it.

    For a laptop or a trial. In production tokens come from your OIDC issuer, and BEATBOOK_JWKS names its keys.

    Example: beatbook keys --data-dir /keys --publish /jwks/jwks.json
    """
    from beatbook.runtime.instance import Instance, data_directory
    from beatbook.runtime.refusal import Refusal
    from beatbook.runtime.tokens import ensure_keys

    instance = Instance(data_directory(data_dir))
    instance.create()
    ensure_keys(instance)
    if publish is not None:
        try:
            publish.write_bytes(instance.jwks.read_bytes())
        except OSError as error:
            raise Refusal(f"{publish} cannot be written: {error.strerror}.") from error
    typer.echo(f"keys are in {instance.directory}")
