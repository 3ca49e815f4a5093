"""Minutes: as a page, in every version, as JSON and PDF, and checked. Rules F11, F20."""

import asyncio
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from beatbook.kit.errors import NotFound
from gateway.clients.forum import MinutesRecord
from gateway.clients.published import MinutesVersionRecord
from gateway.web.languages import offered, words_of
from gateway.web.public import reading
from gateway.web.public.asked import Asked, at, attachment, give, show
from gateway.web.public.chain import canonical, holds, links
from gateway.web.public.differences import Change, Effort, changes
from gateway.web.public.ical import plain
from gateway.web.public.press import Press
from gateway.web.public.reading import Placed
from gateway.web.public.shelf import Drawn
from gateway.web.texts import UNKNOWN, in_language, languages_of

routes = APIRouter(include_in_schema=False)


@at(routes, "/minutes/{minutes_id}")
async def minutes(request: Request, minutes_id: str) -> Response:
    """The newest published version with its decisions as they stand; to those inside, the minutes as they are."""

    async def values(asked: Asked) -> Mapping[str, Any]:
        found, versions, placed = await _read(asked, minutes_id)
        if not versions and not asked.visitor.signed_in:
            raise NotFound("minutes")
        decisions = await asked.forum.decisions(meeting=str(found.meeting_id), limit=100)
        inside = asked.visitor.signed_in
        return {
            **_common(found, versions, placed),
            "version": versions[-1] if versions else None,
            "items": [item.model_dump() for item in found.items] if inside else _open_items(versions[-1]),
            "language": found.language if inside else _language(versions[-1]),
            "decisions": decisions.items,
            "changed": None,
        }

    return await show(request, "public/minutes.html", values)


@at(routes, "/minutes/{minutes_id}/versions/{number}.json")
async def version_json(request: Request, minutes_id: str, number: str) -> Response:
    """One version in canonical JSON: exactly the bytes that were hashed."""

    async def make(asked: Asked) -> Drawn:
        version = _numbered(await _versions(asked, minutes_id), number)
        return Drawn(canonical(version.content), "application/json", (attachment(f"minutes-v{version.number}.json"),))

    return await give(request, make)


@at(routes, "/minutes/{minutes_id}/versions/{number}.pdf")
async def version_pdf(request: Request, minutes_id: str, number: str) -> Response:
    """One version as PDF."""
    press: Press = request.app.state.press

    async def make(asked: Asked) -> Drawn:
        found, versions, placed = await _read(asked, minutes_id)
        version = _numbered(versions, number)
        body = await press.pdf(_for_type(asked, found, version, placed))
        name = attachment(f"minutes-{found.held_at:%Y-%m-%d}-v{version.number}.pdf")
        return Drawn(body, "application/pdf", (name,), compressible=False)

    return await give(request, make, by_language=True)


@at(routes, "/minutes/{minutes_id}/versions/{number}")
async def version_page(request: Request, minutes_id: str, number: str) -> Response:
    """One version as it was published, and what it changed."""

    async def values(asked: Asked) -> Mapping[str, Any]:
        found, versions, placed = await _read(asked, minutes_id)
        version = _numbered(versions, number)
        before = versions[version.number - 2] if version.number > 1 else None
        changed = None if before is None else await asyncio.to_thread(_changed, before, version)
        return {
            **_common(found, versions, placed),
            "version": version,
            "items": _open_items(version),
            "language": _language(version),
            "decisions": None,
            "changed": changed,
        }

    return await show(request, "public/minutes.html", values)


@at(routes, "/minutes/{minutes_id}/chain.json")
async def chain_json(request: Request, minutes_id: str) -> Response:
    """Every version with its hash, oldest first."""

    async def make(asked: Asked) -> Drawn:
        versions = await _versions(asked, minutes_id)
        listed = [version.model_dump(mode="json") for version in versions]
        return Drawn(orjson.dumps({"versions": listed}), "application/json", (attachment("minutes-chain.json"),))

    return await give(request, make)


@at(routes, "/minutes/{minutes_id}/verify")
async def verify(request: Request, minutes_id: str) -> Response:
    """The chain, reckoned anew; and how anyone does the same."""

    async def values(asked: Asked) -> Mapping[str, Any]:
        found, versions, placed = await _read(asked, minutes_id)
        if not versions:
            raise NotFound("minutes")
        checked = await asyncio.to_thread(links, versions)
        return {**_common(found, versions, placed), "links": checked, "holds": holds(checked), "base": asked.base}

    return await show(request, "public/verify.html", values)


async def _versions(asked: Asked, minutes_id: str) -> list[MinutesVersionRecord]:
    return await asked.forum.versions(reading.checked_id(minutes_id, "minutes"))


async def _read(asked: Asked, minutes_id: str) -> tuple[MinutesRecord, list[MinutesVersionRecord], Placed]:
    """Minutes, their versions, and the forum that met; raises `NotFound`."""
    wanted = reading.checked_id(minutes_id, "minutes")
    found, versions = await asyncio.gather(asked.forum.minutes(wanted), asked.forum.versions(wanted))
    return found, versions, await reading.placed_forum(asked.forum, str(found.forum_id))


def _numbered(versions: Sequence[MinutesVersionRecord], number: str) -> MinutesVersionRecord:
    for version in versions:
        if str(version.number) == number:
            return version
    raise NotFound("version")


def _open_items(version: MinutesVersionRecord) -> list[dict[str, Any]]:
    return [{**item, "closed": False} for item in version.content["items"]]


def _language(version: MinutesVersionRecord) -> str:
    """The language of a version's originals; earlier versions did not say."""
    return str(version.content.get("language", UNKNOWN))


def _changed(before: MinutesVersionRecord, after: MinutesVersionRecord) -> list[tuple[str, list[Change]]]:
    """What changed, language by language, the originals first."""
    old, new = before.content["items"], after.content["items"]
    effort = Effort()
    found = [(_language(after), changes(old, new, effort))]
    for tag in languages_of((item, UNKNOWN) for item in (*old, *new)):
        was, now = ([item["translations"][tag] for item in items if tag in item.get("translations", {})]
                    for items in (old, new))  # fmt: skip
        found.append((tag, changes(was, now, effort)))
    return [(tag, changed) for tag, changed in found if changed]


def _common(found: MinutesRecord, versions: Sequence[MinutesVersionRecord], placed: Placed) -> dict[str, Any]:
    return {
        "minutes": found,
        "texts": languages_of((item, _language(versions[-1])) for item in versions[-1].content["items"])
        if versions
        else [],
        "held": found.held_at.astimezone(reading.zone_of(placed.forum)),
        "zone": reading.zone_of(placed.forum),
        "versions": versions,
        "forum": placed.forum,
        "area": placed.area,
        "above": placed.above,
        "languages": [words_of(code) for code in offered(placed.area.languages)],
    }


def _for_type(asked: Asked, found: MinutesRecord, version: MinutesVersionRecord, placed: Placed) -> dict[str, Any]:
    """What the typesetter is given: text and where it runs to, never markup."""
    words, content, zone = asked.words, version.content, reading.zone_of(placed.forum)
    day = words.day(found.held_at.astimezone(zone))
    published = words.day(datetime.fromisoformat(content["published_at"]).astimezone(zone))
    number = words("minutes.version", number=words.number(version.number))
    lines = [f"{plain(placed.forum.name)}", f"{words('minutes.published', day=published)} · {number}"]
    if (present := content.get("attendance")) is not None:
        members, public = words.number(present["members"]), words.number(present["public"])
        lines.append(words("minutes.attendance", members=members, public=public))
    if content.get("reason"):
        corrects = words("minutes.corrects", number=words.number(content["corrects"]))
        lines.append(f"{corrects} {plain(content['reason'])}")
    return {
        "title": words("minutes.of", day=day),
        "forum": plain(placed.forum.name),
        "kind": words("minutes.title"),
        "lines": lines,
        "footer": f"{plain(placed.forum.name)} · {day} · {number}",
        "lang": words.code,
        "dir": words.dir,
        "timestamp": int(version.published_at.timestamp()),
        "items": [_item(*in_language(item, _language(version), asked.wanted)) for item in content["items"]],
        "hash_title": words("minutes.hash"),
        "sha256": version.sha256,
    }


def _item(item: Mapping[str, Any], tag: str) -> dict[str, Any]:
    lines = [line for line in item["text"].split("\n") if line.strip()]
    return {"heading": _part(item["heading"], tag), "paragraphs": [_part(line, tag) for line in lines]}


def _part(text: str, tag: str) -> dict[str, str]:
    """A piece of text, its language, and the direction of its first strong character, as `dir=auto` takes it."""
    strong = (unicodedata.bidirectional(mark) for mark in text)
    first = next((kind for kind in strong if kind in {"L", "R", "AL"}), "L")
    return {"text": plain(text), "dir": "ltr" if first == "L" else "rtl", "lang": tag.partition("-")[0]}
