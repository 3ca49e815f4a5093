"""What the kpi service does by the clock: publish changed figures, and notice decisions falling due."""

from collections import defaultdict
from datetime import date, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from beatbook.contracts.kpi import IndicatorMeasured
from beatbook.kit.db import driver_connection
from beatbook.kit.events import Fact, emit_many
from beatbook.kit.timers import Timer, WorkerContext
from services.kpi.facts import commands
from services.kpi.indicators.queries import figures
from services.kpi.indicators.rules import Figure, Per, measures_of, whole_periods
from services.kpi.indicators.shipped import INDICATORS

CELLS_A_TURN = 2000


def measured_id(indicator: str, area: str) -> UUID:
    """The aggregate id of an indicator in an area: the same for the same two, everywhere."""
    return uuid5(NAMESPACE_URL, f"urn:beatbook:indicator:{indicator}:{area}")


async def publish_changes(context: WorkerContext) -> None:
    """Publish the figures whose cells changed, each once however often it changed, as they stand now. Rule K2."""
    now = context.clock()
    async with context.database.sessions.begin() as session:
        connection = await driver_connection(session)
        wanted: dict[tuple[str, date], set[str]] = defaultdict(set)
        for measure, area, month in await commands.take_changed(connection, CELLS_A_TURN):
            for indicator in INDICATORS.values():
                if measure in measures_of([indicator]):
                    wanted[indicator.code, month].add(area)
        facts: list[Fact] = []
        for (code, month), areas in sorted(wanted.items()):
            periods = whole_periods(month, month, Per.MONTH)
            found = await figures(session, [INDICATORS[code]], sorted(areas), periods, today=now.date())
            facts += [_fact(code, area, month, line[0]) for (_, area), line in found.items()]
        await emit_many(connection, facts, actor="kpi", at=now, session=session)


def _fact(code: str, area: str, month: date, measured: Figure) -> Fact:
    subject = measured_id(code, area)
    event = IndicatorMeasured(
        indicator=code,
        area=area,
        month=month,
        numerator=measured.numerator,
        denominator=measured.denominator,
        value=measured.value,
        measured_id=subject,
    )
    return Fact(event, subject, area)


async def notice_due(context: WorkerContext) -> None:
    """Have the shares published anew in which a decision fell due by the calendar. Rule F13."""
    async with context.database.sessions.begin() as session:
        await commands.mark_matured(await driver_connection(session), context.clock().date())


TIMERS = (
    Timer(name="publish-changes", every=timedelta(seconds=2), run=publish_changes),
    Timer(name="notice-due", every=timedelta(minutes=10), run=notice_due),
)
