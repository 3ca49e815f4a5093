"""The kpi service, wired up."""

from pathlib import Path

from beatbook.contracts.kpi import IndicatorMeasured
from beatbook.kit.service import Service
from services.kpi.areas import tables as _areas  # noqa: F401 - their tables belong to the metadata
from services.kpi.base import KpiTable
from services.kpi.consumers import CONSUMERS
from services.kpi.facts import tables as _facts  # noqa: F401
from services.kpi.indicators import routes
from services.kpi.timers import TIMERS

service = Service(
    name="kpi",
    title="indicators",
    routers=[routes.routes],
    events=[IndicatorMeasured],
    metadata=KpiTable.metadata,
    migrations=Path(__file__).parent / "migrations",
    consumers=CONSUMERS,
    timers=TIMERS,
    projections=["areas", "facts", "decisions"],
    signals=["changed_cells"],
)
