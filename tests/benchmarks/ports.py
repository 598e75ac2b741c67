"""TCP ports on this machine: which are free, and whether somebody listens.

Standard library only: it is imported by programs that run without labkit's requirements.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable

HOST = "127.0.0.1"
RETRY = 0.001
PATIENCE = 60.0


def free(count: int) -> list[int]:
    """As many different ports that nobody listens on now."""
    listeners = [socket.create_server((HOST, 0)) for _ in range(count)]
    ports = [int(listener.getsockname()[1]) for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


def wait_open(ports: Iterable[int]) -> None:
    """Return when every port accepts.  Raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE
    for port in ports:
        while not _accepts(port):
            if time.monotonic() > deadline:
                raise TimeoutError(f"nobody listens on port {port}")
            time.sleep(RETRY)


def _accepts(port: int) -> bool:
    try:
        socket.create_connection((HOST, port)).close()
    except OSError:
        return False
    return True
