"""The small web server of a customer's PC, so that TCP has something to carry.

`/` says who answers; `/N` is a page of N bytes, for looking at segment sizes and path MTU.
HTTP/1.0, a request a connection.  Must not know routes or tunnels.
"""

from __future__ import annotations

import re

from labkit.sim.net.node import Host
from labkit.sim.net.tcp import Connection

PORT = 80
LARGEST = 1_000_000
_REQUEST = re.compile(rb"GET /(\d*)\S* HTTP/1\.[01]\r\n")


def listen(host: Host) -> None:
    """Answer on TCP port 80."""
    host.tcp.listen(PORT, lambda connection: _serve(host.name, connection))


def _serve(name: str, connection: Connection) -> None:
    request = bytearray()

    def receive(data: bytes) -> None:
        request.extend(data)
        if b"\r\n\r\n" in request or len(request) > 8192:
            connection.send(respond(name, bytes(request)))
            connection.close()

    connection.on_data = receive
    connection.on_close = lambda reason: connection.close()


def respond(name: str, request: bytes) -> bytes:
    """The whole answer to a request."""
    found = _REQUEST.match(request)
    if found is None:
        return _page("400 Bad Request", b"")
    if not found[1]:
        return _page("200 OK", f"This is {name}.\n".encode())
    size = int(found[1][:9])
    if size > LARGEST:
        return _page("404 Not Found", f"Pages have at most {LARGEST} bytes.\n".encode())
    line = b"0123456789" * 7 + b"12345678\n"
    return _page("200 OK", (line * (size // len(line) + 1))[:size])


def _page(status: str, body: bytes) -> bytes:
    head = f"HTTP/1.0 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
