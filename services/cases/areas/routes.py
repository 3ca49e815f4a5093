"""What the replica knows, over HTTP: public, like the register."""

from beatbook.contracts.areas import AreaCode
from beatbook.kit.clock import Now
from beatbook.kit.db import Read
from beatbook.kit.web import router
from services.cases.areas.queries import count_open_areas
from services.cases.areas.schemas import PlacesView

routes = router("/places", tags=["places"])


@routes.get("/{code}")
async def read_places(code: AreaCode, session: Read, now: Now) -> PlacesView:
    """How far the register's news has arrived: compare with the number of open areas in the register."""
    return PlacesView(code=code, open_areas=await count_open_areas(session, code, now.date()))
