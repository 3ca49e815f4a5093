"""Appending to the audit log. Rule C15."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession, driver_connection
from services.cases.audit.rules import chain_of_actor, entry_text

# Chained by the database in one statement, which holds the chain's head until the transaction ends: `rules.chained`
# says the same, and verifying recomputes it from the entries.
_APPEND = """
    with head as (
        insert into audit_heads as known (chain, number, hash)
        values ($1, 1, sha256(int8send(1) || convert_to($2, 'UTF8')))
        on conflict (chain) do update
        set number = known.number + 1, hash = sha256(known.hash || int8send(known.number + 1) || convert_to($2, 'UTF8'))
        returning number, hash
    )
    insert into audit_entries (chain, number, entry, hash) select $1, number, $2, hash from head
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
