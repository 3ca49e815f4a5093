"""Reads of referrals, each through a door of `files`: the referrer's, and the recipient's."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from beatbook.contracts.actor import Actor, Role
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, NotFound
from beatbook.kit.scoping import lies_within
from services.cases.consents.queries import consents_of
from services.cases.consents.queries import view as consent_view
from services.cases.consents.tables import GivenConsent
from services.cases.files.queries import Entered, visible_to
from services.cases.files.rules import Action, Field, Kind
from services.cases.files.tables import CaseFile
from services.cases.partners.queries import agency_to_send_to, memoranda_of
from services.cases.partners.rules import DataCategory
from services.cases.partners.tables import SignedMemorandum
from services.cases.people.queries import list_people
from services.cases.people.queries import view as person_view
from services.cases.people.tables import Person
from services.cases.referrals import rules
from services.cases.referrals.rules import State
from services.cases.referrals.schemas import (
    DetailsView,
    PreviewView,
    ReceivedView,
    ReferralSummary,
    ReferralView,
    StepView,
)
from services.cases.referrals.tables import Referral, ReferralStep

DUTY, STEP_NOTE = "referrals.duty_reason", "referral_steps.note"
"""Where these are sealed for."""
MOST_PEOPLE = 50


def place_of(category: DataCategory) -> str:
    """Where a text is sealed for."""
    return f"referrals.{category}"


async def referral_of(session: AsyncSession, entered: Entered) -> Referral:
    """The referral of a case file that was entered, as it stands now."""
    statement = select(Referral).where(Referral.id == entered.file.id)
    return (await session.exec(statement.execution_options(populate_existing=True))).one()


async def is_seen(session: AsyncSession, actor: Actor, now: datetime, referral_id: UUID) -> bool:
    """Whether there is such a referral that the actor has a part in. Rule C14."""
    statement = select(CaseFile.id).where(CaseFile.id == referral_id)
    return (await session.exec(visible_to(statement, actor, now, Kind.REFERRAL))).first() is not None


async def list_referrals(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    *,
    area: str | None,
    state: State | None,
    origin_case_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Referral]:
    """The referrals that the actor works on or oversees, in the order in which they were drafted."""
    here = actor.model_copy(update={"agency": None})  # what was sent to an agency is listed for it elsewhere
    statement = select(Referral).join(CaseFile, col(CaseFile.id) == col(Referral.id))
    statement = visible_to(statement, here, now, Kind.REFERRAL).order_by(col(Referral.id)).limit(limit)
    if area is not None:
        statement = statement.where(lies_within(col(Referral.area), area))
    if state is not None:
        statement = statement.where(Referral.state == state)
    if origin_case_id is not None:
        statement = statement.where(Referral.origin_case_id == origin_case_id)
    if after is not None:
        statement = statement.where(col(Referral.id) > after)
    return (await session.exec(statement)).all()


async def list_received(
    session: AsyncSession, actor: Actor, *, state: State | None, after: UUID | None, limit: int
) -> Sequence[Referral]:
    """The referrals sent to the actor's agency, in the order in which they were drafted."""
    if actor.agency is None:
        return []
    statement = (
        select(Referral)
        .join(CaseFile, col(CaseFile.id) == col(Referral.id))
        .where(CaseFile.agency == actor.agency, lies_within(col(CaseFile.area), *actor.areas_as({Role.PARTNER})))
        .order_by(col(Referral.id))
        .limit(limit)
    )
    if state is not None:
        statement = statement.where(Referral.state == state)
    if after is not None:
        statement = statement.where(col(Referral.id) > after)
    return (await session.exec(statement)).all()


def sending_of(referral: Referral) -> rules.Sending:
    """What of a referral decides whether it may be with its recipient."""
    return rules.Sending(
        referral.agency, referral.service, referral.area, referral.categories, referral.age, referral.basis
    )


def footing_of(
    referral: Referral, memoranda: Sequence[SignedMemorandum], consents: Sequence[GivenConsent], now: datetime
) -> rules.Footing:
    """What a referral stands on, of memoranda and consents that may be others' too."""
    theirs = [memorandum for memorandum in memoranda if memorandum.agency == referral.agency]
    given = [consent for consent in consents if consent.case_id == referral.id]
    return rules.footing(sending_of(referral), theirs, given, now)


async def lacking(
    session: AsyncSession,
    referral: Referral,
    memoranda: Sequence[SignedMemorandum],
    consents: Sequence[GivenConsent],
    entered: Entered,
    now: datetime,
) -> list[str]:
    """Everything that keeps a referral from being sent. Rule C12."""
    agency = await agency_to_send_to(session, referral.agency)
    offers = (agency.services, agency.areas) if agency is not None and agency.is_active else None
    written = [category for category in rules.TEXTS if getattr(referral, f"sealed_{category}") is not None]
    named = referral.duty is not None and referral.sealed_duty_reason is not None
    people = bool(await list_people(session, entered, after=None, limit=1))
    return [
        *rules.agency_flaws(offers, referral.service, referral.area),
        *footing_of(referral, memoranda, consents, now).unmet,
        *rules.content_flaws(referral.categories, written, people=people, duty=named, basis=referral.basis),
    ]


async def view(session: AsyncSession, entered: Entered, referral: Referral, now: datetime) -> ReferralView:
    """A referral's whole answer, for who refers."""
    steps = select(ReferralStep).where(ReferralStep.referral_id == referral.id).order_by(col(ReferralStep.id))
    consents = await consents_of(session, [referral.id])
    memoranda = await memoranda_of(session, [referral.agency], now)
    if referral.state is State.DRAFT:
        unmet = await lacking(session, referral, memoranda, consents, entered, now)
    else:
        unmet = footing_of(referral, memoranda, consents, now).unmet if referral.state in rules.SENT else []
    return ReferralView(
        **ReferralSummary.model_validate(referral).model_dump(),
        **_texts(entered, referral),
        age=referral.age,
        language=referral.language,
        categories=list(map(DataCategory, referral.categories)),
        basis=referral.basis,
        duty=referral.duty,
        duty_reason=_read(entered, referral.sealed_duty_reason, DUTY),
        stands_until=referral.stands_until,
        consents=[consent_view(entered, consent) for consent in consents],
        steps=[_step_view(entered, step) for step in (await session.exec(steps)).all()],
        unmet=unmet,
    )


def _step_view(entered: Entered, step: ReferralStep) -> StepView:
    return StepView.model_validate(step.model_dump() | {"note": _read(entered, step.sealed_note, STEP_NOTE)})


def _read(entered: Entered, sealed: bytes | None, place: str) -> str | None:
    return None if sealed is None else str(entered.key.read(sealed, place))


def _texts(entered: Entered, referral: Referral) -> dict[str, str | None]:
    """What is written in a referral, as far as who entered may read it."""
    return {
        category.value: _read(entered, getattr(referral, f"sealed_{category}"), place_of(category))
        for category in rules.TEXTS
        if entered.may(Action.READ, Field(category.value))
    }


def received_view(referral: Referral) -> ReceivedView:
    """A referral as its recipient sees it; raises `NotFound` for one that was never sent."""
    if referral.requested_at is None:
        raise NotFound("referral")
    preview = None
    if referral.state not in rules.ENDED:
        told = referral.model_dump() | {"area": rules.area_told(referral.area)}
        preview = PreviewView.model_validate(told)
    return ReceivedView.model_validate(referral.model_dump() | {"preview": preview})


async def details(session: AsyncSession, entered: Entered, referral: Referral) -> DetailsView:
    """What was sent about somebody; raises `Conflict` unless it was accepted, has not ended, and still stands.

    Each category is read as the policy allows who entered, and none that was not sent, whoever asks. Rule C12.
    """
    sent = [Field(category) for category in referral.categories]
    if referral.state not in rules.SHARING or not any(entered.may(Action.READ, field) for field in sent):
        raise Conflict(
            "The details are read once the referral is accepted, until it ends and as long as memorandum and consent "
            "last.",
            code="not-shared",
            rule="C12",
        )
    texts = {name: value for name, value in _texts(entered, referral).items() if name in referral.categories}
    people: Sequence[Person] = []
    if {Field.IDENTITY, Field.CONTACT} & set(sent):
        people = await list_people(session, entered, after=None, limit=MOST_PEOPLE)
    return DetailsView(
        id=referral.id, area=referral.area, people=[person_view(entered, person) for person in people], **texts
    )
