"""Drafting, sending, answering and stopping referrals. Rule C12.

Whoever changes a referral holds its case file's row. A memorandum that ends takes along what was sent under it; what is
being sent at that moment holds the memoranda, before the file, as whoever ends one does. Decision 0038.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import select

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import ReferralAnswered, ReferralCancelled, ReferralRequested, ReferralWithdrawn
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Refused
from beatbook.kit.events import emit
from beatbook.kit.sealing import KeyRing
from beatbook.kit.web import ExpectedVersion
from services.cases.consents.commands import record, withdraw
from services.cases.consents.queries import consents_of
from services.cases.consents.rules import Giver
from services.cases.consents.schemas import ConsentCreate
from services.cases.files.queries import Entered, enter
from services.cases.files.rules import Action, Field, Kind
from services.cases.files.tables import CaseFile
from services.cases.partners.queries import memoranda_of
from services.cases.referrals import queries, rules
from services.cases.referrals.rules import Basis, Ending, Side, State
from services.cases.referrals.schemas import AnswerIn
from services.cases.referrals.tables import Referral, ReferralStep


async def entered_to_write(
    session: AsyncSession, actor: Actor, now: datetime, vault: KeyRing, referral_id: UUID, expected: ExpectedVersion
) -> tuple[Entered, Referral]:
    """A referral whose file was entered to write and is held, at the version that the change starts from."""
    entered = await enter(session, actor, now, vault, referral_id, Action.WRITE, Kind.REFERRAL, locked=True)
    referral = await queries.referral_of(session, entered)
    expected.check(referral.version)
    return entered, referral


async def send(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    referral_id: UUID,
    expected: ExpectedVersion,
    answer_by: datetime,
) -> tuple[Entered, Referral]:
    """Send a draft to its agency; raises `Refused` with everything that it lacks."""
    agency = (await session.exec(select(Referral.agency).where(Referral.id == referral_id))).all()
    memoranda = await memoranda_of(session, agency, now, held=True)
    entered, referral = await entered_to_write(session, actor, now, vault, referral_id, expected)
    _check_step(Side.REFERRER, referral, State.REQUESTED)
    consents = await consents_of(session, [referral.id])
    unmet = await queries.lacking(session, referral, memoranda, consents, entered, now)
    if unmet := [*unmet, *rules.answer_by_flaws(answer_by, now)]:
        raise Refused("The referral can't be sent yet.", code="not-sendable", rule="C12", unmet=unmet)
    referral.answer_by, referral.requested_at = answer_by, now
    referral.stands_until = queries.footing_of(referral, memoranda, consents, now).until
    entered.file.agency = referral.agency
    step(session, actor, now, entered.file, referral, Side.REFERRER, State.REQUESTED)
    event = ReferralRequested(**told(referral), urgency=referral.urgency.value, answer_by=answer_by)
    await emit(session, event, subject=referral.id, area=referral.area, actor=actor, at=now)
    return entered, referral


async def cancel(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    referral_id: UUID,
    expected: ExpectedVersion,
    said: str | None,
) -> tuple[Entered, Referral]:
    """Take a referral back, whether it was sent or not; nothing is shared from this moment."""
    entered, referral = await entered_to_write(session, actor, now, vault, referral_id, expected)
    _check_step(Side.REFERRER, referral, State.CANCELLED)
    was_sent = referral.state in rules.SENT
    referral.ending = Ending.BY_REFERRER
    step(session, actor, now, entered.file, referral, Side.REFERRER, State.CANCELLED, _sealed(entered, said))
    if was_sent:
        event = ReferralCancelled(**told(referral), cancelled_at=now)
        await emit(session, event, subject=referral.id, area=referral.area, actor=actor, at=now)
    return entered, referral


async def answer(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    referral_id: UUID,
    expected: ExpectedVersion,
    request: AnswerIn,
) -> Referral:
    """Answer a referral as the agency it was sent to. Accepting it opens the details, if all still stands."""
    entered = await enter(
        session, actor, now, vault, referral_id, Action.ANSWER, Kind.REFERRAL, field=Field.SUMMARY, locked=True
    )
    referral = await queries.referral_of(session, entered)
    expected.check(referral.version)
    target = State(request.to)
    _check_step(Side.RECIPIENT, referral, target)
    if flaws := rules.answer_flaws(target, request.reason, request.outcome):
        raise Refused("The answer says too little, or too much.", code="answer-flawed", rule="C12", unmet=flaws)
    if target is State.ACCEPTED:
        memoranda = await memoranda_of(session, [referral.agency], now)
        consents = await consents_of(session, [referral.id])
        stands = queries.footing_of(referral, memoranda, consents, now)
        if stands.unmet or referral.answer_by is None or referral.answer_by <= now:
            raise Conflict("It can't be accepted any more: it will expire.", code="not-covered", rule="C12")
        referral.stands_until = entered.file.shared_until = stands.until
        entered.file.shared = rules.shared_fields(referral.categories)
    referral.reason, referral.outcome = request.reason, request.outcome
    origin = referral.state
    step(session, actor, now, entered.file, referral, Side.RECIPIENT, target, _sealed(entered, request.note))
    event = ReferralAnswered(
        **told(referral),
        origin=origin.value,
        target=request.to.value,
        reason=request.reason,
        outcome=None if request.outcome is None else request.outcome.value,
        answered_at=now,
    )
    await emit(session, event, subject=referral.id, area=referral.area, actor=actor, at=now)
    return referral


async def record_consent(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    referral_id: UUID,
    expected: ExpectedVersion,
    request: ConsentCreate,
) -> tuple[Entered, Referral]:
    """Record what somebody agreed to; of a referral that was sent, less than before stops it like a withdrawal."""
    entered, referral = await entered_to_write(session, actor, now, vault, referral_id, expected)
    _check_consents_count(referral)
    await record(session, actor, now, entered, request)
    if referral.state in rules.SENT:
        memoranda = await memoranda_of(session, [referral.agency], now)
        stands = queries.footing_of(referral, memoranda, await consents_of(session, [referral.id]), now)
        if stands.consent:
            await _stop_sharing(session, actor, now, entered, referral)
            return entered, referral
        referral.stands_until = stands.until or referral.stands_until
        if referral.state in rules.SHARING:
            entered.file.shared_until = referral.stands_until
    referral.version += 1
    return entered, referral


async def withdraw_consent(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    referral_id: UUID,
    expected: ExpectedVersion,
    giver: Giver,
) -> tuple[Entered, Referral]:
    """Note that consent was withdrawn: in the same transaction nothing is shared any more, and the agency is told."""
    entered, referral = await entered_to_write(session, actor, now, vault, referral_id, expected)
    _check_consents_count(referral)
    await withdraw(session, actor, now, entered, giver)
    if referral.state in rules.SENT:
        await _stop_sharing(session, actor, now, entered, referral)
    else:
        referral.version += 1
    return entered, referral


async def _stop_sharing(
    session: AsyncSession, actor: Actor, now: datetime, entered: Entered, referral: Referral
) -> None:
    referral.ending = Ending.CONSENT_WITHDRAWN
    step(session, actor, now, entered.file, referral, Side.REFERRER, State.CANCELLED)
    event = ReferralWithdrawn(**told(referral), withdrawn_at=now)
    await emit(session, event, subject=referral.id, area=referral.area, actor=actor, at=now)


def step(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    file: CaseFile,
    referral: Referral,
    side: Side,
    target: State,
    sealed_note: bytes | None = None,
) -> None:
    """Take a held referral to a state; whatever ends it stops sharing in the same breath. Rule C12."""
    made = ReferralStep(
        referral_id=referral.id, side=side, origin=referral.state, target=target, sealed_note=sealed_note,
        moved_at=now, moved_by=actor.subject,
    )  # fmt: skip
    session.add(made)
    referral.state = target
    referral.version += 1
    if target in rules.ENDED:
        referral.ended_at = file.closed_at = now
        file.outcome = target.value
        file.shared, file.shared_until = [], None


def _sealed(entered: Entered, said: str | None) -> bytes | None:
    return None if said is None else entered.key.seal(said, queries.STEP_NOTE)


def _check_step(side: Side, referral: Referral, target: State) -> None:
    if not rules.may_step(side, referral.state, target):
        raise Conflict(f"A referral that is {referral.state} can't become {target} so.", code="wrong-state", rule="C12")


def _check_consents_count(referral: Referral) -> None:
    if referral.basis is not Basis.CONSENT:
        raise Conflict("It stands on a legal duty: consent decides nothing here.", code="no-consent", rule="C12")


def told(referral: Referral) -> dict[str, Any]:
    """What every event of a referral says."""
    return {
        "referral_id": referral.id,
        "area": referral.area,
        "agency": referral.agency,
        "referred_for": referral.service.value,
    }
