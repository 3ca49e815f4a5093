"""The pages' addresses."""

from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from gateway.web.dashboards import dashboard
from gateway.web.documents import Answer, ask
from gateway.web.site import page
from gateway.web.visitors import Visitor, context_of, visitor_of

routes = APIRouter(include_in_schema=False)


@routes.get("/")
async def front(request: Request) -> Response:
    """The country's dashboard; a choice of countries when there are several."""
    visitor = await visitor_of(request)
    answer = await _ask(request, visitor, "countries")
    countries = answer.data.get("nationals")
    if countries is None:
        return _nothing(request, visitor, answer)
    if len(countries) == 1:
        return await _dashboard(request, visitor, "national", countries[0]["code"])
    return page(request, "countries.html", visitor, countries=countries)


@routes.get("/national/{code}")
async def national(request: Request, code: str) -> Response:
    """A country's dashboard."""
    return await _dashboard(request, await visitor_of(request), "national", code)


@routes.get("/municipality/{code}")
async def municipality(request: Request, code: str) -> Response:
    """A municipality's dashboard."""
    return await _dashboard(request, await visitor_of(request), "municipality", code)


@routes.get("/neighbourhood/{code}")
async def neighbourhood(request: Request, code: str) -> Response:
    """A neighbourhood's dashboard."""
    return await _dashboard(request, await visitor_of(request), "neighbourhood", code)


@routes.get("/favicon.ico")
async def favicon() -> Response:
    """The mark in the browser's tab."""
    return RedirectResponse("/static/mark.svg")


def welcome_the_lost(app: FastAPI) -> None:
    """Answer an address that does not exist with a page where a page was asked for, else with a problem document."""
    otherwise = app.exception_handlers[HTTPException]

    @app.exception_handler(HTTPException)
    async def lost(request: Request, error: HTTPException) -> Response:
        if error.status_code == 404 and "text/html" in request.headers.get("accept", ""):
            return not_found(request, await visitor_of(request))
        answer: Response = await otherwise(request, error)  # type: ignore[misc]  # the kit's handler is asynchronous
        return answer


async def _ask(request: Request, visitor: Visitor, name: str, **variables: Any) -> Answer:
    return await ask(request.app.state.schema, context_of(request, visitor), name, **variables)


async def _dashboard(request: Request, visitor: Visitor, name: str, code: str) -> Response:
    answer = await _ask(request, visitor, name, code=code)
    area = answer.data.get("area")
    if area is None:
        return _nothing(request, visitor, answer)
    return page(request, "dashboard.html", visitor, board=dashboard(area, answer.silent_services()))


def _nothing(request: Request, visitor: Visitor, answer: Answer) -> Response:
    """The page for when there is nothing to show: no such thing, or the service that knows does not answer."""
    if answer.silent_services():
        response = page(
            request,
            "problem.html",
            visitor,
            status=503,
            title="Not available just now",
            detail="The service that holds this does not answer. Try again in a moment.",
        )
        response.headers["Retry-After"] = "2"
        return response
    return not_found(request, visitor)


def not_found(request: Request, visitor: Visitor) -> Response:
    """The page for what does not exist, or what this visitor may not know of: the two look the same."""
    return page(
        request,
        "problem.html",
        visitor,
        status=404,
        title="Nothing here",
        detail="There is no such page, area or minutes, or none that you may see.",
    )
