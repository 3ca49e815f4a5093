"""What an archive holds for those who keep the records, besides what is in everyone's.

In none: places of a safe house network, mail addresses and mails, and the rows by which machinery remembers its work.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from beatbook.kit.db import AsyncSession
from services.forum.advisories.tables import Advisory
from services.forum.agenda.tables import AgendaEntry, HeldAgenda, OwnItem
from services.forum.archives.batches import keyed
from services.forum.archives.rules import step_by_day
from services.forum.concerns.tables import Concern, ConcernStep
from services.forum.consultations.tables import Consultation, ConsultedGroup, Finding
from services.forum.corrections.tables import Correction
from services.forum.decisions.tables import Decision, DecisionStep
from services.forum.exports.queries import Rows
from services.forum.imports.tables import ImportedRow
from services.forum.initiatives.tables import Initiative, InitiativeReport
from services.forum.invitations.tables import Invitation
from services.forum.meetings.tables import Meeting, MeetingClimate, Postponement
from services.forum.members.tables import Member, RoleSpan
from services.forum.minutes.tables import Minutes, MinutesRemark
from services.forum.series.tables import Series, SeriesMeeting
from services.forum.signals.tables import WarningSignal
from services.forum.themes.tables import ConcernTheme
from services.forum.trainings.tables import Training

OWN: Mapping[str, Any] = {
    "minutes": Minutes, "corrections": Correction, "advisories": Advisory, "signals": WarningSignal,
    "agenda_entries": AgendaEntry, "series": Series, "concern_themes": ConcernTheme, "consultations": Consultation,
    "initiatives": Initiative, "trainings": Training,
}  # fmt: skip
"""Tables whose rows have an id and name the forum."""

PARTS: Mapping[str, tuple[Any, str, Any, tuple[str, ...]]] = {
    "seat_roles": (RoleSpan, "member_id", Member, ("member_id", "since")),
    "invitations": (Invitation, "meeting_id", Meeting, ("meeting_id", "member_id")),
    "meeting_climates": (MeetingClimate, "meeting_id", Meeting, ("meeting_id",)),
    "postponements": (Postponement, "meeting_id", Meeting, ("meeting_id", "starts_at")),
    "own_agenda_items": (OwnItem, "meeting_id", Meeting, ("id",)),
    "held_agendas": (HeldAgenda, "meeting_id", Meeting, ("meeting_id",)),
    "series_meetings": (SeriesMeeting, "series_id", Series, ("series_id", "day")),
    "minutes_remarks": (MinutesRemark, "minutes_id", Minutes, ("id",)),
    "decision_steps": (DecisionStep, "decision_id", Decision, ("id",)),
    "consulted_groups": (ConsultedGroup, "consultation_id", Consultation, ("consultation_id", "number")),
    "consultation_findings": (Finding, "consultation_id", Consultation, ("consultation_id", "number")),
    "initiative_reports": (InitiativeReport, "initiative_id", Initiative, ("id",)),
}
"""Tables of parts: the column that names the whole, the whole's table, and the order."""

IMPORTED = ("source", "row_kind", "row", "kind", "number")


def files(session: AsyncSession, forum_id: UUID) -> dict[str, Rows]:
    """Every file of the inside by its name."""
    found = {
        name: keyed(session, select(table).where(col(table.forum_id) == forum_id), col(table.id))
        for name, table in OWN.items()
    }
    for name, (part, of, whole, order) in PARTS.items():
        statement: Any = (
            select(part).join(whole, col(whole.id) == getattr(part, of)).where(col(whole.forum_id) == forum_id)
        )
        found[name] = keyed(session, statement, *_columns(part, order))
    found["concern_steps"] = _steps(session, forum_id)
    imported = select(ImportedRow).where(ImportedRow.forum_id == forum_id)
    found["imported_rows"] = keyed(session, imported, *_columns(ImportedRow, IMPORTED))
    return {f"{name}.jsonl": rows for name, rows in found.items()}


def _columns(table: Any, names: tuple[str, ...]) -> list[Any]:
    return [getattr(table, name) for name in names]


async def _steps(session: AsyncSession, forum_id: UUID) -> Rows:
    statement = (
        select(ConcernStep)
        .join(Concern, col(Concern.id) == ConcernStep.concern_id)
        .where((Concern.forum_id == forum_id) | (Concern.origin_forum_id == forum_id))
    )
    async for batch in keyed(session, statement, *_columns(ConcernStep, ("concern_id", "number"))):
        yield [step_by_day(row) for row in batch]
