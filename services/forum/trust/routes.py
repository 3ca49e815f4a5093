"""Trust levels over HTTP."""

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read, Write
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import router
from services.forum.trust import commands, queries
from services.forum.trust.schemas import TrustCreate, TrustView

routes = router("/areas/{code}/trust-levels", tags=["areas"])


@routes.post("", status_code=201)
async def note_trust(
    code: AreaCode, request: TrustCreate, session: Write, actor: CurrentActor, now: Now
) -> TrustView:  # fmt: skip
    """Note how far people of an area trust their police."""
    return TrustView.model_validate(await commands.note_trust(session, actor, now, code, request))


@routes.get("")
async def list_trust(code: AreaCode, session: Read, page: PageParams) -> Page[TrustView]:
    """An area's own trust levels, newest record first."""
    rows = await queries.list_trust(session, code, after=page.after_id(), limit=page.limit + 1)
    return page.page(rows, TrustView.model_validate, lambda row: row.id)
