"""Reads of complaints: by the oversight body through the doors of case files, by receipt, and as figures. Rule C19."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import and_, func, or_
from sqlmodel import col, select

from beatbook.contracts.actor import PUBLIC, Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.disclosure import TOTAL, UNDER_FOR_ALL, Cell, one_way
from beatbook.kit.receipts import receipt_hash
from beatbook.kit.scoping import lies_within
from beatbook.kit.sealing import KeyRing
from services.cases.areas.queries import municipalities
from services.cases.audit.commands import note
from services.cases.complaints.rules import State, owed_now, quarter_end, quarter_starts
from services.cases.complaints.schemas import (
    ComplaintSummary,
    ComplaintView,
    FiguresView,
    FigureView,
    FollowView,
    StepView,
)
from services.cases.complaints.tables import Complaint, ComplaintStep
from services.cases.files.queries import Entered, as_clock, enter, open_key, visible_to
from services.cases.files.rules import Action, Kind
from services.cases.files.tables import CaseFile, CaseKey

WORDS, SENDER, ANSWER, NOTE = (
    "complaints.words", "complaints.sender", "complaints.answer", "complaint_steps.note",
)  # fmt: skip


async def entered(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    vault: KeyRing,
    case_id: UUID,
    action: Action = Action.READ,
    *,
    locked: bool = False,
) -> tuple[Entered, Complaint]:
    """Let the oversight body into a complaint; raises as `files.queries.enter` does."""
    into = await enter(session, actor, now, vault, case_id, action, Kind.COMPLAINT, locked=locked)
    return into, (await session.exec(select(Complaint).where(Complaint.id == case_id))).one()


async def list_complaints(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    *,
    area: str | None,
    state: State | None,
    overdue: bool,
    after: UUID | None,
    limit: int,
) -> Sequence[Complaint]:
    """Complaints in the order in which they came."""
    joined = select(Complaint).join(CaseFile, col(CaseFile.id) == col(Complaint.id))
    statement = visible_to(joined, actor, now, Kind.COMPLAINT).order_by(col(Complaint.id)).limit(limit)
    if area is not None:
        statement = statement.where(lies_within(col(Complaint.area), area))
    if state is not None:
        statement = statement.where(Complaint.state == state)
    if overdue:
        undecided = col(Complaint.state).in_([State.RECEIVED, State.ACKNOWLEDGED, State.UNDER_REVIEW])
        statement = statement.where(
            or_(
                and_(col(Complaint.state) == State.RECEIVED, col(Complaint.acknowledge_by) < now),
                and_(undecided, col(Complaint.decide_by) < now),
            )
        )
    if after is not None:
        statement = statement.where(col(Complaint.id) > after)
    return (await session.exec(statement)).all()


def summary(row: Complaint, now: datetime) -> ComplaintSummary:
    """A complaint in a list."""
    overdue = owed_now(row.state, row.acknowledge_by, row.decide_by, now)
    plain = row.model_dump(include=set(ComplaintSummary.model_fields))
    return ComplaintSummary(**plain, overdue=overdue)


async def view(session: AsyncSession, into: Entered, row: Complaint, now: datetime) -> ComplaintView:
    """A complaint's whole answer."""
    statement = select(ComplaintStep).where(ComplaintStep.case_id == row.id).order_by(col(ComplaintStep.number))
    return ComplaintView(
        **summary(row, now).model_dump(),
        **into.key.read(row.sealed_words, WORDS),
        **into.key.read(row.sealed_sender, SENDER),
        answer=into.key.read(row.sealed_answer, ANSWER) if row.sealed_answer else None,
        steps=[
            StepView(
                **step.model_dump(exclude={"case_id", "number", "sealed_note"}),
                note=into.key.read(step.sealed_note, f"{NOTE}.{step.number}") if step.sealed_note else None,
            )
            for step in (await session.exec(statement)).all()
        ],
    )


async def count_steps(session: AsyncSession, case_id: UUID) -> int:
    """How many steps were taken with a complaint."""
    statement = select(func.count()).select_from(ComplaintStep).where(ComplaintStep.case_id == case_id)
    return (await session.exec(statement)).one()


async def followed(session: AsyncSession, now: datetime, vault: KeyRing, typed: str) -> FollowView | None:
    """What the holder of a receipt sees; None for a code that is wrong or malformed, by the same one question."""
    await as_clock(session)
    statement = (
        select(Complaint, CaseKey.wrapped)
        .outerjoin(CaseKey, col(CaseKey.case_id) == col(Complaint.id))
        .where(Complaint.receipt_sha256 == receipt_hash(typed))
    )
    found = (await session.exec(statement)).first()
    if found is None:
        return None
    row, wrapped = found
    await note(session, PUBLIC, now, "follow", case_id=row.id, kind=Kind.COMPLAINT)
    key = open_key(vault, wrapped, row.id)
    return FollowView(
        **row.model_dump(include={"state", "acknowledge_by", "decide_by"}),
        received_on=row.received_at.date(),
        answer=key.read(row.sealed_answer, ANSWER) if key and row.sealed_answer else None,
    )


@lru_cache(maxsize=256)
def _withheld(counts: tuple[tuple[str, int], ...]) -> Mapping[str, Cell]:
    """A quarter's counts as they are shown: worked out once, as anybody may ask and a quarter that is over stays."""
    return one_way(dict(counts), under=UNDER_FOR_ALL)


async def figures(session: AsyncSession, country: str, year: int, now: datetime) -> FiguresView:
    """Complaints received in a country, the same for whoever asks: one table, each quarter once it is over. Rule K8.

    With another table for others, two of them would say together what each withholds (decision 0042).
    """
    await as_clock(session)
    rows = await municipalities(session, country)
    shown: list[FigureView] = []
    for start in quarter_starts(year, now):
        place = func.split_part(Complaint.area, ".", 2)
        statement = (
            select(place, func.count())
            .where(
                lies_within(col(Complaint.area), country),
                col(Complaint.received_at) >= start,
                col(Complaint.received_at) < quarter_end(start),
            )
            .group_by(place)
        )
        counted = dict((await session.exec(statement)).all())
        counts = {code: counted.pop(code.rpartition(".")[2], 0) for code in rows} | {country: counted.pop("", 0)}
        counts |= {f"{country}.{other}": count for other, count in counted.items()}
        quarter = f"{year}-Q{start.month // 3 + 1}"
        shown += [
            FigureView(area=None if code == TOTAL else code, quarter=quarter, value=cell.value, status=cell.status)
            for code, cell in _withheld(tuple(counts.items())).items()
        ]
    return FiguresView(country=country, under=UNDER_FOR_ALL, figures=shown)
