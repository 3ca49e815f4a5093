"""Drafting referrals: what is written until they are sent. Rule C12."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Refused
from beatbook.kit.sealing import KeyRing
from beatbook.kit.web import ExpectedVersion
from services.cases.areas.queries import Places
from services.cases.files.commands import Opening, open_file
from services.cases.files.queries import Entered, enter
from services.cases.files.rules import Action, Kind
from services.cases.partners.queries import agency_by_code
from services.cases.people.commands import add
from services.cases.people.names import NameIndex
from services.cases.people.queries import person_by_id
from services.cases.people.queries import view as person_view
from services.cases.people.schemas import PersonCreate, PersonFields
from services.cases.people.tables import Person
from services.cases.referrals import queries, rules
from services.cases.referrals.commands import entered_to_write
from services.cases.referrals.rules import State
from services.cases.referrals.schemas import ReferralCreate, ReferralPatch
from services.cases.referrals.tables import Referral

SEALED = {"duty_reason": queries.DUTY} | {category.value: queries.place_of(category) for category in rules.TEXTS}
"""What is sealed of a referral, and for which place."""
OPTIONAL = SEALED.keys() | {"language", "duty"}


async def draft(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    places: Places,
    names: NameIndex,
    request: ReferralCreate,
) -> tuple[Entered, Referral]:
    """Begin a referral: a case of its own, with a key of its own; people of the case it comes from are copied into it.

    Whoever works on that case works on the referral. Decision 0037.
    """
    if not (await places.under(session, request.area, now.date())).holds(request.area):
        raise Refused(f"{request.area} is no open area of the register.", code="unknown_area", rule="C12")
    origin = None
    if request.origin_case_id is not None:
        origin = await enter(session, actor, now, vault, request.origin_case_id, Action.WRITE, None)
    opening = Opening(
        kind=Kind.REFERRAL,
        area=request.area,
        supervisor=origin.file.supervisor if origin else None,
        team=origin.file.team if origin else (),
    )
    entered = await open_file(session, actor, now, vault, opening)
    await agency_by_code(session, actor, request.agency)
    referral = Referral(
        **request.model_dump(exclude={*SEALED, "people"}),
        id=entered.file.id,
        origin_kind=origin.file.kind if origin else None,
        state=State.DRAFT,
        drafted_at=now,
    )
    _seal(entered, referral, {name: getattr(request, name) for name in SEALED})
    session.add(referral)
    await session.flush()
    if origin is not None:
        for person_id in request.people:
            await _copy(session, actor, now, names, await person_by_id(session, origin, person_id), origin, entered)
    return entered, referral


async def change(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    referral_id: UUID,
    expected: ExpectedVersion,
    request: ReferralPatch,
) -> tuple[Entered, Referral]:
    """Change a draft; what was sent stays as it was sent."""
    entered, referral = await entered_to_write(session, actor, now, vault, referral_id, expected)
    if referral.state is not State.DRAFT:
        raise Conflict("What was sent stays as it was sent.", code="wrong-state", rule="C12")
    sent = {name: getattr(request, name) for name in request.model_fields_set}
    if nothing := sorted(name for name, value in sent.items() if value is None and name not in OPTIONAL):
        raise Refused("A referral can't be without these: leave them out, or send a value.",
                      code="invalid", rule="C12", unmet=nothing)  # fmt: skip
    if request.agency is not None:
        await agency_by_code(session, actor, request.agency)
    for name in sent.keys() - SEALED.keys():
        setattr(referral, name, sent[name])
    _seal(entered, referral, {name: sent[name] for name in SEALED if name in sent})
    referral.version += 1
    return entered, referral


def _seal(entered: Entered, referral: Referral, texts: Mapping[str, str | None]) -> None:
    for name, value in texts.items():
        setattr(referral, f"sealed_{name}", None if value is None else entered.key.seal(value, SEALED[name]))


async def _copy(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    names: NameIndex,
    person: Person,
    origin: Entered,
    entered: Entered,
) -> None:
    """Name a person of another case in this one, as far as the actor may read of them there."""
    known = person_view(origin, person)
    copied = {name: value for name in PersonFields.model_fields if (value := getattr(known, name)) is not None}
    await add(session, actor, now, names, entered, PersonCreate(**copied, role=known.role))
