"""HTTP manners: strict bodies, ETag and If-Match, routers. Rule X4, ARCHITECTURE 7."""

import math
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field

from beatbook.kit import idempotency
from beatbook.kit.errors import Invalid, PreconditionRequired, Stale, TooLarge

MIB = 1 << 20


class StrictModel(BaseModel):
    """Base of request bodies: an unknown field is an error, and text is trimmed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class View(BaseModel):
    """Base of answers: made from rows by attribute."""

    model_config = ConfigDict(from_attributes=True)


class ProblemView(BaseModel):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    rule: str | None = None
    unmet: list[str] = Field(default_factory=list)


class _StrictRequest(Request):
    """A request whose body is bounded, and whose JSON is parsed without NaN, lone surrogates or NUL."""

    max_body: float = MIB

    async def stream(self) -> AsyncGenerator[bytes, None]:
        declared = self.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > self.max_body:
            raise self._too_large()
        seen = 0
        async for chunk in super().stream():
            seen += len(chunk)
            if seen > self.max_body:
                raise self._too_large()
            yield chunk

    async def json(self) -> Any:
        body = await self.body()
        value = orjson.loads(body)
        if b"\\u0000" in body and _holds_nul(value):
            raise Invalid("The body holds a NUL character; leave it out.")
        return value

    def _too_large(self) -> TooLarge:
        return TooLarge(f"A body here is at most {self.max_body} bytes. Send it in parts.")


class _BulkRequest(_StrictRequest):
    max_body = 32 * MIB


class _StreamRequest(_StrictRequest):
    max_body = math.inf


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_holds_nul(key) or _holds_nul(item) for key, item in value.items())
    return isinstance(value, list) and any(map(_holds_nul, value))


class StrictRoute(APIRoute):
    """A route that reads its body strictly and keeps the answer of an idempotent POST."""

    request_class: type[_StrictRequest] = _StrictRequest

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:  # noqa: D102 - as its base
        handle = super().get_route_handler()

        async def strict(request: Request) -> Response:
            if b"%00" in request.scope.get("query_string", b"") or "\0" in request.scope["path"]:
                raise Invalid("The address holds a NUL character; leave it out.")
            request = self.request_class(request.scope, request.receive)
            await idempotency.prepare(request)
            response = await handle(request)
            await idempotency.keep(request, response)
            return response

        return strict


class BulkRoute(StrictRoute):
    """A route for bulk bodies, up to 32 MiB."""

    request_class = _BulkRequest


class StreamRoute(StrictRoute):
    """A route that reads its body as it comes, of any size; never for POST, whose body an Idempotency-Key hashes."""

    request_class = _StreamRequest


def router(prefix: str = "", *, tags: list[str], bulk: bool = False, streams: bool = False) -> APIRouter:
    """A router for `/v1` with strict routes; `bulk` for large bodies, `streams` for those read as they come."""
    return APIRouter(
        prefix=f"/v1{prefix}",
        tags=list(tags),
        route_class=StreamRoute if streams else BulkRoute if bulk else StrictRoute,
        responses={"default": {"model": ProblemView, "description": "A problem document says what to mend."}},
    )


def set_etag(response: Response, version: int) -> None:
    """Tell the version of the resource answered."""
    response.headers["ETag"] = f'"{version}"'


class ExpectedVersion:
    """The version that a change starts from; None stands for `*`, any."""

    def __init__(self, version: int | None) -> None:
        self._version = version

    def check(self, actual: int) -> None:
        """Raise `Stale` unless `actual` is the expected version."""
        if self._version is not None and self._version != actual:
            raise Stale(f"It is at version {actual} now. Read it again, then repeat your change with its new ETag.")


ANY_VERSION = ExpectedVersion(None)
"""For a command that another one calls, which has checked or locked for itself."""


async def _if_match(request: Request) -> ExpectedVersion:
    text = request.headers.get("if-match")
    if text is None:
        raise PreconditionRequired('Send If-Match with the ETag you read, such as If-Match: "3".')
    if text.strip() == "*":
        return ANY_VERSION
    digits = text.strip().removeprefix("W/").strip('"')
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 9:
        raise Stale("If-Match is not an ETag of this resource. Read it again and send its ETag.")
    return ExpectedVersion(int(digits))


IfMatch = Annotated[ExpectedVersion, Depends(_if_match)]
