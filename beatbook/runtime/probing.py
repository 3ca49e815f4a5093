"""Plain HTTP questions to the processes of this machine, without an HTTP library: asked many times during a start."""

import http.client
import json
import socket
from typing import Any

from beatbook.runtime.ports import LOOPBACK


def is_ready(port: int) -> bool:
    """Whether the process on `port` says that it is ready."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=5) as connection:
            connection.sendall(b"GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return connection.recv(64).split(b" ", 2)[1:2] == [b"200"]
    except OSError:
        return False


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
