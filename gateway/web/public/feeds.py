"""Atom feeds of a forum and of an area with all below it; a forum's corrections of rumours. Rules F16, F20."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from fastapi import APIRouter, Request, Response

from gateway.clients.forum import DecisionRecord, ForumRecord
from gateway.clients.published import CorrectionRecord, PublicationRecord
from gateway.web.languages import offered, words_of
from gateway.web.public import reading
from gateway.web.public.asked import Asked, at, attachment, give, show
from gateway.web.public.atom import Entry, Feed, atom
from gateway.web.public.shelf import Drawn
from gateway.web.texts import best

routes = APIRouter(include_in_schema=False)

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
ENTRIES = 50
OUTCOMES = ("delivered", "declined", "withdrawn")
SUMMARY = 2_000
"""Characters of a text that an entry shows; the page has all of it."""

Forums = Mapping[UUID, ForumRecord]


@at(routes, "/forum/{forum_id}/feed.atom")
async def forum_feed(request: Request, forum_id: str) -> Response:
    """A forum's news."""

    async def make(asked: Asked) -> Drawn:
        forum = await asked.forum.forum(reading.checked_id(forum_id, "forum"))
        news = await _news(asked, {"forum": str(forum.id)})
        page = f"/forum/{forum.id}"
        return _drawn(asked, forum.id, forum.name, page, forum.created_at, news, {forum.id: forum})

    return await give(request, make, by_language=True)


@at(routes, "/area/{code}/feed.atom")
async def area_feed(request: Request, code: str) -> Response:
    """The news of an area and below it."""

    async def make(asked: Asked) -> Drawn:
        area, _ = await reading.area_with_above(asked.forum, code)
        news = await _news(asked, {"area": code})
        forums = await reading.forums_by_id(asked.forum, code, {one.forum_id for one in news})
        whose = uuid5(NAMESPACE_URL, f"urn:beatbook:area:{code}")
        begun = datetime.combine(area.valid_from, datetime.min.time(), UTC) if area.valid_from else None
        return _drawn(asked, whose, area.name, f"/area/{code}/forums", begun, news, forums)

    return await give(request, make, by_language=True)


@at(routes, "/forum/{forum_id}/corrections")
async def corrections(request: Request, forum_id: str) -> Response:
    """A forum's corrections of rumours."""

    async def values(asked: Asked) -> Mapping[str, Any]:
        placed = await reading.placed_forum(asked.forum, forum_id)
        page = await asked.forum.corrections(forum=str(placed.forum.id), limit=100)
        return {
            "forum": placed.forum,
            "area": placed.area,
            "above": placed.above,
            "zone": reading.zone_of(placed.forum),
            "notices": [(one, best(one.texts, [*asked.wanted, *one.texts])) for one in page.items if one.published],
            "languages": [words_of(code) for code in offered(placed.area.languages)],
        }

    return await show(request, "public/corrections.html", values)


async def _news(asked: Asked, whose: Mapping[str, str]) -> list[PublicationRecord | DecisionRecord | CorrectionRecord]:
    """What there is to tell, as far back as a feed goes."""
    publications, notices, ended = await asyncio.gather(
        asked.forum.publications(**whose, limit=ENTRIES),
        asked.forum.corrections(**whose, limit=ENTRIES),
        asyncio.gather(*(asked.forum.decisions(**whose, state=state, limit=ENTRIES) for state in OUTCOMES)),
    )
    return [
        *publications.items,
        *(one for one in notices.items if one.published_at is not None),
        *(decision for page in ended for decision in page.items if decision.closed_at is not None),
    ]


def _drawn(
    asked: Asked,
    whose: UUID,
    name: str,
    page: str,
    begun: datetime | None,
    news: list[PublicationRecord | DecisionRecord | CorrectionRecord],
    forums: Forums,
) -> Drawn:
    words, base = asked.words, asked.base
    entries = sorted((_entry(asked, one, forums) for one in news), key=lambda entry: (entry.at, entry.id), reverse=True)
    feed = Feed(
        id=uuid5(whose, f"feed {words.code}"),
        title=f"{name}: {words('feed.title')}",
        lang=words.tag,
        address=f"{base}{asked.request.url.path}?lang={words.code}",
        page=f"{base}{page}?lang={words.code}",
        author=name,
        begun=begun or datetime(2000, 1, 1, tzinfo=UTC),
    )
    return Drawn(atom(feed, entries[:ENTRIES]), MEDIA_TYPE, (attachment("feed.atom"),))


def _entry(asked: Asked, one: PublicationRecord | DecisionRecord | CorrectionRecord, forums: Forums) -> Entry:
    forum = forums.get(one.forum_id)
    author = forum.name if forum else asked.words("forums.title")
    if isinstance(one, PublicationRecord):
        return _published(asked, one, forum, author)
    return _ended(asked, one, author) if isinstance(one, DecisionRecord) else _notice(asked, one, author)


def _published(asked: Asked, one: PublicationRecord, forum: ForumRecord | None, author: str) -> Entry:
    day = asked.words.day(one.held_at.astimezone(reading.zone_of(forum)))
    return Entry(
        about=one.minutes_id,
        part=f"version {one.number}",
        title=asked.words("feed.corrected" if one.reason else "feed.minutes", day=day),
        at=one.published_at,
        page=f"{asked.base}/minutes/{one.minutes_id}/versions/{one.number}",
        summary=(one.reason or "\n".join(one.headings))[:SUMMARY],
        author=author,
    )


def _ended(asked: Asked, one: DecisionRecord, author: str) -> Entry:
    assert one.closed_at is not None
    outcome = asked.words.of_code("decision", one.state)
    told = [f"{asked.words(f'decision.{name}')}: {getattr(one, name)}" for name in ("evidence", "reason", "alternative")
            if getattr(one, name)]  # fmt: skip
    chosen = best(one.translations, asked.wanted)
    text = one.translations[chosen]["text"] if chosen else one.text
    return Entry(
        about=one.id,
        part="outcome",
        title=f"{outcome}: {text[:120]}",
        at=one.closed_at,
        page=f"{asked.base}/forum/{one.forum_id}",
        summary="\n".join([text, *told])[:SUMMARY],
        author=author,
    )


def _notice(asked: Asked, one: CorrectionRecord, author: str) -> Entry:
    chosen = best(one.texts, [*asked.wanted, *one.texts])
    text = one.texts.get(chosen or "")
    withdrawn = one.withdrawn_at is not None or text is None
    assert one.published_at is not None
    title = text.title if text and not withdrawn else asked.words("correction.withdrawn")
    return Entry(
        about=one.id,
        part="withdrawn" if withdrawn else f"version {one.published}",
        title=f"{asked.words('feed.correction')}: {title}",
        at=one.withdrawn_at or one.published_at,
        page=f"{asked.base}/forum/{one.forum_id}/corrections#{one.id}",
        summary=((one.withdrawn_reason or "") if withdrawn or text is None else text.facts)[:SUMMARY],
        author=author,
    )
