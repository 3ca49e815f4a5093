"""GraphQL over HTTP: POST, JSON, one result or a stream of server-sent events. Rules G3, G4.

Source: GraphQL over HTTP, working draft; GraphQL over Server-Sent Events, distinct connections mode.
"""

from collections.abc import AsyncGenerator
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.responses import StreamingResponse
from strawberry.exceptions import MissingQueryError
from strawberry.http.streaming import SSETransport, merge_stream_with_heartbeat
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import ExecutionResult
from strawberry.types.graphql import OperationType

from beatbook.kit.errors import Invalid, Problem, TooLarge, invalid_fields
from gateway.callers import caller_of
from gateway.context import Context
from gateway.schema import Schema

routes = APIRouter()

MAX_BODY = 64 << 10
GRAPHQL_RESPONSE = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"

_events = SSETransport()


class UnsupportedMediaType(Problem):
    """The body is not JSON."""

    status, code, title = 415, "unsupported-media-type", "Send JSON"


class MethodNotAllowed(Problem):
    """Only POST asks."""

    status, code, title = 405, "method-not-allowed", "Use POST"


class Question(BaseModel):
    """What a GraphQL request says."""

    model_config = ConfigDict(extra="forbid")

    query: str
    variables: dict[str, Any] | None = None
    operationName: str | None = None  # noqa: N815 - the protocol's name
    extensions: dict[str, Any] | None = None


@routes.get("/graphql", include_in_schema=False)
async def refuse_get() -> Response:
    """Queries come by POST, so that none is ever part of an address."""
    raise MethodNotAllowed(
        "Send GraphQL by POST with a JSON body. GraphiQL is at /graphiql.", headers={"Allow": "POST"}
    )


@routes.post("/graphql")
async def answer(request: Request) -> Response:
    """Answer a GraphQL request; a stream of events when text/event-stream is accepted."""
    question = await _question(request)
    schema: Schema = request.app.state.schema
    caller = await caller_of(request.app.state.machinery.keys, request)
    context = Context(request.app.state.machinery, caller)
    accepts = request.headers.get("accept", "")
    try:
        if _events.accepts(accepts):
            refused = schema.refusals(question.query, question.variables or {}, question.operationName)
            return _single(ExecutionResult(None, refused), accepts) if refused else _stream(schema, question, context)
        result = await schema.execute(
            question.query,
            variable_values=question.variables,
            context_value=context,
            operation_name=question.operationName,
            allowed_operation_types=[OperationType.QUERY, OperationType.MUTATION],
        )
    except MissingQueryError as error:
        raise _malformed("'query' is empty.") from error
    except CannotGetOperationTypeError as error:
        raise _malformed("Name one of the document's operations in 'operationName'.") from error
    except InvalidOperationTypeError as error:
        raise _malformed("Subscriptions need Accept: text/event-stream, or a WebSocket.") from error
    return _single(result, accepts)


def _single(result: ExecutionResult, accepts: str) -> Response:
    """One result as a document."""
    return Response(
        orjson.dumps(_document(result)),
        status_code=200 if _executed(result) else 400,
        media_type=GRAPHQL_RESPONSE
        if GRAPHQL_RESPONSE in accepts or "application/json" not in accepts
        else "application/json",
        headers={"Cache-Control": "no-store"},
    )


async def _question(request: Request) -> Question:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedMediaType("Send the query as JSON, with Content-Type: application/json.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise TooLarge(f"A GraphQL request is at most {MAX_BODY} bytes.")
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _malformed("The body is not valid JSON.") from error
    if not isinstance(value, dict):
        raise _malformed('The body is one JSON object: {"query": "...", "variables": {...}}. Batches are not taken.')
    try:
        return Question.model_validate(value)
    except ValidationError as error:
        raise _malformed(invalid_fields(error.errors()).detail) from error


def _malformed(detail: str) -> Invalid:
    problem = Invalid(detail)
    problem.status = 400
    return problem


def _stream(schema: Schema, question: Question, context: Context) -> Response:
    async def results() -> AsyncGenerator[str, None]:
        stream = await schema.stream(
            question.query,
            variable_values=question.variables,
            context_value=context,
            operation_name=question.operationName,
        )
        async for result in stream:
            yield _events.encode_event("next", orjson.dumps(_document(result)).decode())
        yield _events.encode_complete()

    beating = merge_stream_with_heartbeat(
        results,
        lambda: _events.encode_comment("still here"),
        interval=_events.heartbeat_interval,
        send_initial_heartbeat=True,
    )
    return StreamingResponse(beating(), headers=dict(_events.headers))


def _executed(result: ExecutionResult) -> bool:
    """Whether the request got as far as being carried out: an error without a place came before that."""
    return result.data is not None or all(error.path for error in result.errors or ())


def _document(result: Any) -> dict[str, Any]:
    assert isinstance(result, ExecutionResult)
    document: dict[str, Any] = {}
    if result.errors:
        document["errors"] = [error.formatted for error in result.errors]
    if _executed(result):
        document["data"] = result.data
    return document
