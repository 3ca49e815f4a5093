"""Opening victims' cases, assessing needs, arranging support, and keeping promises. Rule C20."""

from datetime import datetime
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import VictimPromiseKept
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Refused
from beatbook.kit.events import emit
from beatbook.kit.sealing import KeyRing
from beatbook.kit.web import ExpectedVersion
from services.cases.areas.queries import is_open
from services.cases.files.commands import Opening, open_file
from services.cases.files.commands import close as close_file
from services.cases.files.queries import Entered
from services.cases.files.rules import Action, Kind
from services.cases.incidents.queries import incident_by_id
from services.cases.people.queries import person_by_id
from services.cases.referrals.queries import is_seen
from services.cases.tasks.commands import close_about
from services.cases.tasks.rules import Outcome, TaskKind
from services.cases.victims import queries, rules
from services.cases.victims.schemas import AssessmentIn, PromiseIn, SupportIn, VictimOpen, VictimPatch
from services.cases.victims.tables import Victim, VictimAssessment, VictimPromise, VictimSupport

Made = tuple[Entered, Victim]


async def open_victim(
    session: AsyncSession, actor: Actor, now: datetime, vault: KeyRing, request: VictimOpen
) -> Made:  # fmt: skip
    """Open a victim's case. Rules C14, C20."""
    opening = Opening(Kind.VICTIM, request.area, supervisor=request.supervisor, team=request.team)
    into = await open_file(session, actor, now, vault, opening)
    if not await is_open(session, request.area, now.date()):
        raise Refused(f"{request.area} is no open area of the register.", code="unknown_area", rule="C20")
    if request.incident_id is not None:
        await incident_by_id(session, actor, request.incident_id)
    victim = Victim(id=into.file.id, area=request.area, incident_id=request.incident_id, opened_at=now)
    session.add(victim)
    return into, victim


async def _changing(session: AsyncSession, actor: Actor, now: datetime, vault: KeyRing, case_id: UUID) -> Made:
    """An open victim's case, locked by its file; raises `Conflict` for one that is closed."""
    into, victim = await queries.entered(session, actor, now, vault, case_id, Action.WRITE, locked=True)
    if victim.closed_at is not None:
        raise Conflict("The case is closed.", code="closed", rule="C20")
    return into, victim


async def change(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    case_id: UUID,
    expected: ExpectedVersion,
    request: VictimPatch,
) -> Made:
    """Say who the victim is, of which incident, or what they wish: no contact stops what was promised. Rule C20."""
    into, victim = await _changing(session, actor, now, vault, case_id)
    expected.check(victim.version)
    if request.person_id is not None:
        victim.person_id = (await person_by_id(session, into, request.person_id)).id
    if request.incident_id is not None:
        victim.incident_id = (await incident_by_id(session, actor, request.incident_id)).id
    if request.wants_contact not in (None, victim.wants_contact):
        victim.wants_contact, victim.wish_changed_at = not victim.wants_contact, now
        if not victim.wants_contact:
            for promise in await queries.open_promises(session, case_id):
                promise.stopped_at = now
                promise.version += 1
                await _settle(session, actor, now, promise, Outcome.NOT_NEEDED)
    victim.version += 1
    return into, victim


async def assess(
    session: AsyncSession, actor: Actor, now: datetime, vault: KeyRing, case_id: UUID, request: AssessmentIn
) -> Made:
    """Write the next version of what the victim needs. Rule C20."""
    into, victim = await _changing(session, actor, now, vault, case_id)
    number = await queries.count_assessments(session, case_id) + 1
    session.add(
        VictimAssessment(
            case_id=case_id,
            number=number,
            needs=sorted(set(request.needs)),
            protection=sorted(set(request.protection)),
            sealed_words=into.key.seal(request.words, f"{queries.WORDS}.{number}") if request.words else None,
            assessed_at=now,
            assessed_by=actor.subject,
        )
    )
    victim.version += 1
    return into, victim


async def arrange_support(
    session: AsyncSession, actor: Actor, now: datetime, vault: KeyRing, case_id: UUID, request: SupportIn
) -> Made:
    """Note that support was arranged for a need, by a referral that the actor sees if one is named. Rule C20."""
    into, victim = await _changing(session, actor, now, vault, case_id)
    if request.referral_id is not None and not await is_seen(session, actor, now, request.referral_id):
        raise Refused(
            "There is no such referral that you have a part in.", code="unknown-referral", rule="C20",
            unmet=["referral_id: a referral that you see, or left out"],
        )  # fmt: skip
    session.add(
        VictimSupport(case_id=case_id, **request.model_dump(), arranged_at=now, arranged_by=actor.subject)
    )  # fmt: skip
    victim.version += 1
    return into, victim


async def promise(
    session: AsyncSession, actor: Actor, now: datetime, vault: KeyRing, case_id: UUID, request: PromiseIn
) -> VictimPromise:
    """Promise to tell a victim something by a day. Rule C20."""
    _, victim = await _changing(session, actor, now, vault, case_id)
    if unmet := rules.promise_obstacles(request.due_on, now.date(), wants_contact=victim.wants_contact):
        raise Refused("This can't be promised.", code="not-to-promise", rule="C20", unmet=unmet)
    made = VictimPromise(
        case_id=case_id, area=victim.area, **request.model_dump(), promised_at=now, promised_by=actor.subject
    )
    session.add(made)
    victim.version += 1
    return made


async def keep(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    case_id: UUID,
    promise_id: UUID,
    expected: ExpectedVersion,
) -> VictimPromise:
    """Note that the victim was told; one that was missed is cleared by it. Rule C20."""
    await _changing(session, actor, now, vault, case_id)
    kept = await queries.promise_of(session, case_id, promise_id)
    expected.check(kept.version)
    if kept.kept_at is not None or kept.stopped_at is not None:
        raise Conflict("The promise was kept or stopped already.", rule="C20")
    kept.kept_at, kept.kept_by = now, actor.subject
    kept.version += 1
    await _settle(session, actor, now, kept, Outcome.DONE)
    event = VictimPromiseKept(
        promise_id=kept.id, case_id=case_id, area=kept.area, topic=kept.topic.value, due_on=kept.due_on,
        on_time=now.date() <= kept.due_on,
    )  # fmt: skip
    await emit(session, event, subject=kept.id, area=kept.area, actor=actor, at=now)
    return kept


async def _settle(session: AsyncSession, actor: Actor, now: datetime, row: VictimPromise, outcome: Outcome) -> None:
    if row.missed_at is not None:
        await close_about(session, actor, now, TaskKind.KEEP_PROMISE, row.id, outcome)


async def close(
    session: AsyncSession, actor: Actor, now: datetime, vault: KeyRing, case_id: UUID, expected: ExpectedVersion
) -> Made:
    """Close a victim's case once nothing is promised any more. Rule C20."""
    into, victim = await _changing(session, actor, now, vault, case_id)
    expected.check(victim.version)
    if waiting := await queries.open_promises(session, case_id):
        unmet = [f"promises.{row.id}: {row.topic} by {row.due_on} was not kept yet" for row in waiting]
        raise Refused("The victim still waits for news.", code="promises-open", rule="C20", unmet=unmet)
    victim.closed_at = now
    close_file(into, now)
    victim.version += 1
    return into, victim
