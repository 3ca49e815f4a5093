"""What falls due of community safety plans, over HTTP."""

from beatbook.contracts.areas import AreaCode
from beatbook.kit.auth import CurrentActor
from beatbook.kit.clock import Now
from beatbook.kit.db import Read
from beatbook.kit.paging import Page, PageParams
from beatbook.kit.web import router
from services.cases.plans import queries
from services.cases.plans.schemas import ItemFilter, ItemView

routes = router("/plan-items", tags=["problems"])


@routes.get("")
async def list_plan_items(
    session: Read,
    actor: CurrentActor,
    now: Now,
    page: PageParams,
    area: AreaCode | None = None,
    state: ItemFilter | None = None,
) -> Page[ItemView]:
    """Tasks and reviews of the plans of cases that you have a part in: days and codes, nothing written."""
    rows = await queries.list_items(
        session, actor, now, area=area, state=state, after=page.after_id(), limit=page.limit + 1
    )
    return page.page(rows, lambda row: row, lambda row: row.id)
