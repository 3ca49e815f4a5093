"""Reads of category tables: a country's own, over those that come with the service."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select

from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from services.cases.categories.rules import local_key
from services.cases.categories.tables import CategoryTable

_SHIPPED = Path(__file__).parent / "shipped"


@dataclass(frozen=True)
class Table:
    """A version of a table."""

    name: str
    version: int
    title: str
    categories: Mapping[str, str]
    is_shipped: bool

    @cached_property
    def codes(self) -> Mapping[str, str]:
        """ICCS codes by the key of the local category."""
        return {local_key(name): code for name, code in self.categories.items()}


@cache
def shipped() -> Mapping[str, Table]:
    """The tables that come with the service."""
    files = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(_SHIPPED.glob("*.toml"))}
    return {name: Table(name=name, is_shipped=True, **content) for name, content in files.items()}


def _own(row: CategoryTable) -> Table:
    return Table(row.name, row.version, row.title, row.categories, is_shipped=False)


async def list_tables(session: AsyncSession, country: str) -> list[Table]:
    """The newest version of each table that sources of a country may be read by."""
    newest = (
        select(CategoryTable)
        .where(CategoryTable.country == country)
        .order_by(col(CategoryTable.name), col(CategoryTable.version).desc())
        .ext(distinct_on(col(CategoryTable.name)))
    )
    own = {row.name: _own(row) for row in (await session.exec(newest)).all()}
    return [table for _, table in sorted({**shipped(), **own}.items())]


async def find_table(session: AsyncSession, country: str, name: str, version: int | None = None) -> Table | None:
    """A table's newest version, or the one asked for."""
    statement = select(CategoryTable).where(CategoryTable.country == country, CategoryTable.name == name)
    if version is not None:
        statement = statement.where(CategoryTable.version == version)
    row = (await session.exec(statement.order_by(col(CategoryTable.version).desc()).limit(1))).first()
    if row is not None:
        return _own(row)
    table = shipped().get(name)
    return table if table is not None and version in (None, table.version) else None


async def table_by_name(session: AsyncSession, country: str, name: str, version: int | None = None) -> Table:
    """A table's newest version, or the one asked for; raises `NotFound`."""
    table = await find_table(session, country, name, version)
    if table is None:
        raise NotFound("category table")
    return table
