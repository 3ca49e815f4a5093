"""Category tables over HTTP: codes and their names, which anyone may read."""

from typing import Annotated

from fastapi import Path, Query, Response

from beatbook.contracts.areas import AreaCode, lineage
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.web import IfMatch, router, set_etag
from services.cases.categories import commands, queries
from services.cases.categories.schemas import CategoryTableIn, CategoryTableView, TableName

routes = router("/category-tables", tags=["category tables"])

Area = Annotated[AreaCode, Query(description="The country, or an area in it")]
Name = Annotated[TableName, Path()]


@routes.get("")
async def list_category_tables(area: Area, session: Read) -> list[CategoryTableView]:
    """The newest version of each table that sources of a country may be read by."""
    tables = await queries.list_tables(session, lineage(area)[0])
    return [CategoryTableView.model_validate(table) for table in tables]


@routes.get("/{name}")
async def read_category_table(
    name: Name,
    area: Area,
    session: Read,
    response: Response,
    version: Annotated[int | None, Query(ge=1, le=100_000)] = None,
) -> CategoryTableView:
    """A table's newest version, or an earlier one."""
    table = await queries.table_by_name(session, lineage(area)[0], name, version)
    set_etag(response, table.version)
    return CategoryTableView.model_validate(table)


@routes.put("/{name}")
async def put_category_table(
    name: Name,
    area: Area,
    request: CategoryTableIn,
    session: Write,
    actor: CurrentActor,
    now: Now,
    expected: IfMatch,
    response: Response,
) -> CategoryTableView:
    """Add a version to a country's table; one that is not there yet has version 0."""
    table = await commands.put_table(session, actor, now, lineage(area)[0], name, expected, request)
    set_etag(response, table.version)
    return CategoryTableView.model_validate(table)
