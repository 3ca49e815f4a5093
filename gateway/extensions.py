"""What is done around each operation: documents kept ready, limits, errors made fit to be read. Rules G3, G4."""

import logging
from collections.abc import Iterator
from functools import lru_cache

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, parse, validate
from graphql import ExecutionResult as CoreResult
from graphql.validation import NoSchemaIntrospectionCustomRule, specified_rules
from strawberry.extensions import SchemaExtension
from strawberry.types.execution import ExecutionResult, StreamExecutionResult

from beatbook.kit import telemetry
from beatbook.kit.errors import Problem
from gateway.limits import MAX_TOKENS, Meter

log = logging.getLogger(__name__)

DOCUMENTS_KEPT = 256


@lru_cache(maxsize=DOCUMENTS_KEPT)
def _parsed(text: str) -> DocumentNode:
    return parse(text, max_tokens=MAX_TOKENS)


@lru_cache(maxsize=DOCUMENTS_KEPT)
def _findings(schema: GraphQLSchema, text: str, introspection: bool) -> tuple[GraphQLError, ...]:
    rules = [*specified_rules] if introspection else [*specified_rules, NoSchemaIntrospectionCustomRule]
    return tuple(validate(schema, _parsed(text), rules, max_errors=10))


class Documents(SchemaExtension):
    """Parse and validate each document once, and refuse what passes a limit."""

    def __init__(self, introspection: bool) -> None:
        self._introspection = introspection

    def on_parse(self) -> Iterator[None]:
        """Take the parsed document from those kept."""
        self.execution_context.graphql_document = _parsed(self.execution_context.query or "")
        yield

    def on_validate(self) -> Iterator[None]:
        """Measure first, for validation itself takes long on a bad document."""
        context = self.execution_context
        assert context.graphql_document is not None
        errors = Meter(context.graphql_document, context.variables or {}).errors()
        if not errors and context._provided_operation_name is None and _operations(context.graphql_document) > 1:
            errors = [GraphQLError("The document has several operations: name one in 'operationName'.")]
        if not errors:
            errors = list(_findings(context.schema._schema, context.query or "", self._introspection))
        context.pre_execution_errors = errors
        yield


def _operations(document: DocumentNode) -> int:
    return sum(isinstance(part, OperationDefinitionNode) for part in document.definitions)


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
    if cause is None or isinstance(cause, GraphQLError):
        return error if (error.extensions or {}).get("code") else _with(error, error.message, {"code": "invalid-query"})
    log.error("a resolver failed", exc_info=cause)
    return _with(error, "Something went wrong on our side.", {"code": "unexpected"})


def _with(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )
