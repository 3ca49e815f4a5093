"""The site: templates, static files, and headers that let a page load nothing from anywhere else."""

from functools import cache
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from gateway.callers import COOKIE
from gateway.web import texts, wording
from gateway.web.languages import DEFAULT, words_of
from gateway.web.visitors import Visitor

HERE = Path(__file__).parent

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
GRAPHIQL_POLICY = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
"""The editor writes its own styles."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
NO_STORE = {"Cache-Control": "private, no-store", "Vary": "Accept-Language, Cookie"}
"""A page that is one reader's own, or is not public."""


class LongLived(StaticFiles):
    """Our own files, kept by browsers for an hour and then asked about again."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, with how long it may be kept."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=3600"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def install(app: FastAPI) -> None:
    """Serve the static files."""
    app.mount("/static", LongLived(directory=HERE / "static"), name="static")


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["TIER_NAMES"] = wording.TIER_NAMES
    environment.globals["TIERS_BELOW"] = wording.TIERS_BELOW
    for name in ("number", "spoken", "day", "month", "short_month", "path_of", "node", "ticks", "named", "area_path"):
        environment.filters[name] = getattr(wording, name)
    environment.filters["in_language"] = texts.in_language
    environment.filters["lang"] = texts.lang
    return environment


def page(
    request: Request,
    template: str,
    visitor: Visitor,
    *,
    status: int = 200,
    policy: str = POLICY,
    **values: Any,
) -> HTMLResponse:
    """An HTML page; the cookie of a token that is not accepted any more is taken away."""
    response = HTMLResponse(
        drawn_page(request, template, visitor, **values),
        status_code=status,
        headers={**NO_STORE, **security_headers(policy)},
    )
    if visitor.expired:
        response.delete_cookie(COOKIE, path="/")
    return response


def drawn_page(request: Request, template: str, visitor: Visitor, **values: Any) -> bytes:
    """The bytes of a page; `words` among the values says its language, English when not given."""
    given = {"words": words_of(DEFAULT), **values}
    settings = request.app.state.settings
    text = (
        _templates()
        .get_template(template)
        .render(visitor=visitor, here=request.url.path, embedded=settings.embedded, **given)
    )
    return text.encode()


def security_headers(policy: str) -> dict[str, str]:
    """The headers that every page has."""
    return {**HEADERS, "Content-Security-Policy": policy}
