"""How long a case is kept, over HTTP: for whoever leads it."""

from uuid import UUID

from fastapi import Depends, Response

from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import AsyncSession, Write
from beatbook.kit.web import IfMatch, router, set_etag
from services.cases.files.queries import Entered, Vault, enter
from services.cases.files.routes import private
from services.cases.files.rules import Action, Field
from services.cases.retention import commands, queries
from services.cases.retention.queries import Periods
from services.cases.retention.rules import Reason, Schedule
from services.cases.retention.schemas import ExpungeIn, HoldIn, RetentionView

schedules = router("/retention-rules", tags=["retention"])
routes = router("/cases/{case_id}", tags=["retention"])


async def _lead(case_id: UUID, session: Write, actor: CurrentActor, now: Now, vault: Vault) -> Entered:
    return await enter(session, actor, now, vault, case_id, Action.LEAD, None, field=Field.SUMMARY, locked=True)


async def _answer(session: AsyncSession, entered: Entered, response: Response) -> RetentionView:
    set_etag(response, entered.file.retention_version)
    return await queries.view(session, entered.file)


@schedules.get("")
async def read_schedule(periods: Periods) -> Schedule:
    """How long cases are kept after their end, by kind and outcome; `is_default`: no jurisdiction gave its own."""
    return periods


@routes.get("/retention", dependencies=[Depends(private)])
async def read_retention(
    case_id: UUID, session: Write, actor: CurrentActor, now: Now, vault: Vault, response: Response
) -> RetentionView:
    """Until when a case is kept, and the holds on it."""
    entered = await enter(session, actor, now, vault, case_id, Action.READ, None)
    return await _answer(session, entered, response)


@routes.put("/hold")
async def place_hold(
    case_id: UUID,
    request: HoldIn,
    session: Write,
    actor: CurrentActor,
    now: Now,
    vault: Vault,
    expected: IfMatch,
    response: Response,
) -> RetentionView:
    """Place a legal hold: the case can't be expunged until it is released."""
    entered = await _lead(case_id, session, actor, now, vault)
    await commands.hold(session, actor, now, entered, expected, request.code)
    return await _answer(session, entered, response)


@routes.delete("/hold")
async def release_hold(
    case_id: UUID, session: Write, actor: CurrentActor, now: Now, vault: Vault, expected: IfMatch, response: Response
) -> RetentionView:
    """Release the legal hold."""
    entered = await _lead(case_id, session, actor, now, vault)
    await commands.release(session, actor, now, entered, expected)
    return await _answer(session, entered, response)


@routes.post("/expunge")
async def expunge(
    case_id: UUID,
    request: ExpungeIn,
    session: Write,
    actor: CurrentActor,
    now: Now,
    vault: Vault,
    expected: IfMatch,
    response: Response,
) -> RetentionView:
    """Destroy a case's key: nothing written in it can be read any more, by nobody. What was counted stays."""
    entered = await _lead(case_id, session, actor, now, vault)
    await commands.expunge_by_hand(session, actor, now, entered, expected, Reason(request.reason))
    return await _answer(session, entered, response)
