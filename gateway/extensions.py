"""What is done around each operation: documents kept ready, limits, errors made fit to be read. Rules G3, G4."""

import logging
from collections.abc import Iterator
from contextlib import suppress

from graphql import ExecutionResult as CoreResult
from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.types.execution import ExecutionResult, StreamExecutionResult

from beatbook.kit import telemetry
from beatbook.kit.errors import Problem
from gateway.checking import faults, parsed
from gateway.limits import MAX_TOKENS

log = logging.getLogger(__name__)

OF_THE_REQUEST = (GraphQLError, MissingQueryError, CannotGetOperationTypeError)
"""Causes whose words are for the caller."""


class Documents(SchemaExtension):
    """Parse and validate each document once, and refuse what passes a limit."""

    def __init__(self, introspection: bool) -> None:
        self._introspection = introspection

    def on_parse(self) -> Iterator[None]:
        """Take the parsed document from those kept; one that has a fault of syntax is left to be parsed and refused."""
        self.execution_context.parse_options = {"max_tokens": MAX_TOKENS}
        with suppress(GraphQLError):
            self.execution_context.graphql_document = parsed(self.execution_context.query or "")
        yield

    def on_validate(self) -> Iterator[None]:
        """Look for what keeps the document from being carried out."""
        context = self.execution_context
        context.pre_execution_errors = faults(
            context.schema._schema,
            context.query or "",
            context.variables or {},
            context._provided_operation_name,
            introspection=self._introspection,
        )
        yield


class ReadableErrors(SchemaExtension):
    """Give every error a code, and keep to ourselves what only our log should know."""

    def on_operation(self) -> Iterator[None]:
        """Go over the errors of a finished operation."""
        yield
        result = self.execution_context.result
        if isinstance(result, ExecutionResult | CoreResult) and result.errors:
            result.errors = [readable(error) for error in result.errors]

    def on_stream_result(self, result: StreamExecutionResult) -> Iterator[None]:
        """Go over the errors of one event's result."""
        if isinstance(result, ExecutionResult) and result.errors:
            result.errors = [readable(error) for error in result.errors]
        yield


def readable(error: GraphQLError) -> GraphQLError:
    """The error as the caller reads it: the problem's code and what to mend, or no detail at all."""
    cause = error.original_error
    if isinstance(cause, Problem):
        document = cause.document()
        extensions = {name: value for name, value in document.items() if name not in {"type", "detail"}}
        telemetry.refused(cause.code)
        return _with(error, cause.detail, extensions)
    if cause is None or isinstance(cause, OF_THE_REQUEST) or _of_the_document(error):
        return error if (error.extensions or {}).get("code") else _with(error, error.message, {"code": "invalid-query"})
    log.error("a resolver failed", exc_info=cause)
    return _with(error, "Something went wrong on our side.", {"code": "unexpected"})


def _of_the_document(error: GraphQLError) -> bool:
    """Whether the error was found in what was sent, such as a month that is none, before anything was carried out."""
    return error.path is None and bool(error.nodes)


def _with(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )
