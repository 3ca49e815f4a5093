"""Opening and assessing diversion cases, and recording who consents. Rules C8, C9, C9a."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from beatbook.contracts.cases import DiversionConsentGiven, DiversionConsentWithdrawn, DiversionReferred
from beatbook.kit.errors import Conflict, NotFound, Refused
from beatbook.kit.events import emit
from beatbook.kit.ids import new_id
from beatbook.kit.web import ExpectedVersion
from services.cases.areas.queries import Places
from services.cases.diversion import rules
from services.cases.diversion.queries import Case, Desk, open_case
from services.cases.diversion.rules import ENDED, State
from services.cases.diversion.schemas import AssessmentIn, ConsentIn, DiversionCreate, DiversionPatch
from services.cases.diversion.tables import Diversion, DiversionConsent
from services.cases.files.commands import Opening, assign, open_file
from services.cases.files.rules import Action, Kind
from services.cases.people.queries import Role, age_at, person_by_id
from services.cases.programmes.queries import in_force
from services.cases.programmes.rules import Capacity

SPEAKING: Mapping[Capacity, frozenset[Role]] = {
    Capacity.RESPONSIBLE: frozenset({Role.RESPONSIBLE}),
    Capacity.GUARDIAN: frozenset({Role.GUARDIAN}),
    Capacity.VICTIM: frozenset({Role.VICTIM, Role.GUARDIAN}),
    Capacity.PROSECUTOR: frozenset(),
}
"""Who of a case's people can consent in which capacity; for a victim who is a child, a guardian."""


async def open_diversion(desk: Desk, places: Places, request: DiversionCreate) -> Case:
    """Open a case, referred; one of domestic or gender-based violence is not opened. Rules C9, C10."""
    if rules.violence_known(
        request.offence, domestic=request.domestic_violence, gender_based=request.gender_based_violence
    ):
        raise Refused(
            "Domestic and gender-based violence are never disposed of by discretion. Nothing was recorded.",
            code="violence-never-diverted",
            rule="C9",
            unmet=[*rules.REFERRAL_WAY],
        )
    if not (await places.under(desk.session, request.area, desk.today)).holds(request.area):
        raise Refused(f"{request.area} is no open area of the register.", code="unknown_area", rule="C10")
    if request.act_on > desk.today:
        raise Refused("An act lies in the past: check act_on.", code="act-ahead", rule="C9")
    opening = Opening(Kind.DIVERSION, request.area, supervisor=request.supervisor, team=request.team)
    entered = await open_file(desk.session, desk.actor, desk.now, desk.vault, opening)
    row = Diversion(
        id=entered.file.id,
        state=State.REFERRED,
        offence=request.offence,
        referred_by=request.referred_by,
        domestic_violence=request.domestic_violence,
        gender_based_violence=request.gender_based_violence,
        sealed_text=entered.key.seal(request.text, "diversions.text"),
        sealed_act_on=entered.key.seal(request.act_on.isoformat(), "diversions.act_on"),
    )
    desk.session.add(row)
    case = Case(entered, row)
    event = DiversionReferred(
        diversion_id=case.id, area=case.area, offence=row.offence, referred_by=row.referred_by, referred_at=desk.now
    )
    await emit(desk.session, event, subject=case.id, area=case.area, actor=desk.actor, at=desk.now)
    return case


async def change_diversion(desk: Desk, case_id: UUID, expected: ExpectedVersion, request: DiversionPatch) -> Case:
    """Change text, link to a referral, team or supervisor, or note violence that has become known. Rules C9, C14."""
    assigned = request.model_fields_set & {"team", "supervisor"}
    case = await open_case(desk, case_id, Action.LEAD if assigned else Action.WRITE)
    expected.check(case.row.version)
    if request.text is not None:
        case.row.sealed_text = case.entered.key.seal(request.text, "diversions.text")
    if "referral_id" in request.model_fields_set:
        case.row.referral_id = request.referral_id
    for name in ("domestic_violence", "gender_based_violence"):
        known = getattr(request, name)
        if known is False and getattr(case.row, name):
            raise Conflict("Violence that was noted is not taken back here: assess anew.", code="noted", rule="C9")
        if known:
            setattr(case.row, name, True)
    case.row.version += 1
    if assigned:
        assign(case.entered, team=request.team, supervisor=request.supervisor)
    return case


async def assess(desk: Desk, case_id: UUID, expected: ExpectedVersion, request: AssessmentIn) -> Case:
    """Write down what was found, under the version of the rules in force today. Rules C8, C9."""
    case = await open_case(desk, case_id, Action.WRITE)
    expected.check(case.row.version)
    if case.row.state not in rules.ASSESSABLE:
        raise Conflict(
            f"The case is {case.row.state}: what it was offered under stays. Return it if the assessment was wrong.",
            code="assessment-frozen",
            rule="C8",
        )
    programme = await in_force(desk.session, case.area, request.programme, desk.today)
    person = await person_by_id(desk.session, case.entered, request.person_id)
    if person.role is not Role.RESPONSIBLE:
        raise Refused("Name the person who is responsible for the act.", code="not-responsible", rule="C9")
    row = case.row
    row.programme_id, row.person_id = programme.id, person.id
    row.age_at_act = await age_at(desk.session, case.entered, person.id, _act_on(case))
    row.domestic_violence, row.gender_based_violence = request.domestic_violence, request.gender_based_violence
    row.responsibility_accepted = request.responsibility_accepted
    row.previous_diversions = request.previous_diversions
    row.sealed_assessment = case.seal(request.text, "diversions.assessment")
    row.version += 1
    return case


def _act_on(case: Case) -> date:
    return date.fromisoformat(case.entered.key.read(case.row.sealed_act_on, "diversions.act_on"))


async def give_consent(desk: Desk, case_id: UUID, expected: ExpectedVersion, request: ConsentIn) -> Case:
    """Record that somebody consents. Rules C9, C9a."""
    case = await open_case(desk, case_id, Action.WRITE)
    expected.check(case.row.version)
    if case.row.state in ENDED:
        raise Conflict(f"The case is {case.row.state}: nothing is consented to any more.", code="ended", rule="C10")
    if request.given_on > desk.today:
        raise Refused("A consent is recorded when it was given: check given_on.", code="consent-ahead", rule="C9")
    await _check_who(desk, case, request)
    consent = DiversionConsent(
        id=new_id(),
        case_id=case.id,
        recorded_at=desk.now,
        recorded_by=desk.actor.subject,
        **request.model_dump(),
    )
    desk.session.add(consent)
    case.row.version += 1
    event = DiversionConsentGiven(
        diversion_id=case.id, area=case.area, capacity=consent.capacity, purpose=consent.purpose
    )
    await emit(desk.session, event, subject=case.id, area=case.area, actor=desk.actor, at=desk.now)
    return case


async def _check_who(desk: Desk, case: Case, request: ConsentIn) -> None:
    """Nobody consents in a capacity that is not theirs; raises `Refused`. Rules C9, C9a."""
    roles = SPEAKING[request.capacity]
    if (request.person_id is None) != (not roles):
        raise Refused("A consent names who consents; an authority's names nobody.", code="who-consents", rule="C9")
    if request.person_id is None:
        return
    person = await person_by_id(desk.session, case.entered, request.person_id)
    if person.role not in roles:
        raise Refused(f"A {person.role} does not consent as {request.capacity}.", code="who-consents", rule="C9")
    if person.role is Role.GUARDIAN:
        side = Role.VICTIM if request.capacity is Capacity.VICTIM else Role.RESPONSIBLE
        guarded = {(await person_by_id(desk.session, case.entered, ward)).role for ward in person.guardian_of}
        # whom a guardian answers for may not be written down yet; for a victim it has to be
        if side not in guarded and (guarded or side is Role.VICTIM):
            raise Refused(
                f"This guardian does not answer for the {side}: name whom they do.", code="who-consents", rule="C9a",
                unmet=["person_id: a guardian whose guardian_of names a person of that side"],
            )  # fmt: skip


async def withdraw_consent(desk: Desk, case_id: UUID, consent_id: UUID) -> Case:
    """Record that a consent is withdrawn, in whatever state the case is; a second time changes nothing. Rule C9a.

    It asks for no version: nobody has to read a case anew before they may be told no.
    """
    case = await open_case(desk, case_id, Action.WRITE)
    consent = await desk.session.get(DiversionConsent, consent_id)
    if consent is None or consent.case_id != case.id:
        raise NotFound("consent")
    if consent.withdrawn_at is None:
        await withdraw(desk, case, consent)
    return case


async def withdraw(desk: Desk, case: Case, consent: DiversionConsent) -> None:
    """Withdraw a consent of a case that is entered and locked."""
    consent.withdrawn_at, consent.withdrawal_by = desk.now, desk.actor.subject
    case.row.version += 1
    event = DiversionConsentWithdrawn(
        diversion_id=case.id, area=case.area, capacity=consent.capacity, purpose=consent.purpose
    )
    await emit(desk.session, event, subject=case.id, area=case.area, actor=desk.actor, at=desk.now)
