"""What is found in a document before it is carried out: syntax, limits, validity, variables. Rules G3, G4."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    get_operation_ast,
    get_variable_values,
    parse,
    validate,
)
from graphql.validation import NoSchemaIntrospectionCustomRule, specified_rules

from gateway.limits import MAX_TOKENS, Meter

DOCUMENTS_KEPT = 256
MOST_ERRORS = 10


@lru_cache(maxsize=DOCUMENTS_KEPT)
def parsed(text: str) -> DocumentNode:
    """The document of a text; raises `GraphQLSyntaxError`."""
    return parse(text, max_tokens=MAX_TOKENS)


@lru_cache(maxsize=DOCUMENTS_KEPT)
def _findings(schema: GraphQLSchema, text: str, introspection: bool) -> tuple[GraphQLError, ...]:
    rules = [*specified_rules] if introspection else [*specified_rules, NoSchemaIntrospectionCustomRule]
    return tuple(validate(schema, parsed(text), rules, max_errors=MOST_ERRORS))


def faults(
    schema: GraphQLSchema, text: str, variables: Mapping[str, Any], name: str | None, *, introspection: bool
) -> list[GraphQLError]:
    """Why a document is not carried out; measured first, for validation itself takes long on a bad one."""
    document = parsed(text)
    if errors := Meter(document, variables).errors():
        return errors
    if name is None and sum(isinstance(part, OperationDefinitionNode) for part in document.definitions) > 1:
        return [GraphQLError("The document has several operations: name one in 'operationName'.")]
    return list(_findings(schema, text, introspection))


def variable_faults(
    schema: GraphQLSchema, text: str, variables: Mapping[str, Any], name: str | None
) -> list[GraphQLError]:
    """What is wrong with the variables of the operation chosen in a valid document."""
    operation = get_operation_ast(parsed(text), name)
    assert operation is not None
    found = get_variable_values(schema, operation.variable_definitions or (), dict(variables), MOST_ERRORS)
    return found if isinstance(found, list) else []
