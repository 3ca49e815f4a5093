"""Ports on this machine's loopback address."""

import random
import socket
from collections.abc import Iterable

LOOPBACK = "127.0.0.1"
_BELOW_EPHEMERAL = range(20_000, 32_000)
"""Linux gives outgoing connections ports from 32768 up: a server's port from there could be taken while it restarts."""


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def taken(ports: Iterable[int]) -> list[int]:
    """Those of `ports` on which something else listens."""
    return [port for port in ports if not is_free(port)]


def free_port(preferred: int | None = None) -> int:
    """`preferred` if it is free, else a free port that no outgoing connection will be given."""
    if preferred is not None and is_free(preferred):
        return preferred
    chooser = random.SystemRandom()
    while True:
        port = chooser.choice(_BELOW_EPHEMERAL)
        if is_free(port):
            return port
