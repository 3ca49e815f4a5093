"""Plain HTTP questions to the processes of this machine, without an HTTP library: asked many times during a start."""

import http.client
import json
from typing import Any

from beatbook.runtime.ports import LOOPBACK


def is_ready(port: int) -> bool:
    """Whether the process on `port` has all it needs; one that only gets by (`degraded`) is not there yet."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", "/health/ready")
        found: Any = json.loads(connection.getresponse().read())
        return bool(found["status"] == "ok")
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return False
    finally:
        connection.close()


def root_area(forum_port: int) -> str | None:
    """The code of the first country registered, if any is."""
    connection = http.client.HTTPConnection(LOOPBACK, forum_port, timeout=5)
    try:
        connection.request("GET", "/v1/areas?tier=national&limit=1")
        answer: Any = json.loads(connection.getresponse().read())
        return next((str(area["code"]) for area in answer.get("items", ())), None)
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
