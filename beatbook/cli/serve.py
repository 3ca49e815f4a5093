"""`beatbook serve`: one process of Beatbook in a container, its settings from the environment."""

from enum import StrEnum
from typing import Annotated

import typer

from beatbook.runtime.refusal import Refusal


class Process(StrEnum):
    """What can be served."""

    FORUM = "forum"
    CASES = "cases"
    KPI = "kpi"
    HANDOVER = "handover"
    WEBHOOKS = "webhooks"
    GATEWAY = "gateway"


class ProcessRole(StrEnum):
    """A service's two halves, or both in one process."""

    ALL = "all"
    API = "api"
    WORKER = "worker"


def serve(
    process: Annotated[Process, typer.Argument(help="The service, or the gateway.")],
    role: Annotated[ProcessRole | None, typer.Option(help="[default: BEATBOOK_ROLE, else all]")] = None,
) -> None:
    """Serve one process until SIGTERM; every setting is an environment variable BEATBOOK_*.

    Example: BEATBOOK_DATABASE_URL=... BEATBOOK_JWKS=... beatbook serve forum --role worker
    """
    from pydantic import ValidationError

    from beatbook.runtime import applications

    given = {} if role is None else {"role": role.value}
    try:
        if process is Process.GATEWAY:
            prepared = applications.prepare_gateway({})
        else:
            prepared = applications.prepare_service(process.value, given)
    except ValidationError as error:
        names = ", ".join(f"BEATBOOK_{'_'.join(map(str, item['loc']))}".upper() for item in error.errors())
        raise Refusal(f"These environment variables are missing or wrong: {names}.") from error
    applications.serve(prepared)
