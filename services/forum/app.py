"""The forum service, wired."""

from pathlib import Path

from beatbook.contracts import forum as contract
from beatbook.contracts.envelope import registry
from beatbook.kit.service import Service
from services.forum.advisories.routes import routes as advisory_routes
from services.forum.archives.routes import routes as archive_routes
from services.forum.areas.routes import bulk as bulk_area_routes
from services.forum.areas.routes import routes as area_routes
from services.forum.base import ForumTable
from services.forum.business.routes import routes as agenda_routes
from services.forum.concerns.routes import routes as concern_routes
from services.forum.consultations.routes import routes as consultation_routes
from services.forum.consumers import CONSUMERS
from services.forum.corrections.routes import routes as correction_routes
from services.forum.decisions.routes import routes as decision_routes
from services.forum.exports.routes import routes as export_routes
from services.forum.forums.routes import routes as forum_routes
from services.forum.forums.routes import template_routes
from services.forum.imports.routes import bulk as bulk_import_routes
from services.forum.imports.routes import routes as import_routes
from services.forum.initiatives.routes import routes as initiative_routes
from services.forum.invitations.routes import routes as invitation_routes
from services.forum.invitations.sending import send_mails
from services.forum.meetings.routes import routes as meeting_routes
from services.forum.members.routes import routes as member_routes
from services.forum.minutes.routes import routes as minutes_routes
from services.forum.posts.routes import routes as post_routes
from services.forum.reactions import REACTIONS
from services.forum.reports.routes import routes as report_routes
from services.forum.representation.routes import routes as representation_routes
from services.forum.series.routes import routes as series_routes
from services.forum.settings import ForumSettings
from services.forum.signals.routes import routes as signal_routes
from services.forum.sites.routes import routes as site_routes
from services.forum.themes.routes import routes as theme_routes
from services.forum.timers import TIMERS
from services.forum.trainings.routes import routes as training_routes
from services.forum.triage.routes import routes as triage_routes
from services.forum.trust.routes import routes as trust_routes

service = Service(
    name="forum",
    title="forums and minutes",
    routers=(
        bulk_area_routes,
        area_routes,
        trust_routes,
        site_routes,
        post_routes,
        forum_routes,
        template_routes,
        advisory_routes,
        member_routes,
        meeting_routes,
        series_routes,
        invitation_routes,
        agenda_routes,
        minutes_routes,
        decision_routes,
        training_routes,
        representation_routes,
        correction_routes,
        consultation_routes,
        bulk_import_routes,
        import_routes,
        export_routes,
        archive_routes,
        report_routes,
        concern_routes,
        triage_routes,
        theme_routes,
        signal_routes,
        initiative_routes,
    ),
    events=tuple(registry(vars(contract)).values()),
    metadata=ForumTable.metadata,
    migrations=Path(__file__).parent / "migrations",
    settings=ForumSettings,
    reactions=REACTIONS,
    consumers=CONSUMERS,
    timers=TIMERS,
    projections=("concern_cases",),
    background=(send_mails,),
)
