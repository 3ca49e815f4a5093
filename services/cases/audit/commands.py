"""Appending to the audit log. Rule C15."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.contracts.cases import AuditSealed, SealedHead
from beatbook.kit.db import AsyncSession, driver_connection
from beatbook.kit.events import emit
from beatbook.kit.ids import new_id
from services.cases.audit.rules import chain_of_actor, entry_text

# Chained by the database in one statement, which holds the chain's head until the transaction ends: `rules.chained`
# says the same, and verifying recomputes it from the entries.
_APPEND = """
    with head as (
        insert into audit_heads as known (chain, number, hash)
        values ($1, 1, sha256(uuid_send($1) || int8send(1) || convert_to($2, 'UTF8')))
        on conflict (chain) do update
        set number = known.number + 1, hash = sha256(known.hash || int8send(known.number + 1) || convert_to($2, 'UTF8'))
        returning number, hash
    )
    insert into audit_entries (chain, number, entry, hash) select $1, number, $2, hash from head
"""

SEALED_AT_ONCE = 2000
"""Heads in one event, which is to fit into a message."""
NOWHERE = "-"
"""The area of an event that is about all areas."""

# a seal is written beside the heads, not on them: whoever appends does not wait for it
_SEAL = """
    with grown as (
        select head.chain, head.number, head.hash from audit_heads as head
        left join audit_seals as seal on seal.chain = head.chain
        where head.number > coalesce(seal.number, 0) order by head.chain limit $1
    ), sealed as (
        insert into audit_seals (chain, number) select chain, number from grown
        on conflict (chain) do update set number = excluded.number
    )
    select chain, number, encode(hash, 'hex') as hash from grown order by chain
"""


async def note(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    action: str,
    *,
    case_id: UUID | None = None,
    kind: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Append what was done to the case's chain, or to the actor's when it is about no single case.

    Whoever notes things of several cases in one transaction takes them in the order of their ids.
    """
    entry = entry_text(at=now, actor=actor.subject, action=action, kind=kind, detail=detail)
    chain = chain_of_actor(actor.subject) if case_id is None else case_id
    await (await driver_connection(session)).execute(_APPEND, chain, entry)


async def seal(session: AsyncSession, actor: Actor, now: datetime) -> bool:
    """Tell where chains end that grew since they were sealed before; whether there may be more.

    The event goes into the event log, which the broker keeps as well: verifying compares. Rule C15, decision 0041.
    """
    rows = await (await driver_connection(session)).fetch(_SEAL, SEALED_AT_ONCE)
    if rows:
        event = AuditSealed(area=NOWHERE, heads=[SealedHead(**row) for row in rows])
        await emit(session, event, subject=new_id(), area=NOWHERE, actor=actor, at=now)
    return len(rows) == SEALED_AT_ONCE
