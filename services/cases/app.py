"""The cases service, put together."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from beatbook.contracts import cases as contract
from beatbook.contracts.envelope import registry
from beatbook.kit.sealing import KeyRing
from beatbook.kit.service import Service
from beatbook.kit.settings import ServiceSettings
from services.cases.agreements import routes as agreements
from services.cases.areas import routes as areas
from services.cases.areas.queries import Places
from services.cases.base import CasesTable
from services.cases.case_reports import routes as case_reports
from services.cases.case_reports.printing import CasePress
from services.cases.categories import routes as categories
from services.cases.complaints import routes as complaints
from services.cases.conferences import routes as conferences
from services.cases.consumers import CONSUMERS
from services.cases.critical import routes as critical
from services.cases.diversion import routes as diversion
from services.cases.files.routes import routes as file_routes
from services.cases.followups import routes as followups
from services.cases.hate_crimes import routes as hate_crimes
from services.cases.incidents import routes as incidents
from services.cases.links import routes as links
from services.cases.openings import routes as openings
from services.cases.partners import routes as partners
from services.cases.patterns.routes import routes as pattern_routes
from services.cases.people import routes as people
from services.cases.people.names import NameIndex
from services.cases.plans import routes as plans
from services.cases.problems import routes as problems
from services.cases.programmes import routes as programmes
from services.cases.reactions import REACTIONS
from services.cases.referrals import routes as referrals
from services.cases.retention import routes as retention
from services.cases.retention.ledger import Ledger
from services.cases.retention.queries import load_schedule
from services.cases.retention.rules import Schedule
from services.cases.settings import CasesSettings
from services.cases.steps import routes as steps
from services.cases.tasks import routes as tasks
from services.cases.tension import routes as tension
from services.cases.timers import TIMERS
from services.cases.victims import routes as victims


@asynccontextmanager
async def open_resources(settings: ServiceSettings) -> AsyncIterator[Mapping[type, object]]:
    """What this process keeps in memory, by its class: the area indexes, and the keys of cases and of names."""
    assert isinstance(settings, CasesSettings)
    yield {
        Places: Places(),
        KeyRing: KeyRing(settings.key_secrets, Ledger(settings.expunged_ledger)),
        CasePress: CasePress(),
        NameIndex: NameIndex(settings.name_secrets),
        Schedule: load_schedule(settings.retention_rules),
    }


service = Service(
    name="cases",
    title="Cases",
    routers=(
        areas.routes,
        file_routes,
        people.searching,
        people.routes,
        retention.schedules,
        retention.routes,
        tasks.routes,
        openings.breaking,
        openings.routes,
        categories.routes,
        incidents.streams,
        incidents.bulk,
        hate_crimes.routes,
        incidents.routes,
        problems.routes,
        case_reports.routes,
        plans.routes,
        programmes.routes,
        critical.routes,
        partners.routes,
        pattern_routes,
        complaints.routes,
        complaints.figures,
        diversion.routes,
        agreements.routes,
        conferences.routes,
        steps.routes,
        followups.routes,
        followups.figures,
        tension.routes,
        victims.routes,
        victims.promises,
        referrals.routes,
        referrals.received,
        links.routes,
    ),
    events=tuple(registry(vars(contract)).values()),
    metadata=CasesTable.metadata,
    migrations=Path(__file__).parent / "migrations",
    settings=CasesSettings,
    reactions=REACTIONS,
    consumers=CONSUMERS,
    timers=TIMERS,
    projections=("areas",),
    resources=open_resources,
)
