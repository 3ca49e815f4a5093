"""`beatbook demo`: Xandovia, an invented country, loaded through the public APIs like any other."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

SEED = "xandovia-1"
COUNTRY = "XD"


def demo(
    data_dir: Annotated[Path | None, typer.Option(help="The instance's data. [default: .beatbook]")] = None,
) -> None:
    """Load the demo country into a running instance; a second time does nothing, after an interruption the rest.

    Example: beatbook demo --data-dir .beatbook
    """
    from beatbook.cli.client import running_urls
    from beatbook.contracts.actor import Grant, Role
    from beatbook.runtime.instance import Instance, data_directory
    from beatbook.runtime.tokens import issue_token

    instance = Instance(data_directory(data_dir))
    urls = running_urls(instance)
    token = issue_token(instance, [Grant(role=Role.ADMIN, area=COUNTRY)], subject="demo")
    load(urls, token, instance.directory, report=typer.echo)


def load(urls: Mapping[str, str], token: str, directory: Path, report: Callable[[str], None] = print) -> None:
    """Load the demo country: all of it, or what an interrupted load left out; raises `Refusal`.

    `token` administers the country; the data `directory` holds the key that signs those of its police, of the oversight
    body and of the demo's partner agency.
    Returns once the indicators and the handover brief show what was sent.
    """
    import asyncio

    from beatbook.cli.demo_country.casework import AGENCY
    from beatbook.cli.demo_country.loading import Tokens, load_country
    from beatbook.contracts.actor import Grant, Role
    from beatbook.runtime.instance import Instance
    from beatbook.runtime.tokens import issue_token

    def sign(role: Role, subject: str, agency: str | None = None) -> str:
        return issue_token(Instance(directory), [Grant(role=role, area=COUNTRY)], subject=subject, agency=agency)

    tokens = Tokens(
        admin=token,
        police=sign(Role.OFFICER, "community-officer"),
        partner=sign(Role.PARTNER, "demo partner", AGENCY),
        oversight=sign(Role.OVERSIGHT, "demo oversight"),
    )
    asyncio.run(load_country(urls, tokens, SEED, report))
