"""The cases service, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from beatbook.contracts import cases as contract
from beatbook.contracts.envelope import registry
from beatbook.kit.service import Service
from beatbook.kit.settings import ServiceSettings
from services.cases.areas import routes as areas
from services.cases.areas.queries import Places
from services.cases.base import CasesTable
from services.cases.consumers import CONSUMERS
from services.cases.incidents import routes as incidents
from services.cases.problems import routes as problems
from services.cases.tasks import routes as tasks


@asynccontextmanager
async def open_places(_: ServiceSettings) -> AsyncIterator[Places]:
    """The area indexes that this process keeps in memory."""
    yield Places()


service = Service(
    name="cases",
    title="Cases",
    routers=(areas.routes, tasks.routes, incidents.bulk, incidents.routes, problems.routes),
    events=tuple(registry(vars(contract)).values()),
    metadata=CasesTable.metadata,
    migrations=Path(__file__).parent / "migrations",
    consumers=CONSUMERS,
    projections=("areas",),
    resources=open_places,
)
