"""Reads of follow-ups, and of their counts under disclosure control. Rules C10, K8."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Forbidden, Refused
from beatbook.kit.scoping import lies_within
from services.cases.followups import rules
from services.cases.followups.schemas import CountView, ReoffendingView, TableView
from services.cases.followups.tables import FollowUp, ReoffendingCount


async def follow_ups_of(session: AsyncSession, case_id: UUID) -> Sequence[FollowUp]:
    """What is to be asked about a case."""
    statement = select(FollowUp).where(FollowUp.case_id == case_id).order_by(col(FollowUp.months))
    return (await session.exec(statement)).all()


async def reoffending(
    session: AsyncSession, actor: Actor, now: datetime, *, country: str, year: int, months: int
) -> ReoffendingView:
    """A country's counts of a year, a table for each programme and outcome. Rules C10, K8.

    Only whole countries, whole years and all versions of the rules together: what other sums would add, could be
    subtracted from one another.
    """
    if not rules.may_compare(actor, country):
        raise Forbidden("To compare a country you need a core group, evaluator or admin grant for it.", rule="K8")
    if not rules.is_complete(year, months, now.date()):
        raise Refused(
            f"Not all of {year} have been asked after {months} months yet, with three more to answer.",
            code="too-early",
            rule="K8",
        )
    statement = select(ReoffendingCount).where(
        lies_within(col(ReoffendingCount.area), country),
        col(ReoffendingCount.quarter).startswith(str(year)),
        ReoffendingCount.months == months,
    )
    counts: dict[tuple[str, str], dict[str, tuple[int, int]]] = {}
    for row in (await session.exec(statement)).all():
        table = counts.setdefault((row.programme, row.outcome), {})
        yes, no = table.get(row.area, (0, 0))
        table[row.area] = (yes + row.yes, no + row.no)
    under = rules.threshold(actor, country)
    tables = [
        TableView(
            programme=programme,
            outcome=outcome,
            cells=[
                CountView(area=area, answer=answer, value=cell.value, status=cell.status)
                for (area, answer), cell in sorted(rules.published(table, under).items())
            ],
        )
        for (programme, outcome), table in sorted(counts.items())
    ]
    return ReoffendingView(area=country, year=year, months=months, tables=tables)
