"""Liveness and readiness: the gateway answers without broker and services, and its answers say what is missing."""

from fastapi import APIRouter, Request, Response

from beatbook.kit.health import judged

routes = APIRouter(prefix="/health", include_in_schema=False)


@routes.get("/live")
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@routes.get("/ready")
async def ready(request: Request, response: Response) -> dict[str, str]:
    """`degraded` while the broker is away: nothing can be followed live then, all else is as ever."""
    return judged(response, {}, {"broker": "ok" if request.app.state.machinery.broker.connected else "down"})
