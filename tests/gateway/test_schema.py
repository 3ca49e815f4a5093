"""The schema as it is served, and what is kept of it in files."""

from pathlib import Path

import pytest
from graphql import parse, validate
from strawberry.printer import print_schema

import gateway
from gateway.schema import make_schema
from gateway.web.documents import FOLDER, SHARED, document

pytestmark = pytest.mark.pure

HOME = Path(gateway.__file__).parent


def test_schema_file_is_current() -> None:
    """G1: the committed schema is the served one. `python -m gateway.schema > gateway/schema.graphql` renews it."""
    assert (HOME / "schema.graphql").read_text() == print_schema(make_schema(introspection=True)) + "\n"


def test_everything_is_described() -> None:
    schema = make_schema(introspection=True)._schema
    ours = [kind for name, kind in schema.type_map.items() if not name.startswith("__")]
    assert [kind.name for kind in ours if not kind.description] == []


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.graphql") if path.stem != SHARED))
def test_page_queries_are_valid(name: str) -> None:
    """G5: each page is drawn from a named query that anyone may run."""
    tree = parse(document(name))
    assert validate(make_schema(introspection=False)._schema, tree) == []
    names = [part.name.value for part in tree.definitions if part.kind == "operation_definition" and part.name]
    assert len(names) == 1
