"""The handover service."""

from pathlib import Path

from beatbook.contracts.handover import AdvisorAssigned, BriefComposed
from beatbook.kit.service import Service
from services.handover.assignments import routes as assignments
from services.handover.base import HandoverTable
from services.handover.briefs import routes as briefs
from services.handover.consumers import CONSUMERS
from services.handover.settings import HandoverSettings

service = Service(
    name="handover",
    title="Handover",
    routers=(assignments.routes, briefs.routes),
    events=(AdvisorAssigned, BriefComposed),
    metadata=HandoverTable.metadata,
    migrations=Path(__file__).parent / "migrations",
    settings=HandoverSettings,
    consumers=CONSUMERS,
    projections=(
        "areas",
        "forums",
        "meetings",
        "published_minutes",
        "decisions",
        "signals",
        "problems",
        "incident_months",
        "indicator_months",
    ),
)
