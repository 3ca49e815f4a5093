"""Signing in and out: a token is pasted, checked, and kept in a cookie that no script can read."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from beatbook.kit.errors import Forbidden, Problem, Unauthenticated
from gateway.callers import ANYONE, COOKIE, caller_of_token
from gateway.context import Caller
from gateway.web.site import page
from gateway.web.visitors import Visitor, visitor_of

routes = APIRouter(include_in_schema=False)

LONGEST_TOKEN = 4_000
"""A browser keeps 4,096 bytes for a cookie, its name and attributes included."""
LONGEST_FORM = 16_000
LONGEST_STAY_SECONDS = 12 * 3600
_TOO_LONG = (
    f"This token is too long: a browser's cookie keeps {LONGEST_TOKEN:,} characters of one. Ask for a token with fewer"
    " grants, or send it to /graphql in an Authorization header."
)


@routes.get("/sign-in")
async def ask_token(request: Request) -> Response:
    """The form."""
    return page(request, "sign_in.html", await visitor_of(request), refusal=None)


@routes.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """Check the token and keep it; raises `Forbidden` for a form sent from another site."""
    same_site(request)
    try:
        caller = await _caller(request)
    except Unauthenticated as problem:
        return page(request, "sign_in.html", Visitor(ANYONE), status=401, refusal=problem.detail)
    except Problem as problem:
        return page(request, "sign_in.html", Visitor(ANYONE), status=problem.status, refusal=problem.detail)
    response = RedirectResponse("/", status_code=303)
    response.set_cookie(
        COOKIE,
        caller.bearer or "",
        max_age=_stay(caller, datetime.now(UTC)),
        httponly=True,
        samesite="strict",
        secure=not request.app.state.settings.embedded,
        path="/",
    )
    return response


@routes.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """Forget the token."""
    same_site(request)
    response = RedirectResponse("/", status_code=303)
    response.delete_cookie(COOKIE, path="/")
    return response


async def _caller(request: Request) -> Caller:
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > LONGEST_FORM:
        raise Unauthenticated(_TOO_LONG)
    form = await request.form(max_files=0, max_fields=2)
    token = form.get("token")
    if not isinstance(token, str) or not token.strip():
        raise Unauthenticated("Paste a token first: `beatbook token` prints one.")
    if len(token.strip()) > LONGEST_TOKEN:
        raise Unauthenticated(_TOO_LONG)
    return await caller_of_token(request.app.state.machinery.keys, token.strip())


def _stay(caller: Caller, now: datetime) -> int:
    """Seconds that the cookie is kept: as long as the token holds, and no longer than a shift."""
    left = int((caller.expires_at - now).total_seconds()) if caller.expires_at else 0
    return max(0, min(left, LONGEST_STAY_SECONDS))


def same_site(request: Request) -> None:
    """Refuse a form that another site's page sent."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Forbidden("This form was sent from another site.")
