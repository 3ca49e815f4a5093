"""Opening case files, and who has a part in them. Rules C13, C14."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from beatbook.contracts.actor import PUBLIC, Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Forbidden
from beatbook.kit.ids import new_id
from beatbook.kit.sealing import KeyRing, SealingKey
from services.cases.audit.commands import note
from services.cases.files.queries import Entered, as_clock
from services.cases.files.rules import Kind, Part, may_open_file, part_of
from services.cases.files.tables import CaseFile, CaseKey


@dataclass(frozen=True)
class Opening:
    """A case to be: its kind and area, who leads it and who works on it; whoever opens it is in the team."""

    kind: Kind
    area: str
    supervisor: str | None = None
    team: Sequence[str] = ()
    agency: str | None = None


async def open_file(
    session: AsyncSession, actor: Actor, now: datetime, vault: KeyRing, opening: Opening
) -> Entered:  # fmt: skip
    """Make a case's file and key; the feature adds its own row under the same id. Rules C13, C14."""
    if not may_open_file(actor, opening.kind, opening.area):
        raise Forbidden(f"You may not open such a case in {opening.area}.", rule="C14")
    file = CaseFile(
        id=new_id(),
        kind=opening.kind,
        area=opening.area,
        supervisor=opening.supervisor,
        team=sorted({*opening.team, actor.subject}),
        agency=opening.agency,
        opened_at=now,
        opened_by=actor.subject,
    )
    key = await _keep(session, actor, now, vault, file)
    return Entered(file, part_of(actor, file) or Part.TEAM, key, now)


async def receive_file(
    session: AsyncSession, now: datetime, vault: KeyRing, kind: Kind, area: str
) -> tuple[CaseFile, SealingKey]:
    """Make the file of a case that somebody without a part in it hands in; nothing here says who. Rule C19.

    The rest of the transaction is the service's own work: the sender could not add rows to a case they may not see.
    """
    await as_clock(session)
    file = CaseFile(id=new_id(), kind=kind, area=area, team=[], opened_at=now, opened_by=PUBLIC.subject)
    return file, await _keep(session, PUBLIC, now, vault, file)


async def _keep(session: AsyncSession, actor: Actor, now: datetime, vault: KeyRing, file: CaseFile) -> SealingKey:
    wrapped, key = vault.make(file.id)
    session.add(file)
    await session.flush()
    session.add(CaseKey(case_id=file.id, wrapped=wrapped))
    await note(session, actor, now, "open", case_id=file.id, kind=file.kind)
    return key


def close(entered: Entered, now: datetime, outcome: str | None = None, *, months: int | None = None) -> None:
    """Close a case that was entered and locked, with the code it ended with: from now its retention runs. Rule C16.

    `months`: how long it is kept by the law it was decided under; else the schedule of its kind and outcome says.
    """
    file = entered.file
    file.closed_at, file.outcome, file.kept_months = now, outcome, months
    file.keep_until = None  # of an earlier end, maybe: the clock works out this one's


def reopen(entered: Entered) -> None:
    """Open a case again that was entered and locked: it is kept as long as it is open. Rule C16."""
    entered.file.closed_at = entered.file.outcome = entered.file.kept_months = None


def assign(entered: Entered, *, team: Sequence[str] | None = None, supervisor: str | None = None) -> None:
    """Set who works on a case and who leads it, of a case entered to `Action.LEAD` and locked. Rule C14."""
    if team is not None:
        entered.file.team = sorted(set(team))
    if supervisor is not None:
        entered.file.supervisor = supervisor
