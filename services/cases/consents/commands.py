"""Recording and withdrawing consents, of a case that was entered to write and locked. Rule C12."""

from datetime import datetime

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Refused
from services.cases.consents import queries, rules
from services.cases.consents.rules import Giver
from services.cases.consents.schemas import ConsentCreate
from services.cases.consents.tables import GivenConsent
from services.cases.files.queries import Entered
from services.cases.people.queries import person_by_id


async def record(
    session: AsyncSession, actor: Actor, now: datetime, entered: Entered, request: ConsentCreate
) -> GivenConsent:
    """Add a version of what somebody agreed to; the one before counts no more."""
    if flaws := rules.consent_flaws(request.given_on, request.until, now.date()):
        raise Refused("A consent was given, and for a time.", code="consent-flawed", rule="C12", unmet=flaws)
    if request.person_id is not None:
        await person_by_id(session, entered, request.person_id)
    before = rules.latest(await queries.consents_of(session, [entered.file.id]), request.giver)
    number = 1 if before is None else before.number + 1
    place = queries.place_of_note(request.giver, number)
    consent = GivenConsent(
        **request.model_dump(exclude={"note"}),
        case_id=entered.file.id,
        number=number,
        sealed_note=None if request.note is None else entered.key.seal(request.note, place),
        recorded_at=now,
        recorded_by=actor.subject,
    )
    session.add(consent)
    await session.flush()
    return consent


async def withdraw(session: AsyncSession, actor: Actor, now: datetime, entered: Entered, giver: Giver) -> None:
    """Note that somebody withdrew what they agreed to; raises `Conflict` when nothing stands."""
    consents = await queries.consents_of(session, [entered.file.id])
    standing = rules.latest(consents, giver)
    if not isinstance(standing, GivenConsent) or standing.withdrawn_at is not None:
        raise Conflict(f"No consent of the {giver} stands here.", code="no-consent", rule="C12")
    standing.withdrawn_at, standing.withdrawn_by = now, actor.subject
    await session.flush()
