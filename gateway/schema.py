"""The one schema. `python -m gateway.schema` prints it. Rule G1."""

import inspect
import sys
from collections.abc import Mapping
from typing import Any, cast

import strawberry
from graphql import GraphQLError, GraphQLObjectType
from strawberry.exceptions import MissingQueryError
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.schema.schema import StreamResult
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.utils.operation import get_operation_type

from gateway.checking import faults, parsed, variable_faults
from gateway.connections import MOST
from gateway.context import Context
from gateway.extensions import Documents, ReadableErrors, readable
from gateway.mutations.close_decision import close_decision
from gateway.mutations.plan_meeting import plan_meeting
from gateway.mutations.raise_concern import raise_concern
from gateway.queries.areas import Query
from gateway.subscriptions import Subscription
from gateway.types.scalars import SCALARS


@strawberry.type
class Mutation:
    """What can be changed: each mutation is one command of the service that owns the thing, as the caller."""

    plan_meeting = strawberry.mutation(plan_meeting)
    raise_concern = strawberry.mutation(raise_concern)
    close_decision = strawberry.mutation(close_decision)


class Schema(strawberry.Schema):
    """The schema, with every operation of a long-lived connection in a context of its own."""

    introspection: bool

    def refusals(self, text: str, variables: Mapping[str, Any], name: str | None) -> list[GraphQLError]:
        """Why a document will not be carried out, for a stream, which must say so before it begins.

        Raises `MissingQueryError` or `CannotGetOperationTypeError` as `execute` does.
        """
        if not text:
            raise MissingQueryError
        try:
            get_operation_type(parsed(text), name)
        except GraphQLError as error:
            return [readable(error)]
        except RuntimeError as error:
            raise CannotGetOperationTypeError(name) from error
        found = faults(self._schema, text, variables, name, introspection=self.introspection)
        return [readable(error) for error in found or variable_faults(self._schema, text, variables, name)]

    async def stream(self, *args: Any, **kwargs: Any) -> StreamResult:
        """Run an operation whose results come one after another."""
        context: Context = kwargs["context_value"]
        kwargs["context_value"] = context.for_operation()
        return await super().stream(*args, **kwargs)

    def process_errors(self, errors: Any, execution_context: Any = None) -> None:
        """Leave logging to `ReadableErrors`, which knows a refusal from a failure."""


def make_schema(*, introspection: bool) -> Schema:
    """The schema; without introspection it says nothing of itself."""
    schema = Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        extensions=[lambda: Documents(introspection), ReadableErrors],
        config=StrawberryConfig(scalar_map=SCALARS, relay_max_results=MOST),
    )
    schema.introspection = introspection
    _describe(schema)
    return schema


def _describe(schema: Schema) -> None:
    """Give types and fields their docstrings as descriptions."""
    for concrete in schema.schema_converter.type_map.values():
        definition, graphql_type = concrete.definition, cast(GraphQLObjectType, concrete.implementation)
        if isinstance(definition, StrawberryEnumDefinition):
            graphql_type.description = graphql_type.description or _doc(definition.wrapped_cls)
        if not isinstance(definition, StrawberryObjectDefinition):
            continue
        graphql_type.description = graphql_type.description or _doc(definition.origin)
        for field in definition.fields:
            told = graphql_type.fields.get(schema.config.name_converter.get_graphql_name(field))
            if told is not None and field.base_resolver is not None:
                told.description = told.description or _doc(field.base_resolver.wrapped_func)


def _doc(thing: object) -> str | None:
    return inspect.getdoc(thing)


if __name__ == "__main__":
    sys.stdout.write(print_schema(make_schema(introspection=True)) + "\n")
