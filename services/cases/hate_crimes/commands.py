"""Noting bias: who perceives it, what points to it, how the law sees it. Nothing noted is taken back. Rule C2."""

from datetime import datetime
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import HateCrimeClassified, HateCrimeFlagged
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Forbidden, NotFound, Refused
from beatbook.kit.events import emit
from beatbook.kit.web import ExpectedVersion
from services.cases.hate_crimes import rules
from services.cases.hate_crimes.rules import Classification, NoteKind
from services.cases.hate_crimes.schemas import ClassificationIn, IndicatorsIn, PerceptionIn
from services.cases.hate_crimes.tables import HateCrime, HateCrimeNote
from services.cases.incidents.commands import raise_priority
from services.cases.incidents.queries import incident_by_id
from services.cases.incidents.tables import Incident
from services.cases.tasks.commands import give
from services.cases.tasks.rules import TaskKind


async def note_perception(
    session: AsyncSession, actor: Actor, now: datetime, incident_id: UUID, request: PerceptionIn
) -> None:
    """Note that somebody perceives bias: it raises the incident's priority and gives the supervisors a task."""
    note = HateCrimeNote(
        incident_id=incident_id,
        kind=NoteKind.PERCEPTION,
        perceived_by=request.perceived_by,
        motivations=sorted(request.motivations),
        noted_by=actor.subject,
        noted_at=now,
    )
    await _flag(session, actor, now, note)


async def note_indicators(
    session: AsyncSession, actor: Actor, now: datetime, incident_id: UUID, request: IndicatorsIn
) -> None:
    """Note what was observed that points to bias: it flags the incident as a perception does."""
    note = HateCrimeNote(
        incident_id=incident_id,
        kind=NoteKind.INDICATORS,
        indicators=sorted(request.indicators),
        noted_by=actor.subject,
        noted_at=now,
    )
    await _flag(session, actor, now, note)


async def classify(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    incident_id: UUID,
    expected: ExpectedVersion,
    request: ClassificationIn,
) -> None:
    """Note how the law sees the bias; what was perceived stays. Raises `NotFound` where no bias was noted."""
    incident = await _incident(session, actor, incident_id)
    crime = await session.get(HateCrime, incident_id, with_for_update=True)
    if crime is None:
        raise NotFound("hate crime")
    expected.check(crime.version)
    if unmet := rules.classifying_obstacles(crime.classification, request.classification):
        raise Refused("It can't be classified so.", code="not-classifiable", rule="C2", unmet=unmet)
    crime.classification = request.classification
    crime.version += 1
    session.add(
        HateCrimeNote(
            incident_id=incident_id,
            kind=NoteKind.CLASSIFICATION,
            classification=request.classification,
            noted_by=actor.subject,
            noted_at=now,
        )
    )
    told = HateCrimeClassified(
        incident_id=incident_id, area=incident.area, classification=request.classification.value, classified_at=now
    )
    await emit(session, told, subject=incident_id, area=incident.area, actor=actor, at=now)


async def _flag(session: AsyncSession, actor: Actor, now: datetime, note: HateCrimeNote) -> None:
    incident = await _incident(session, actor, note.incident_id, locked=True)
    crime = await session.get(HateCrime, incident.id)
    if crime is None:
        crime = HateCrime(
            incident_id=incident.id, area=incident.area, classification=Classification.UNCLASSIFIED, flagged_at=now
        )
        await raise_priority(session, incident)
        told = HateCrimeFlagged(
            incident_id=incident.id, area=incident.area, month=incident.month, category=incident.category
        )
        await emit(session, told, subject=incident.id, area=incident.area, actor=actor, at=now)
    else:
        crime.version += 1
    session.add(crime)
    await session.flush()
    session.add(note)
    await give(
        session, actor, now, area=incident.area, kind=TaskKind.REVIEW_HATE_CRIME, about="incident",
        about_id=incident.id, due_at=now + rules.REVIEW_WITHIN, is_urgent=True, again=True,
    )  # fmt: skip


async def _incident(session: AsyncSession, actor: Actor, incident_id: UUID, *, locked: bool = False) -> Incident:
    """The incident; raises `NotFound` for who may not know of it, `Forbidden` for who may only read it."""
    incident = await incident_by_id(session, actor, incident_id, locked=locked)
    if not rules.may_note_bias(actor, incident.area):
        raise Forbidden("To note bias you need an officer or supervisor grant for the incident's area.", rule="C2")
    return incident
