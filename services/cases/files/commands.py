"""Opening case files, and who has a part in them. Rules C13, C14."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from beatbook.contracts.actor import Actor
from beatbook.kit.db import AsyncSession
from beatbook.kit.errors import Forbidden
from beatbook.kit.ids import new_id
from beatbook.kit.sealing import KeyRing
from services.cases.audit.commands import note
from services.cases.files.queries import Entered
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
    wrapped, key = vault.make(file.id)
    session.add(file)
    await session.flush()
    session.add(CaseKey(case_id=file.id, wrapped=wrapped))
    await note(session, actor, now, "open", case_id=file.id, kind=opening.kind)
    return Entered(file, part_of(actor, file) or Part.TEAM, key)


def assign(entered: Entered, *, team: Sequence[str] | None = None, supervisor: str | None = None) -> None:
    """Set who works on a case and who leads it, of a case entered to `Action.LEAD` and locked. Rule C14."""
    if team is not None:
        entered.file.team = sorted(set(team))
    if supervisor is not None:
        entered.file.supervisor = supervisor
