"""Reads of diversion cases, each through the doors of case files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from sqlmodel import col, select

from beatbook.contracts.actor import Actor
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import AsyncSession, Write
from beatbook.kit.scoping import lies_within
from services.cases.diversion import rules
from services.cases.diversion.rules import Consent, Facts, Obstacle, State
from services.cases.diversion.schemas import ConsentView, DiversionSummary, DiversionView, EligibilityView
from services.cases.diversion.tables import Diversion, DiversionConsent
from services.cases.files.queries import Entered, Vault, enter, visible_to
from services.cases.files.rules import Action, Field, Kind
from services.cases.files.tables import CaseFile
from services.cases.programmes.queries import rules_of
from services.cases.programmes.rules import Capacity, ProgrammeRules


@dataclass(frozen=True)
class Desk:
    """Where a case is worked on: in which transaction, by whom, when, with which keys."""

    session: Write
    actor: CurrentActor
    now: Now
    vault: Vault

    @property
    def today(self) -> date:
        """The day of the request."""
        return self.now.date()


AtDesk = Annotated[Desk, Depends()]
"""The desk, in a route's parameters."""


@dataclass(frozen=True)
class Case:
    """A diversion case that an actor was let into: its file and key, and its own row."""

    entered: Entered
    row: Diversion

    @property
    def id(self) -> UUID:
        """The case's id."""
        return self.row.id

    @property
    def area(self) -> str:
        """The case's area."""
        return self.entered.file.area

    def seal(self, text: str | None, place: str) -> bytes | None:
        """A text sealed for a place of this case."""
        return None if text is None else self.entered.key.seal(text, place)

    def read(self, sealed: bytes | None, place: str) -> str | None:
        """The text sealed for a place of this case."""
        return None if sealed is None else str(self.entered.key.read(sealed, place))


async def open_case(
    desk: Desk,
    case_id: UUID,
    action: Action,
    *,
    field: Field = Field.TEXT,
    locked: bool | None = None,
    detail: dict[str, str] | None = None,
) -> Case:
    """Enter a diversion case, locked unless it is only read or told otherwise; raises as `enter` does."""
    entered = await enter(
        desk.session, desk.actor, desk.now, desk.vault, case_id, action, Kind.DIVERSION, field=field,
        locked=action is not Action.READ if locked is None else locked, detail=detail,
    )  # fmt: skip
    return Case(entered, (await desk.session.exec(select(Diversion).where(Diversion.id == case_id))).one())


async def list_diversions(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    *,
    area: str | None,
    state: State | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Diversion]:
    """Cases in the order in which they were opened."""
    joined = select(Diversion).join(CaseFile, col(CaseFile.id) == col(Diversion.id))
    statement = visible_to(joined, actor, now, Kind.DIVERSION).order_by(col(Diversion.id)).limit(limit)
    if area is not None:
        statement = statement.where(lies_within(col(CaseFile.area), area))
    if state is not None:
        statement = statement.where(Diversion.state == state)
    if after is not None:
        statement = statement.where(col(Diversion.id) > after)
    return (await session.exec(statement)).all()


async def consents_of(session: AsyncSession, case_id: UUID) -> Sequence[DiversionConsent]:
    """All consents of a case, withdrawn ones too."""
    statement = select(DiversionConsent).where(DiversionConsent.case_id == case_id)
    return (await session.exec(statement.order_by(col(DiversionConsent.id)))).all()


async def standing_consents(session: AsyncSession, case: Case) -> frozenset[Consent]:
    """Who consents to what just now; of those responsible, the one whom the case is about."""
    return frozenset(
        (given.capacity, given.purpose)
        for given in await consents_of(session, case.id)
        if given.withdrawn_at is None
        and (given.capacity is not Capacity.RESPONSIBLE or given.person_id == case.row.person_id)
    )


async def programme_of(session: AsyncSession, case: Case) -> ProgrammeRules | None:
    """The version of the rules that the case is decided under; None before the assessment."""
    return None if case.row.programme_id is None else await rules_of(session, case.row.programme_id)


async def obstacles_of(session: AsyncSession, case: Case, programme: ProgrammeRules, day: date) -> list[Obstacle]:
    """What stands in the way of a case's programme; a version that was offered in time stays good. Rules C8, C9."""
    row = case.row
    facts = Facts(
        age=row.age_at_act,
        offence=row.offence,
        domestic_violence=row.domestic_violence,
        gender_based_violence=row.gender_based_violence,
        responsibility_accepted=row.responsibility_accepted,
        previous_diversions=row.previous_diversions,
        consents=await standing_consents(session, case),
    )
    decided_on = (
        day if row.state in rules.ASSESSABLE else max(programme.valid_from, min(day, _last_day(programme, day)))
    )
    return rules.obstacles(programme, facts, decided_on)


def _last_day(programme: ProgrammeRules, day: date) -> date:
    return day if programme.valid_to is None else date.fromordinal(programme.valid_to.toordinal() - 1)


def eligibility(found: Sequence[Obstacle]) -> EligibilityView:
    """The answer to whether somebody is eligible."""
    return EligibilityView.model_validate(
        {"eligible": not found, "obstacles": found, "referral_way": [*rules.referral_way(found)]}
    )


async def view(desk: Desk, case: Case) -> DiversionView:
    """A case's whole answer."""
    row, file = case.row, case.entered.file
    programme = await programme_of(desk.session, case)
    found = None if programme is None else await obstacles_of(desk.session, case, programme, desk.today)
    plain = {name: getattr(row, name) for name in DiversionView.model_fields if hasattr(row, name)}
    return DiversionView.model_validate(
        plain
        | {
            "area": file.area,
            "supervisor": file.supervisor,
            "team": file.team,
            "act_on": case.read(row.sealed_act_on, "diversions.act_on"),
            "text": case.read(row.sealed_text, "diversions.text"),
            "assessment": case.read(row.sealed_assessment, "diversions.assessment"),
            "consents": [ConsentView.model_validate(item) for item in await consents_of(desk.session, case.id)],
            "eligibility": None if found is None else eligibility(found),
        }
    )


def summary(row: Diversion) -> DiversionSummary:
    """A case in a list."""
    return DiversionSummary.model_validate(row)
