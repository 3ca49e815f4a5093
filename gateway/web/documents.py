"""The named GraphQL queries that pages are drawn from, kept as files so that anyone can run the same ones."""

from functools import cache
from pathlib import Path
from typing import Any

from strawberry.types.graphql import OperationType

from gateway.context import Context
from gateway.schema import Schema

FOLDER = Path(__file__).parent / "queries"
SHARED = "dashboard"
"""The file of fragments."""
WITH_FRAGMENTS = frozenset({"national", "municipality", "neighbourhood"})


@cache
def document(name: str) -> str:
    """The text of a query, with the fragments that it uses."""
    names = [name, SHARED] if name in WITH_FRAGMENTS else [name]
    return "\n".join((FOLDER / f"{part}.graphql").read_text() for part in names)


class Answer:
    """What a page's query answered: the data there is, and the codes of what is missing."""

    def __init__(self, data: dict[str, Any], errors: list[dict[str, Any]]) -> None:
        self.data, self.errors = data, errors

    def silent_services(self) -> list[str]:
        """The services that did not answer."""
        return sorted(
            {error["service"] for error in self.errors if error["code"] == "unavailable" and "service" in error}
        )

    def has_code(self, code: str) -> bool:
        """Whether something failed with a problem code."""
        return any(error["code"] == code for error in self.errors)


async def ask(schema: Schema, context: Context, name: str, **variables: Any) -> Answer:
    """Run a page's query with the visitor's own rights."""
    result = await schema.execute(
        document(name), variable_values=variables, context_value=context, allowed_operation_types=[OperationType.QUERY]
    )
    errors = [
        {"code": "unexpected", **(error.extensions or {}), "detail": error.message} for error in result.errors or ()
    ]
    return Answer(dict(result.data or {}), errors)
