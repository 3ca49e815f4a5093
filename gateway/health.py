"""Liveness and readiness: the gateway needs the broker; services may come and go, which its answers say."""

from fastapi import APIRouter, Request, Response

routes = APIRouter(prefix="/health", include_in_schema=False)


@routes.get("/live")
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@routes.get("/ready")
async def ready(request: Request, response: Response) -> dict[str, str]:
    """503 until the broker answers."""
    connected = request.app.state.machinery.broker.connected
    if not connected:
        response.status_code = 503
        response.headers["Retry-After"] = "1"
    return {"broker": "ok" if connected else "down"}
