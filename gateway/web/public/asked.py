"""One request for a public page: who reads, in which language, from which services; and how it is answered. Rule F20.

A page without sign-in is drawn as the public sees it and kept on the shelf. A signed-in reader's page is drawn for
that reader alone, with the reader's own token, and kept nowhere. Files and feeds are always the public's.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request, Response

from beatbook.kit.errors import Problem, Unavailable
from gateway.allowance import Allowance
from gateway.callers import ANYONE, COOKIE
from gateway.clients.forum import ForumClient
from gateway.context import Machinery
from gateway.web.languages import LANGUAGES, Words, negotiated, words_of
from gateway.web.public.shelf import Drawn, Shelf, answered
from gateway.web.site import POLICY, drawn_page, page, security_headers
from gateway.web.texts import TAG
from gateway.web.visitors import Visitor, visitor_of


@dataclass(frozen=True)
class Asked:
    """What a page is drawn from."""

    request: Request
    visitor: Visitor
    words: Words
    chosen: bool
    """Whether the reader asked for the language by `?lang=`; links then keep it."""
    text: str | None
    """The language in which content is read, by `?text=`; the interface's when not given."""
    forum: ForumClient
    now: datetime

    @property
    def wanted(self) -> list[str]:
        """The languages of content that the reader wants, the best first."""
        chosen = [self.text] if self.text else []
        return [*chosen, self.words.tag, self.words.code]

    def link(self, path: str) -> str:
        """An address of the public face, in the languages that the reader chose."""
        chosen = {"lang": self.words.code if self.chosen else None, "text": self.text}
        query = urlencode({name: code for name, code in chosen.items() if code})
        return f"{path}?{query}" if query else path

    @property
    def base(self) -> str:
        """Where readers reach this gateway, for what is read elsewhere: feeds and calendars."""
        given: str | None = self.request.app.state.settings.public_url
        return (given or str(self.request.base_url)).rstrip("/")


LONGEST_TAG = 12

Make = Callable[[Asked], Awaitable[Drawn]]
Values = Callable[[Asked], Awaitable[Mapping[str, Any]]]


def _words(request: Request) -> tuple[Words, bool]:
    code = request.query_params.get("lang") if request.scope["query_string"] else None
    if code in LANGUAGES:
        return words_of(code), True
    return words_of(negotiated(request.headers.get("accept-language", ""))), False


def _text(request: Request) -> str | None:
    tag = request.query_params.get("text", "") if request.scope["query_string"] else ""
    return tag if len(tag) <= LONGEST_TAG and TAG.fullmatch(tag) else None


def _asked(request: Request, visitor: Visitor, words: Words, *, chosen: bool) -> Asked:
    machinery: Machinery = request.app.state.machinery
    services = machinery.network.services_for(visitor.caller.bearer, Allowance())
    return Asked(request, visitor, words, chosen, _text(request), services.forum, machinery.clock())


Endpoint = Callable[..., Awaitable[Response]]


def at(routes: APIRouter, path: str) -> Callable[[Endpoint], Endpoint]:
    """Answer GET and HEAD at a path, its parts given as texts: without what FastAPI does for bodies and schemas."""

    def register(endpoint: Endpoint) -> Endpoint:
        async def answer(request: Request) -> Response:
            return await endpoint(request, **request.path_params)

        routes.add_route(path, answer, methods=["GET", "HEAD"], name=endpoint.__name__, include_in_schema=False)
        return endpoint

    return register


def of_anyone(request: Request) -> Asked:
    """A request whose reader is nobody, even if signed in: no token is read or passed on."""
    words, chosen = _words(request)
    return _asked(request, Visitor(ANYONE), words, chosen=chosen)


def _shelf(request: Request) -> Shelf:
    shelf: Shelf = request.app.state.shelf
    return shelf


def _key(request: Request, *parts: object) -> str:
    """What an answer depends on besides its owner's data: where it was asked for, and how."""
    base = request.app.state.settings.public_url or f"{request.scope['scheme']}://{request.headers.get('host', '')}"
    return " ".join(map(str, (request.scope["path"], base, *parts)))


async def _sent(request: Request, key: str, make: Callable[[], Awaitable[Drawn]]) -> Response:
    """The answer from the shelf; nothing is prepared for one that is there."""
    kept = _shelf(request).fresh(key) or await _shelf(request).get(key, make)
    given = request.headers
    return answered(
        kept,
        accepted=given.get("accept-encoding", ""),
        none_match=given.get("if-none-match"),
        modified_since=given.get("if-modified-since"),
    )


async def show(request: Request, template: str, values: Values, *, part: str = "") -> Response:
    """A page for reading: from the shelf for the public, drawn anew for whoever is signed in.

    `part` is what else of the address the page depends on, such as a cursor.
    """
    if COOKIE in request.cookies:
        return await _own(request, template, values)
    words, chosen = _words(request)

    async def make() -> Drawn:
        asked = of_anyone(request)
        body = drawn_page(request, template, asked.visitor, words=words, asked=asked, **await values(asked))
        return Drawn(body, "text/html; charset=utf-8", tuple(security_headers(POLICY).items()))

    try:
        return await _sent(request, _key(request, words.tag, chosen, _text(request), part), make)
    except Problem as problem:
        return trouble(of_anyone(request), problem)


async def _own(request: Request, template: str, values: Values) -> Response:
    """A signed-in reader's page: drawn with the reader's token, and kept nowhere."""
    visitor = await visitor_of(request)
    words, chosen = _words(request)
    asked = _asked(request, visitor, words, chosen=chosen)
    try:
        return page(request, template, visitor, words=words, asked=asked, **await values(asked))
    except Problem as problem:
        return trouble(asked, problem)


async def give(request: Request, make: Make, *, by_language: bool = False) -> Response:
    """A file or feed, as the public may have it; raises what its owner refuses, as a problem document."""
    spoken = (_words(request)[0].tag, _text(request)) if by_language else ()
    return await _sent(request, _key(request, *spoken), lambda: make(of_anyone(request)))


def trouble(asked: Asked, problem: Problem) -> Response:
    """The page for what is not there, or not for this reader: the two look the same; or for a silent service."""
    words, silent = asked.words, isinstance(problem, Unavailable)
    kind = "silent" if silent else "nothing"
    response = page(
        asked.request,
        "problem.html",
        asked.visitor,
        status=503 if silent else 404,
        words=words,
        title=words(f"problem.{kind}"),
        detail=words(f"problem.{kind}_detail"),
    )
    if silent:
        response.headers["Retry-After"] = "2"
    return response


def attachment(name: str, *, inline: bool = True) -> tuple[str, str]:
    """The Content-Disposition of a file with a plain name."""
    return "Content-Disposition", f'{"inline" if inline else "attachment"}; filename="{quote(name)}"'
