"""Refusals, and how they are answered: problem documents (RFC 9457). Rule X4.

A problem document says what is wrong, where, and what to mend; it never echoes what was sent.
"""

import logging
import re
from collections.abc import Sequence
from typing import Any

import asyncpg
import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from beatbook.kit import telemetry
from beatbook.kit.sealing import Unreadable

log = logging.getLogger(__name__)

TYPE_BASE = "urn:beatbook:problem:"


class Problem(Exception):
    """A refusal on its way to the caller."""

    status = 400
    code = "bad-request"
    title = "The request cannot be taken"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        rule: str | None = None,
        unmet: Sequence[str] = (),
        headers: dict[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.detail, self.rule, self.unmet, self.headers, self.members = detail, rule, list(unmet), headers, members
        self.code = code or self.code

    def document(self) -> dict[str, Any]:
        """The problem document as a JSON object."""
        body: dict[str, Any] = {
            "type": TYPE_BASE + self.code,
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if self.rule:
            body["rule"] = self.rule
        if self.unmet:
            body["unmet"] = self.unmet
        return body | self.members


class Unauthenticated(Problem):
    """The token is missing where one is needed, or not to be trusted."""

    status, code, title = 401, "unauthenticated", "A valid token is needed"


class Forbidden(Problem):
    """The actor sees the thing but may not do this to it."""

    status, code, title = 403, "forbidden", "You may not do this"


class NotFound(Problem):
    """There is no such thing, or none that this actor may know of: the two look the same."""

    status, code, title = 404, "not-found", "There is no such thing here"

    def __init__(self, noun: str) -> None:
        super().__init__(f"No {noun} with this id or code that you may see.")


class Gone(Problem):
    """The thing was destroyed; the actor may know that it was there."""

    status, code, title = 410, "gone", "It is not there any more"


class Conflict(Problem):
    """The thing's state does not allow this step now."""

    status, code, title = 409, "conflict", "The present state does not allow this"


class Stale(Problem):
    """The thing changed since the caller read it."""

    status, code, title = 412, "stale", "Someone changed it in the meantime"


class PreconditionRequired(Problem):
    """A change came without If-Match."""

    status, code, title = 428, "if-match-required", "Say which version you change"


class TooLarge(Problem):
    """The body is over the limit."""

    status, code, title = 413, "too-large", "The body is too large"


class Unsupported(Problem):
    """The body is of a kind that is not read here."""

    status, code, title = 415, "unsupported-media-type", "The body is of a kind that is not read here"


class Refused(Problem):
    """A rule of the domain refuses, and says what to mend."""

    status, code, title = 422, "refused", "A rule refuses this"


class Invalid(Problem):
    """The request's form is wrong."""

    status, code, title = 422, "invalid", "Some fields are not as they should be"


class Unavailable(Problem):
    """Something this needs does not answer just now."""

    status, code, title = 503, "unavailable", "Try again shortly"

    def __init__(self, detail: str, retry_after: int = 2) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)})


class OutcomeUnknown(Unavailable):
    """The answer to a commit never came: it was kept, or it was not."""

    code, title = "outcome-unknown", "Whether this took effect is not known"

    def __init__(self) -> None:
        super().__init__(
            "The database stopped answering while this was being kept. Send it again with the same Idempotency-Key: it "
            "takes effect once, and you get its answer. If you sent none, look first whether it took effect."
        )


def unanswered(*, committing: bool) -> Unavailable:
    """The refusal when the database does not answer; before the commit, nothing can have been changed."""
    if committing:
        return OutcomeUnknown()
    return Unavailable("The database does not answer. Nothing was changed; send the request again.")


def answer(problem: Problem) -> Response:
    """The HTTP response for a problem."""
    telemetry.refused(problem.code)
    return Response(
        orjson.dumps(problem.document()),
        status_code=problem.status,
        media_type="application/problem+json",
        headers=problem.headers,
    )


def _where(location: Sequence[str | int]) -> str:
    return ".".join(str(step) for step in location if step != "body") or "body"


def _finding(error: Any) -> dict[str, str]:
    if error["type"] == "extra_forbidden":
        field = str(error["loc"][-1])
        known_form = re.fullmatch(r"[A-Za-z_]\w{0,40}", field, re.ASCII)
        return {
            "field": _where(error["loc"]) if known_form else _where(error["loc"][:-1]),
            "reason": "not a field here" if known_form else "holds a field that is not known here",
        }
    if error["type"] == "json_invalid":
        return {"field": "body", "reason": f"not JSON at character {error['loc'][-1]}"}
    return {"field": _where(error["loc"]), "reason": error["msg"]}


def invalid_fields(errors: Sequence[Any]) -> Invalid:
    """Pydantic's findings as one problem, without the values that were sent."""
    found = [_finding(error) for error in errors]
    listed = "; ".join(f"{item['field']}: {item['reason']}" for item in found[:5])
    return Invalid(f"Mend these and send again. {listed}", errors=found)


_PASSING = ("08", "53", "57P", "25006", "28", "3D000", "40001", "40P01", "55P03", "57014", "25P03", "25P04")
"""SQLSTATEs, or how they begin, that say "not now": no connection; nothing left of connections, memory or disk;
shutdown or start; a standby that takes no writes; a login or database not there, while a server is set up or restored;
serialisation, deadlock, lock and statement timeout, a transaction that idled or lasted too long."""


def is_outage(error: BaseException) -> bool:
    """Whether the database is away or too busy, rather than the request or our code wrong.

    The drivers' classes don't tell: a value that can't be encoded is an interface error like a lost connection, and a
    connection that is refused or times out is a plain `OSError`, as is a file that is missing.
    """
    if isinstance(error, DBAPIError):
        if error.connection_invalidated or _passing(getattr(error.orig, "sqlstate", None)):
            return True
        driver_error = getattr(error.orig, "driver_exception", None) or getattr(error.orig, "__cause__", None)
        return driver_error is not None and is_outage(driver_error)
    if isinstance(error, asyncpg.PostgresError):
        return _passing(getattr(error, "sqlstate", None))
    if isinstance(error, asyncpg.InterfaceError):
        return not isinstance(error, ValueError)
    if isinstance(error, OSError):
        return error.filename is None
    return isinstance(error, PoolTimeout | asyncpg.InternalClientError)


def _passing(sqlstate: str | None) -> bool:
    return sqlstate is not None and sqlstate.startswith(_PASSING)


_POSSIBLE_OUTAGES = (
    DBAPIError,
    PoolTimeout,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)


def install(app: FastAPI) -> None:
    """Answer every error of an application with a problem document."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, problem: Problem) -> Response:
        return answer(problem)

    @app.exception_handler(RequestValidationError)
    async def _validation(request: Request, error: RequestValidationError) -> Response:
        return answer(invalid_fields(error.errors()))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        if isinstance(error.__cause__, Problem):  # raised while the framework read the body
            return answer(error.__cause__)
        problem = Problem(str(error.detail), code=f"http-{error.status_code}", headers=dict(error.headers or {}))
        problem.status, problem.title = error.status_code, str(error.detail)
        return answer(problem)

    @app.exception_handler(Exception)
    async def _unforeseen(request: Request, error: Exception) -> Response:
        log.error("unforeseen error", exc_info=error)
        return answer(_unexpected())

    @app.exception_handler(Unreadable)
    async def _sealed(request: Request, error: Unreadable) -> Response:
        log.error("something sealed does not open: it was changed, or moved from elsewhere", exc_info=error)
        return answer(_unreadable())

    async def _outage(request: Request, error: Exception) -> Response:
        if not is_outage(error):
            log.error("database error: %s", type(error).__name__, exc_info=error)
            return answer(_unexpected())
        log.warning("database unavailable: %s", type(getattr(error, "orig", error)).__name__)
        return answer(unanswered(committing=bool(request.scope.get("state", {}).get("committing"))))

    for kind in _POSSIBLE_OUTAGES:
        app.add_exception_handler(kind, _outage)


def _unreadable() -> Problem:
    problem = Problem(
        "Something written here does not open with its key: it was damaged, or changed in the database. Nothing was "
        "changed by this request. Tell whoever runs the service.",
        code="unreadable",
    )
    problem.status, problem.title = 500, "Something sealed does not open"
    return problem


def _unexpected() -> Problem:
    problem = Problem("Something went wrong on our side; nothing was changed.", code="unexpected")
    problem.status, problem.title = 500, "Unexpected error"
    return problem
