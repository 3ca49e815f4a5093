"""A forum's page, and an area's list of forums. Rule F20."""

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from beatbook.contracts.areas import lineage
from gateway.web.languages import offered, words_of
from gateway.web.public import reading
from gateway.web.public.asked import Asked, at, show
from gateway.web.texts import best

routes = APIRouter(include_in_schema=False)

COMING_SHOWN = 10
MINUTES_SHOWN = 12
ENDED_SHOWN = 12
CORRECTIONS_SHOWN = 8


@at(routes, "/forum/{forum_id}")
async def forum(request: Request, forum_id: str) -> Response:
    """What a forum is, when it meets, its last minutes, what it decided and what became of it."""

    async def values(asked: Asked) -> Mapping[str, Any]:
        placed = await reading.placed_forum(asked.forum, forum_id)
        contents, notices, delivery = await asyncio.gather(
            reading.forum_contents(asked.forum, placed.forum),
            asked.forum.corrections(forum=str(placed.forum.id), limit=CORRECTIONS_SHOWN),
            asked.forum.delivery(str(placed.forum.id)),
        )
        meetings, minutes, still_open, ended = contents
        return {
            "forum": placed.forum,
            "area": placed.area,
            "above": placed.above,
            "zone": reading.zone_of(placed.forum),
            "coming": reading.coming(meetings, placed.forum, asked.now)[:COMING_SHOWN],
            "minutes": minutes[:MINUTES_SHOWN],
            "still_open": sorted(still_open, key=lambda decision: (not decision.overdue, str(decision.due_on or "~"))),
            "ended": ended[:ENDED_SHOWN],
            "delivery": delivery,
            "corrections": [
                (one, best(one.texts, [*asked.wanted, *one.texts])) for one in notices.items if one.published
            ],
            "languages": [words_of(code) for code in offered(placed.area.languages)],
        }

    return await show(request, "public/forum.html", values)


@at(routes, "/area/{code}/forums")
async def forums(request: Request, code: str) -> Response:
    """The forums of an area and below it."""
    after = request.query_params.get("after", "")[:200]

    async def values(asked: Asked) -> Mapping[str, Any]:
        area, above = await reading.area_with_above(asked.forum, code)
        page = await asked.forum.forums(area=code, after=after or None, limit=100)
        wanted = sorted({part for forum in page.items for part in lineage(forum.area)})
        places = {place.code: place for place in await asked.forum.areas(codes=wanted)} if wanted else {}
        keep = f"&lang={asked.words.code}" if asked.chosen else ""
        return {
            "area": area,
            "above": above,
            "forums": page.items,
            "places": places,
            "more": f"?after={page.next}{keep}" if page.next else None,
            "languages": [words_of(spoken) for spoken in offered(area.languages)],
        }

    return await show(request, "public/forums.html", values, part=after)
