"""Registering agencies, and signing and ending memoranda with them. Rule C11."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlmodel import func, select

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import AgencyChanged, AgencyRegistered, MemorandumEnded, MemorandumSigned
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Forbidden, Refused
from beatbook.kit.events import emit
from beatbook.kit.web import ExpectedVersion
from services.cases.areas.queries import Places
from services.cases.partners import queries, rules
from services.cases.partners.rules import EndReason
from services.cases.partners.schemas import AgencyCreate, AgencyPatch, MemorandumCreate, OpeningHours
from services.cases.partners.tables import Agency, SignedMemorandum


async def register_agency(
    session: AsyncSession, actor: Actor, now: datetime, places: Places, request: AgencyCreate
) -> Agency:
    """Register an agency; its code is fixed from then on."""
    _allow(actor, request.areas)
    await _check_areas(session, places, request.areas, now)
    if (await session.exec(select(Agency.id).where(Agency.code == request.code))).first() is not None:
        raise Conflict("There is an agency with this code already.", code="code-taken", rule="C11")
    said = request.model_dump(mode="json")
    agency = Agency(**said, open_minutes=_ranges(request.hours), registered_at=now, registered_by=actor.subject)
    session.add(agency)
    await session.flush()
    event = AgencyRegistered(
        agency_id=agency.id, agency=agency.code, area=agency.areas[0], areas=agency.areas, services=agency.services
    )
    await emit(session, event, subject=agency.id, area=agency.areas[0], actor=actor, at=now)
    return agency


async def change_agency(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    places: Places,
    code: str,
    expected: ExpectedVersion,
    request: AgencyPatch,
) -> Agency:
    """Change what is known of an agency; memoranda stay as they were signed."""
    agency = await queries.agency_by_code(session, actor, code, locked=True)
    _allow(actor, [*agency.areas, *(request.areas or [])])
    expected.check(agency.version)
    sent = request.model_dump(mode="json", exclude_unset=True)
    if nothing := sorted(name for name, value in sent.items() if value is None):
        raise Refused("An agency can't be without these: leave them out, or send a value.",
                      code="invalid", rule="C11", unmet=nothing)  # fmt: skip
    if request.areas is not None:
        await _check_areas(session, places, request.areas, now)
    for name, value in sent.items():
        setattr(agency, name, value)
    if request.hours is not None:
        agency.open_minutes = _ranges(request.hours)
    agency.version += 1
    event = AgencyChanged(
        agency_id=agency.id, agency=agency.code, area=agency.areas[0], areas=agency.areas, services=agency.services,
        is_active=agency.is_active,
    )  # fmt: skip
    await emit(session, event, subject=agency.id, area=agency.areas[0], actor=actor, at=now)
    return agency


async def sign_memorandum(
    session: AsyncSession, actor: Actor, now: datetime, code: str, request: MemorandumCreate
) -> SignedMemorandum:
    """Record a memorandum that was signed; one that it replaces ends."""
    agency = await queries.agency_by_code(session, actor, code, locked=True)
    _allow_signing(actor, request.areas)
    numbers = select(func.max(SignedMemorandum.number)).where(SignedMemorandum.agency == code)
    memorandum = SignedMemorandum(
        **request.model_dump(), agency=code, number=((await session.exec(numbers)).one() or 0) + 1,
        signed_at=now, signed_by=actor.subject,
    )  # fmt: skip
    if flaws := rules.terms_flaws(memorandum, agency.services, agency.areas, now.date()):
        raise Refused("This can't be agreed so.", code="memorandum-flawed", rule="C11", unmet=flaws)
    session.add(memorandum)
    await session.flush()
    event = MemorandumSigned(
        memorandum_id=memorandum.id, agency=code, area=memorandum.areas[0], number=memorandum.number,
        services=memorandum.services, categories=memorandum.categories,
        starts_on=memorandum.starts_on, ends_on=memorandum.ends_on,
    )  # fmt: skip
    await emit(session, event, subject=memorandum.id, area=memorandum.areas[0], actor=actor, at=now)
    if request.replaces is not None:
        replaced = await queries.memorandum_by_id(session, agency, request.replaces, locked=True)
        await _end(session, actor, now, replaced, EndReason.REPLACED)
    return memorandum


async def end_memorandum(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    code: str,
    memorandum_id: UUID,
    expected: ExpectedVersion,
    reason: EndReason,
) -> SignedMemorandum:
    """End a memorandum before its last day: from this moment nothing more is shared under it."""
    agency = await queries.agency_by_code(session, actor, code)
    memorandum = await queries.memorandum_by_id(session, agency, memorandum_id, locked=True)
    expected.check(memorandum.version)
    await _end(session, actor, now, memorandum, reason)
    return memorandum


async def _end(
    session: AsyncSession, actor: Actor, now: datetime, memorandum: SignedMemorandum, reason: EndReason
) -> None:
    _allow_signing(actor, memorandum.areas)
    if memorandum.ended_at is not None:
        raise Conflict("The memorandum was ended already.", code="ended", rule="C11")
    memorandum.ended_at, memorandum.end_reason = now, reason
    memorandum.version += 1
    event = MemorandumEnded(
        memorandum_id=memorandum.id, agency=memorandum.agency, area=memorandum.areas[0], number=memorandum.number,
        reason=reason.value, ended_at=now,
    )  # fmt: skip
    await emit(session, event, subject=memorandum.id, area=memorandum.areas[0], actor=actor, at=now)


def _allow(actor: Actor, areas: list[str]) -> None:
    if not rules.may_keep(actor, areas):
        raise Forbidden("To register an agency you need a supervisor, council or admin grant for all its areas.")


def _allow_signing(actor: Actor, areas: list[str]) -> None:
    if not rules.may_sign(actor, areas):
        raise Forbidden("Memoranda are signed and ended by a supervisor or admin of all their areas.")


async def _check_areas(session: AsyncSession, places: Places, areas: list[str], now: datetime) -> None:
    unknown = [area for area in areas if not (await places.under(session, area, now.date())).holds(area)]
    if unknown:
        unmet = [f"areas: {area} is no open area of the register" for area in unknown]
        raise Refused("An agency works in areas of the register.", code="unknown_area", rule="C11", unmet=unmet)


def _ranges(week: list[OpeningHours]) -> list[Range[int]]:
    hours = [rules.Hours(stretch.day, stretch.opens, stretch.closes) for stretch in week]
    return [Range(opens, closes) for opens, closes in rules.open_minutes(hours)]
