"""Taking complaints in from whoever complains, and what the oversight body does about them. Rule C19."""

import secrets
from datetime import datetime
from uuid import UUID

from beatbook.contracts.actor import PUBLIC, Actor
from beatbook.contracts.cases import ComplaintMoved, ComplaintReceived
from beatbook.kit.allowances import take
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict, Refused
from beatbook.kit.events import emit
from beatbook.kit.receipts import CODE_BITS, receipt_code, receipt_hash
from beatbook.kit.sealing import KeyRing
from beatbook.kit.web import ExpectedVersion
from services.cases.areas.queries import is_open
from services.cases.complaints import queries, rules
from services.cases.complaints.schemas import ComplaintIn, ComplaintMove
from services.cases.complaints.tables import Complaint, ComplaintAllowance, ComplaintStep
from services.cases.files.commands import close as close_file
from services.cases.files.commands import receive_file
from services.cases.files.queries import Entered
from services.cases.files.rules import Action, Kind


async def spend(session: AsyncSession, now: datetime, asking: rules.Asking, whose: str) -> None:
    """Take one from an allowance; raises `TooOften`, and takes nothing then."""
    await take(session, ComplaintAllowance, now, asking, whose, rules.ALLOWANCES[asking], "C19")


async def complain(
    session: AsyncSession, actor: Actor, now: datetime, vault: KeyRing, network: str, request: ComplaintIn
) -> tuple[Complaint, str]:
    """Take a complaint in; the complaint, and the code to follow it, which is kept nowhere.

    Neither event nor trail says who complained: a token's subject is sealed with the words. Raises `TooOften`.
    """
    area = await _filed_in(session, now, request)
    await spend(session, now, rules.Asking.COMPLAIN_FROM, network)
    await spend(session, now, rules.Asking.COMPLAIN_TO, area)
    file, key = await receive_file(session, now, vault, Kind.COMPLAINT, area)
    code = receipt_code(secrets.randbits(CODE_BITS))
    channel = rules.channel_of(actor)
    due = rules.due(now, request.matter)
    known = channel is not rules.Channel.PUBLIC
    sender = {"subject": actor.subject if known else None, "agency": actor.agency if known else None}
    complaint = Complaint(
        id=file.id,
        area=area,
        channel=channel,
        matter=request.matter,
        standing=request.standing,
        about_oversight=request.oversight_of is not None,
        state=rules.State.RECEIVED,
        receipt_sha256=receipt_hash(code),
        sealed_words=key.seal(request.model_dump(include={"text", "wish", "place", "when"}), queries.WORDS),
        sealed_sender=key.seal(sender, queries.SENDER),
        received_at=now,
        acknowledge_by=due[rules.Owed.ACKNOWLEDGEMENT],
        decide_by=due[rules.Owed.DECISION],
    )
    session.add(complaint)
    await session.flush()
    event = ComplaintReceived(
        complaint_id=complaint.id, area=area, matter=complaint.matter, received_at=now,
        acknowledge_by=complaint.acknowledge_by, decide_by=complaint.decide_by,
    )  # fmt: skip
    await emit(session, event, subject=complaint.id, area=area, actor=PUBLIC, at=now)
    return complaint, code


async def _filed_in(session: AsyncSession, now: datetime, request: ComplaintIn) -> str:
    """The area whose oversight body gets the complaint; raises `Refused`."""
    if not await is_open(session, request.area, now.date()):
        raise Refused("The area is no open one of the register.", code="unknown_area", rule="C19", unmet=["area"])
    try:
        area = rules.filed_in(request.area, request.oversight_of)
    except ValueError as error:
        raise Refused("This can't be sent like this.", code="wrong-body", rule="C19", unmet=[str(error)]) from error
    if area is None:
        raise Refused(
            "There is no oversight body above the national one that could look into this here. Turn to the "
            "ombudsperson, the public prosecutor or a court of your country.",
            code="nobody-above",
            rule="C19",
        )
    return area


async def move(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    case_id: UUID,
    expected: ExpectedVersion,
    request: ComplaintMove,
) -> tuple[Entered, Complaint]:
    """Take a complaint a step on, with what was found, and what is answered to who complained. Rule C19."""
    into, complaint = await queries.entered(session, actor, now, vault, case_id, Action.WRITE, locked=True)
    expected.check(complaint.version)
    origin = complaint.state
    if request.to not in rules.STEPS[origin]:
        ways = ", ".join(sorted(rules.STEPS[origin])) or "nowhere: it is over"
        raise Conflict(f"From {origin} a complaint goes to {ways}.", rule="C19")
    if unmet := rules.move_obstacles(request.to, request.note, request.answer):
        raise Refused("The step can't be taken yet.", code="guards-unmet", rule="C19", unmet=unmet)
    number = await queries.count_steps(session, case_id) + 1
    session.add(
        ComplaintStep(
            case_id=case_id,
            number=number,
            origin=origin,
            target=request.to,
            taken_at=now,
            taken_by=actor.subject,
            sealed_note=into.key.seal(request.note, f"{queries.NOTE}.{number}") if request.note else None,
        )
    )
    complaint.state = request.to
    if request.answer is not None:
        complaint.sealed_answer = into.key.seal(request.answer, queries.ANSWER)
    if request.to is rules.State.ACKNOWLEDGED:
        complaint.acknowledged_at = now
    elif request.to in rules.OUTCOMES:
        complaint.outcome, complaint.decided_at = request.to, now
    elif request.to is rules.State.UNDER_REVIEW:
        complaint.outcome = complaint.decided_at = None
    elif request.to is rules.State.CLOSED:
        complaint.closed_at = now
        close_file(into, now, complaint.outcome)
    complaint.version += 1
    event = ComplaintMoved(
        complaint_id=case_id, area=complaint.area, origin=origin.value, target=request.to.value, moved_at=now
    )
    await emit(session, event, subject=case_id, area=complaint.area, actor=actor, at=now)
    await session.flush()
    return into, complaint
