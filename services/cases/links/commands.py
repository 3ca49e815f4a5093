"""Saying which concerns a case stands for, and telling their forums how far it is. Rule C12a.

What is told comes from where the case stands, not from what moved it: in the commit of a command, and by the clock for
what the clock moves. Whoever tells of a case holds its file, so it is told in its order. Decision 0046.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import CaseConcernMoved
from beatbook.kit.db import AsyncSession, driver_connection
from beatbook.kit.errors import Conflict, NotFound, Refused
from beatbook.kit.events import Fact, emit_many
from beatbook.kit.sealing import KeyRing
from services.cases.base import CLOCK
from services.cases.files.queries import as_clock, enter
from services.cases.files.rules import Action
from services.cases.files.tables import CaseFile
from services.cases.links.queries import link_of
from services.cases.links.rules import BUCKETS, changes
from services.cases.links.tables import CaseConcern
from services.cases.referrals.rules import area_told

AT_A_TIME = 200
"""Bounds what one transaction of the clock holds."""

# an expunged case stands for nothing any more: its bucket is null
_TO_TELL = """
    select link.concern_id, link.case_id, file.area, told.bucket
    from case_concerns link
    join case_files file on file.id = link.case_id
    left join problems on problems.id = link.case_id
    left join diversions on diversions.id = link.case_id
    left join referrals on referrals.id = link.case_id
    left join unnest($1::text[], $2::text[], $3::text[], $4::text[]) as told (kind, state, before, bucket)
        on file.expunged_at is null and told.kind = file.kind
        and told.state = coalesce(problems.phase, diversions.state, referrals.state)
        and told.before is not distinct from link.bucket
    where (told.bucket is not null or file.expunged_at is not null) and ($5::uuid[] is null or link.case_id = any($5))
    order by link.concern_id limit $6
"""
_TELL = """
    update case_concerns set bucket = told.bucket from unnest($1::uuid[], $2::text[]) as told (concern_id, bucket)
    where case_concerns.concern_id = told.concern_id
"""


async def link(
    session: AsyncSession, actor: Actor, now: datetime, vault: KeyRing, case_id: UUID, concern_id: UUID
) -> CaseConcern:  # fmt: skip
    """Say that a case stands for a concern, whose forum is told how far it is; once more changes nothing."""
    detail = {"concern": str(concern_id)}
    entered = await enter(session, actor, now, vault, case_id, Action.WRITE, None, locked=True, detail=detail)
    if entered.file.kind not in BUCKETS:
        raise Refused(
            "Nothing of such a case is told to a forum.",
            code="not-for-forums",
            rule="C12a",
            unmet=[f"kind: one of {', '.join(BUCKETS)}"],
        )
    made = insert(CaseConcern).values(
        concern_id=concern_id, case_id=case_id, linked_at=now, linked_by=actor.subject
    )  # fmt: skip
    await session.exec(made.on_conflict_do_nothing())
    await tell(session, now, [case_id])
    linked = await link_of(session, entered, concern_id)
    if linked is None:
        raise Conflict("Another case stands for this concern.", code="linked-elsewhere", rule="C12a")
    return linked


async def unlink(
    session: AsyncSession, actor: Actor, now: datetime, vault: KeyRing, case_id: UUID, concern_id: UUID
) -> None:  # fmt: skip
    """Say that a case does not stand for a concern any more; what its forum was told stays with the forum."""
    detail = {"concern": str(concern_id)}
    entered = await enter(session, actor, now, vault, case_id, Action.WRITE, None, locked=True, detail=detail)
    linked = await link_of(session, entered, concern_id)
    if linked is None:
        raise NotFound("concern")
    await session.delete(linked)
    await _emit(session, now, [_fact(concern_id, entered.file.area, None)])


async def tell(session: AsyncSession, now: datetime, case_ids: Sequence[UUID]) -> None:
    """Tell forums how far these cases are, where that is news; the caller holds the files."""
    connection = await driver_connection(session)
    rows = await connection.fetch(_TO_TELL, *_changes(), case_ids, None)
    moved = [row for row in rows if row["bucket"] is not None]
    await connection.execute(_TELL, [row["concern_id"] for row in moved], [row["bucket"] for row in moved])
    ended = [row["concern_id"] for row in rows if row["bucket"] is None]
    await connection.execute("delete from case_concerns where concern_id = any($1)", ended)
    await _emit(session, now, [_fact(row["concern_id"], row["area"], row["bucket"]) for row in rows])


async def tell_of_moves(session: AsyncSession, actor: Actor, now: datetime, facts: Sequence[Fact]) -> None:  # noqa: ARG001 - told by the service
    """Tell of the cases that a command moved, in its own commit."""
    await tell(session, now, sorted({fact.subject for fact in facts}))


async def tell_of_all(session: AsyncSession, actor: Actor, now: datetime) -> bool:  # noqa: ARG001 - the same
    """Tell of what was moved by the clock, or with another case; whether there may be more.

    A case that is being changed just now is looked at next time.
    """
    await as_clock(session)
    rows = await (await driver_connection(session)).fetch(_TO_TELL, *_changes(), None, AT_A_TIME)
    due = sorted({row["case_id"] for row in rows})
    files = select(col(CaseFile.id)).where(col(CaseFile.id).in_(due)).order_by(col(CaseFile.id))
    held = (await session.exec(files.with_for_update(skip_locked=True))).all()
    await tell(session, now, held)
    return len(rows) == AT_A_TIME and bool(held)


def _changes() -> list[list[str | None]]:
    return [list(column) for column in zip(*changes(), strict=True)]


def _fact(concern_id: UUID, area: str, bucket: str | None) -> Fact:
    told = area_told(area)
    event = CaseConcernMoved.model_validate({"concern_id": concern_id, "area": told, "bucket": bucket})
    return Fact(event, concern_id, told)


async def _emit(session: AsyncSession, now: datetime, facts: Sequence[Fact]) -> None:
    """As the service itself: who works on the case is no forum's business."""
    await emit_many(await driver_connection(session), facts, actor=CLOCK.subject, at=now, session=session)
