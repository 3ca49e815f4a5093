"""The concerns that a case stands for over HTTP."""

from uuid import UUID

from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import router
from services.cases.files.queries import Vault, enter
from services.cases.files.rules import Action
from services.cases.links import commands, queries
from services.cases.links.schemas import ConcernLinkView

routes = router("/cases/{case_id}/concerns", tags=["cases"])


@routes.get("")
async def list_concerns(
    case_id: UUID, session: Write, actor: CurrentActor, now: Now, vault: Vault, page: PageParams
) -> Page[ConcernLinkView]:
    """The forums' concerns that a case stands for, and what the forums were told."""
    entered = await enter(session, actor, now, vault, case_id, Action.READ, None)
    rows = await queries.links_of(session, entered, after=page.after_id(), limit=page.limit + 1)
    return page.page(rows, ConcernLinkView.model_validate, lambda row: row.concern_id)


@routes.put("/{concern_id}")
async def link_concern(
    case_id: UUID, concern_id: UUID, session: Write, actor: CurrentActor, now: Now, vault: Vault
) -> ConcernLinkView:
    """Say that a case stands for a concern: of the case, its forum is told a bucket from now on, and nothing else.

    The forum takes it for concerns raised in the case's municipality, and ignores it for others.
    """
    return ConcernLinkView.model_validate(await commands.link(session, actor, now, vault, case_id, concern_id))


@routes.delete("/{concern_id}", status_code=204)
async def unlink_concern(
    case_id: UUID, concern_id: UUID, session: Write, actor: CurrentActor, now: Now, vault: Vault
) -> None:
    """Say that a case does not stand for a concern after all; what its forum was told stays with the forum."""
    await commands.unlink(session, actor, now, vault, case_id, concern_id)
