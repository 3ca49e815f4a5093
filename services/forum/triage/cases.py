"""The cases that concerns were opened as: of each a bucket, heard from the cases service or noted by hand. Rule C12a.

What is heard is a projection, made of events alone; the clock takes it over into the concerns. Decision 0046.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlmodel import col, select

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import CaseConcernMoved
from beatbook.contracts.envelope import Received
from beatbook.contracts.forum import ConcernCaseMoved
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Conflict
from beatbook.kit.events import emit
from beatbook.kit.web import ExpectedVersion
from services.forum.concerns.commands import add_step
from services.forum.concerns.queries import managed_concern
from services.forum.concerns.rules import CaseBucket, ConcernState, StepKind
from services.forum.concerns.tables import Concern, ConcernCase
from services.forum.triage.schemas import CaseProgress

CONCERNS_A_TURN = 200
"""Bounds what one transaction of the clock locks."""

# a case of elsewhere says nothing here: the case's municipality and the concern's area lie in one line
_KEEP = """
    insert into concern_cases (concern_id, bucket, position)
    select heard.concern_id, heard.bucket, heard.position
    from unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[]) as heard (concern_id, area, bucket, position)
    join concerns on concerns.id = heard.concern_id and (
        starts_with(concerns.area || '.', heard.area || '.') or starts_with(heard.area || '.', concerns.area || '.'))
    on conflict (concern_id) do update set bucket = excluded.bucket, position = excluded.position
    where excluded.position > concern_cases.position
"""


async def keep_buckets(db: asyncpg.Connection, events: Sequence[Received[CaseConcernMoved]]) -> None:
    """Keep the newest bucket of each concern; one that is not here, or of elsewhere, is ignored. Rule C12a."""
    newest = {event.data.concern_id: event for event in sorted(events, key=lambda event: event.position)}
    rows = [(id, event.data.area, event.data.bucket, event.position) for id, event in newest.items()]
    await db.execute(_KEEP, *(list(column) for column in zip(*rows, strict=True)))


async def take_buckets(session: AsyncSession, actor: Actor, now: datetime) -> bool:
    """Bring concerns that stand for a case to the bucket that was heard of it; whether there may be more. Rule C12a."""
    statement = (
        select(Concern, ConcernCase)
        .join(ConcernCase, col(ConcernCase.concern_id) == col(Concern.id))
        .where(
            Concern.state == ConcernState.CASE_OPENED,
            col(ConcernCase.bucket).is_not(None),
            col(ConcernCase.bucket).is_distinct_from(col(Concern.case_bucket)),
        )
        .order_by(col(Concern.id))
        .limit(CONCERNS_A_TURN)
        .with_for_update(of=Concern, skip_locked=True)
    )
    found = (await session.exec(statement)).all()
    for concern, heard in found:
        assert heard.bucket is not None
        await _move(session, actor, now, concern, heard.bucket)
    return len(found) == CONCERNS_A_TURN


async def note_case(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    concern_id: UUID,
    expected: ExpectedVersion,
    request: CaseProgress,
) -> Concern:
    """Note by hand how far a case is that is not kept here, and nothing else of it. Rule C12a."""
    concern = await managed_concern(session, actor, concern_id)
    expected.check(concern.version)
    if concern.state is not ConcernState.CASE_OPENED:
        raise Conflict("The concern stands for no case now; triage it as case_opened first.", rule="C12a")
    heard = await session.get(ConcernCase, concern_id)
    if heard is not None and heard.bucket is not None:
        raise Conflict("Its case is linked to it, and tells how far it is by itself.", code="linked", rule="C12a")
    if concern.case_bucket is request.bucket:
        raise Conflict(f"The case is noted as {request.bucket.value} already.", rule="C12a")
    await _move(session, actor, now, concern, request.bucket, request.words)
    return concern


async def _move(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    concern: Concern,
    bucket: CaseBucket,
    words: str | None = None,
) -> None:
    concern.case_bucket = bucket
    await add_step(session, concern, now, kind=StepKind.CASE_MOVED, words=words)
    concern.version += 1
    moved = ConcernCaseMoved(
        concern_id=concern.id, forum_id=concern.forum_id, area=concern.area, bucket=bucket.value
    )  # fmt: skip
    await emit(session, moved, subject=concern.id, area=concern.area, actor=actor, at=now)
