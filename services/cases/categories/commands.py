"""New versions of category tables."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import select

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Forbidden, Refused
from beatbook.kit.web import ExpectedVersion
from services.cases.categories import queries, rules
from services.cases.categories.schemas import CategoryTableIn
from services.cases.categories.tables import CategoryTable


async def put_table(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    country: str,
    name: str,
    expected: ExpectedVersion,
    request: CategoryTableIn,
) -> queries.Table:
    """Add a version to a country's table, or begin one at version 1; incidents recorded before keep their code."""
    if not rules.may_edit_tables(actor, country):
        raise Forbidden(f"To change category tables of {country} you need an admin grant there.", rule="C1")
    await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(f"category table {country} {name}", 0))))
    known = await queries.find_table(session, country, name)
    version = known.version if known else 0
    expected.check(version)
    if unmet := rules.unfit_entries(request.categories):
        raise Refused("The table cannot be taken: mend its entries.", code="unfit-table", rule="C1", unmet=unmet)
    row = CategoryTable(
        country=country, name=name, version=version + 1, title=request.title, categories=request.categories,
        recorded_by=actor.subject, recorded_at=now,
    )  # fmt: skip
    session.add(row)
    return queries.Table(name, row.version, row.title, row.categories, is_shipped=False)
