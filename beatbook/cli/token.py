"""`beatbook token`: a token that an embedded instance accepts."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from beatbook.contracts.actor import Role


def token(
    role: Annotated[Role, typer.Option(help="What the holder is.")],
    area: Annotated[str, typer.Option(help="Where: the area and everything below it, such as XK.PRI.")],
    agency: Annotated[str | None, typer.Option(help="The agency that a partner acts for.")] = None,
    subject: Annotated[str | None, typer.Option(help="Whom the log names. [default: role@area]")] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="Days until it expires.")] = 7,
    data_dir: Annotated[Path | None, typer.Option(help="The instance's data. [default: .beatbook]")] = None,
) -> None:
    """Print a bearer token, and nothing else.

    Example: beatbook token --role council --area XK.PRI
    """
    from beatbook.contracts.actor import Grant
    from beatbook.contracts.areas import parse_code
    from beatbook.runtime.instance import Instance, data_directory
    from beatbook.runtime.tokens import issue_token

    try:
        grant = Grant(role=role, area=parse_code(area))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--area") from error
    if role is Role.PARTNER and not agency:
        raise typer.BadParameter("a partner acts for an agency: name it", param_hint="--agency")
    lifetime = timedelta(days=days)
    instance = Instance(data_directory(data_dir))
    typer.echo(issue_token(instance, [grant], subject=subject or str(grant), agency=agency, lifetime=lifetime))
