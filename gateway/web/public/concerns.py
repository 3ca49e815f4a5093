"""Raising a concern without a name, and following it by its code: no login, no cookie, no script. Rule F14.

Whoever is signed in is nobody here: the token is neither read nor passed on. The code stands in one answer and is sent
in forms only, so that no address, log or referrer holds it.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from beatbook.kit.errors import NotFound, Problem, Unavailable
from gateway.clients.upstream import UpstreamProblem
from gateway.web.languages import offered, words_of
from gateway.web.public import reading
from gateway.web.public.asked import Asked, of_anyone, trouble
from gateway.web.signing import same_site
from gateway.web.site import page

routes = APIRouter(include_in_schema=False)

CATEGORIES = (
    "lighting_and_surroundings",
    "road_safety",
    "noise_and_nuisance",
    "disorder_in_public",
    "stray_animals",
    "environment",
    "alcohol_and_drugs",
    "theft_and_burglary",
    "violence",
    "violence_at_home",
    "safety_of_children",
    "hate_and_discrimination",
    "fraud_and_online",
    "extortion_and_organised_crime",
    "tension_between_groups",
    "police_presence_and_service",
    "police_conduct",
    "other",
)
LONGEST = {"text": 4000, "wish": 4000, "place": 200}
"""Characters of each field, as their owner takes them."""
LONGEST_FORM = 120_000
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
"""What our forms have as their key: sent twice, a form raises one concern."""


@dataclass
class Filled:
    """A form as it is shown: what was written, and what to look at again by field ("" for all of it)."""

    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@routes.api_route("/area/{code}/concern", methods=["GET", "HEAD"])
async def choose(request: Request, code: str) -> Response:
    """The area's forums to choose from; its form at once when there is one."""
    asked = of_anyone(request)
    try:
        area, above = await reading.area_with_above(asked.forum, code)
        found = (await asked.forum.forums(areas=code, limit=100)).items
    except Problem as problem:
        return trouble(asked, problem)
    if len(found) == 1:
        return RedirectResponse(asked.link(f"/forum/{found[0].id}/concern"), status_code=303)
    languages = [words_of(spoken) for spoken in offered(area.languages)]
    return page(
        request, "public/concern_choose.html", asked.visitor, words=asked.words, asked=asked,
        area=area, above=above, forums=found, languages=languages,
    )  # fmt: skip


@routes.api_route("/forum/{forum_id}/concern", methods=["GET", "HEAD"])
async def ask(request: Request, forum_id: str) -> Response:
    """The form."""
    asked = of_anyone(request)
    try:
        return await _form(asked, forum_id, Filled(secrets.token_urlsafe(24)))
    except Problem as problem:
        return trouble(asked, problem)


@routes.post("/forum/{forum_id}/concern")
async def take(request: Request, forum_id: str) -> Response:
    """Raise the concern and show its code, once; or the form again, with all that was written."""
    same_site(request)
    asked = of_anyone(request)
    sent = await _sent(request, 8)
    key = sent.get("key", "")
    filled = Filled(key if _KEY.fullmatch(key) else secrets.token_urlsafe(24), sent)
    _look_over(asked, filled)
    try:
        forum_id = reading.checked_id(forum_id, "forum")
        if filled.errors:
            return await _form(asked, forum_id, filled, status=422)
        body = {name: sent[name] for name in ("category", *LONGEST) if sent.get(name)}
        try:
            told = await asked.forum.raise_anonymously(forum_id, body, filled.key, network_of(request))
        except (UpstreamProblem, Unavailable) as problem:
            if problem.status == 404:
                raise
            _explain(asked, filled, problem)
            return await _form(asked, forum_id, filled, status=problem.status, headers=problem.headers)
    except Problem as problem:
        return trouble(asked, problem)
    return page(request, "public/concern_receipt.html", asked.visitor, words=asked.words, asked=asked, told=told)


@routes.api_route("/concern", methods=["GET", "HEAD"])
async def ask_code(request: Request) -> Response:
    """The form for the code."""
    return _follow(of_anyone(request), Filled(""))


@routes.post("/concern")
async def follow(request: Request) -> Response:
    """Where the concern stands; a wrong code and one that is none are told alike."""
    same_site(request)
    asked = of_anyone(request)
    code = (await _sent(request, 2)).get("code", "")[:200]
    filled = Filled("")
    try:
        found = await asked.forum.follow_concern(code, network_of(request))
    except (UpstreamProblem, Unavailable) as problem:
        if problem.status == 429:
            filled.errors["code"] = asked.words("concern.tried", seconds=_seconds(problem))
        elif problem.status >= 500:
            filled.errors["code"] = asked.words("problem.silent_detail")
        else:
            filled.errors["code"] = asked.words("concern.not_found")
        return _follow(asked, filled, status=problem.status, headers=problem.headers)
    return page(
        asked.request, "public/concern_steps.html", asked.visitor, words=asked.words, asked=asked, concern=found
    )


def network_of(request: Request) -> str:
    """The network that a visitor comes from, as much of the address as the forum is told: IPv4 /24, IPv6 /48."""
    try:
        address = ip_address(request.client.host if request.client else "")
    except ValueError:
        return ""
    return str(ip_network((address, 24 if address.version == 4 else 48), strict=False).network_address)


async def _sent(request: Request, fields: int) -> dict[str, str]:
    """The texts of a form; raises `NotFound` for what no form of ours sends."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > LONGEST_FORM:
        raise NotFound("form")
    form = await request.form(max_files=0, max_fields=fields)
    return {name: value.strip().replace("\r\n", "\n") for name, value in form.items() if isinstance(value, str)}


def _look_over(asked: Asked, filled: Filled) -> None:
    """Find what is missing or too long, so that it is said beside its field."""
    words = asked.words
    if filled.values.get("category") not in CATEGORIES:
        filled.errors["category"] = words("concern.no_category")
    if not filled.values.get("text"):
        filled.errors["text"] = words("concern.no_text")
    for name, longest in LONGEST.items():
        if len(filled.values.get(name, "")) > longest:
            filled.errors[name] = words("concern.too_long", count=words.number(longest))


def _explain(asked: Asked, filled: Filled, problem: Problem) -> None:
    words = asked.words
    if problem.status == 429:
        filled.errors[""] = words("concern.too_often", seconds=_seconds(problem))
    elif problem.status == 409 or problem.code == "idempotency-key-reused":
        filled.errors[""] = words("concern.again")
        filled.key = secrets.token_urlsafe(24)
    elif problem.status >= 500:
        filled.errors[""] = words("problem.silent_detail")
    else:
        filled.errors[""] = words("concern.odd")


def _seconds(problem: Problem) -> str:
    return (problem.headers or {}).get("Retry-After", "60")


async def _form(
    asked: Asked, forum_id: str, filled: Filled, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    placed = await reading.placed_forum(asked.forum, forum_id)
    response = page(
        asked.request, "public/concern_raise.html", asked.visitor, status=status, words=asked.words, asked=asked,
        forum=placed.forum, area=placed.area, above=placed.above, filled=filled, categories=CATEGORIES, longest=LONGEST,
        languages=[words_of(spoken) for spoken in offered(placed.area.languages)],
    )  # fmt: skip
    response.headers.update(headers or {})
    return response


def _follow(asked: Asked, filled: Filled, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    response = page(
        asked.request, "public/concern_follow.html", asked.visitor, status=status, words=asked.words, asked=asked,
        filled=filled, languages=[words_of(spoken) for spoken in offered(())],
    )  # fmt: skip
    response.headers.update(headers or {})
    return response
