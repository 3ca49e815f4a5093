"""Reads of hate crimes, each through the door `visible_to`."""

from collections.abc import Sequence
from typing import TypeAlias
from uuid import UUID

from sqlmodel import col, exists, select
from sqlmodel.sql.expression import Select

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import NotFound
from beatbook.kit.scoping import lies_within
from services.cases.hate_crimes.rules import NOTERS, Classification, Motivation, NoteKind
from services.cases.hate_crimes.schemas import HateCrimeSummary, HateCrimeView
from services.cases.hate_crimes.tables import HateCrime, HateCrimeNote
from services.cases.incidents.tables import Incident

Found: TypeAlias = "Select[HateCrime, str]"


def visible_to(statement: Found, actor: Actor) -> Found:
    """Leave only hate crimes of areas whose officer or supervisor the actor is. ARCHITECTURE 6, Rule C2."""
    return statement.where(lies_within(col(HateCrime.area), *actor.areas_as(NOTERS)))


async def hate_crime_view(session: AsyncSession, actor: Actor, incident_id: UUID) -> HateCrimeView:
    """A hate crime with its history; raises `NotFound`, also for one that the actor may not see."""
    statement = select(HateCrime, Incident.category).join(Incident, col(Incident.id) == col(HateCrime.incident_id))
    found = (await session.exec(visible_to(statement.where(HateCrime.incident_id == incident_id), actor))).first()
    if found is None:
        raise NotFound("hate crime")
    crime, category = found
    notes = select(HateCrimeNote).where(HateCrimeNote.incident_id == incident_id).order_by(col(HateCrimeNote.id))
    by_kind: dict[NoteKind, list[HateCrimeNote]] = {kind: [] for kind in NoteKind}
    for note in (await session.exec(notes)).all():
        by_kind[note.kind].append(note)
    return HateCrimeView.model_validate(
        {
            **_summary(crime, category),
            "perceptions": by_kind[NoteKind.PERCEPTION],
            "indicators": by_kind[NoteKind.INDICATORS],
            "classifications": by_kind[NoteKind.CLASSIFICATION],
        }
    )


async def list_hate_crimes(
    session: AsyncSession,
    actor: Actor,
    *,
    area: str | None,
    motivation: Motivation | None,
    classification: Classification | None,
    after: UUID | None,
    limit: int,
) -> Sequence[HateCrimeSummary]:
    """Hate crimes in the order in which their incidents were recorded."""
    statement = select(HateCrime, Incident.category).join(Incident, col(Incident.id) == col(HateCrime.incident_id))
    statement = visible_to(statement, actor).order_by(col(HateCrime.incident_id)).limit(limit)
    if area is not None:
        statement = statement.where(lies_within(col(HateCrime.area), area))
    if motivation is not None:
        noted = exists().where(
            col(HateCrimeNote.incident_id) == col(HateCrime.incident_id),
            col(HateCrimeNote.motivations).contains([motivation.value]),
        )
        statement = statement.where(noted)
    if classification is not None:
        statement = statement.where(HateCrime.classification == classification)
    if after is not None:
        statement = statement.where(col(HateCrime.incident_id) > after)
    rows = (await session.exec(statement)).all()
    return [HateCrimeSummary.model_validate(_summary(crime, category)) for crime, category in rows]


def _summary(crime: HateCrime, category: str) -> dict[str, object]:
    return {"category": category, **crime.model_dump()}
