"""Request and answer shapes of category tables."""

from typing import Annotated

from pydantic import Field

from beatbook.kit.web import StrictModel, View

MOST_ENTRIES = 2000
TableName = Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", examples=["police.uk"])]
Local = Annotated[str, Field(min_length=1, max_length=100)]
Code = Annotated[str, Field(max_length=6, pattern=r"^[0-9]+$", examples=["0801"])]


class CategoryTableIn(StrictModel):
    """A new version of a table: what each of the source's own categories is in the ICCS."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    categories: Annotated[dict[Local, Code], Field(min_length=1, max_length=MOST_ENTRIES)]


class CategoryTableView(View):
    """A table from a source's own categories to the ICCS; `is_shipped` until a country has a version of its own."""

    name: str
    version: int
    title: str
    categories: dict[str, str]
    is_shipped: bool
