"""`telnet` and `curl`: TCP from a host's prompt.

The Telnet client (RFC 854, 857, 858) sends every key in a segment of its own and shows what comes;
lab time moves for a while after each key, and otherwise only by what others do.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from labkit.sim.net.tcp import Connection
from labkit.sim.routers.jobs import NEVER, Ask, Interrupt, Job, Key, Keys, Wait
from labkit.sim.routers.linux.words import CommandFailed, UsageError, address, number, options

if TYPE_CHECKING:
    from labkit.sim.routers.linux.shell import LinuxShell

CONNECT_TIMEOUT = 130_000_000
"""Microseconds after which Linux gives a connection up."""
QUIET = 1_500_000
"""Microseconds without an answer after which the client only listens."""
ESCAPE = "\x1d"
IAC, DONT, DO, WONT, WILL = b"\xff", b"\xfe", b"\xfd", b"\xfc", b"\xfb"
SB, END = 0xFA, b"\xff\xf0"
ECHO, SUPPRESS_GO_AHEAD = b"\x01", b"\x03"
COMMAND = re.compile(
    rb"\xff(?:(?P<escaped>\xff)|(?P<verb>[\xfb-\xfe])(?P<option>.)|\xfa.*?(?:\xff\xf0|\Z)|[^\xfa-\xff])",
    re.DOTALL,
)
REASONS = {
    "refused": "Connection refused",
    "reset": "Connection reset by peer",
    "unreachable": "No route to host",
    "timeout": "Connection timed out",
}


class Wire:
    """One connection's received bytes and end."""

    def __init__(self, shell: LinuxShell, target: IPv4Address, port: int) -> None:
        self.received = bytearray()
        self.connected = False
        self.reason: str | None = None
        self.connection: Connection | None = shell.device.host.tcp.connect(target, port)
        if self.connection is not None:
            self.connection.on_connect = self._connected
            self.connection.on_data = self.received.extend
            self.connection.on_close = self._closed

    def _connected(self) -> None:
        self.connected = True

    def _closed(self, reason: str) -> None:
        self.reason = reason

    @property
    def moved(self) -> bool:
        """Whether there is something to tell."""
        return bool(self.received) or self.reason is not None

    def take(self) -> bytes:
        """What has come since the last call."""
        data = bytes(self.received)
        self.received.clear()
        return data


def connect(
    shell: LinuxShell, target: IPv4Address, port: int, timeout: int
) -> Generator[Wait | Ask | Key | Keys, str | None, Wire]:
    """Open a connection.  Raises CommandFailed with the reason alone."""
    wire = Wire(shell, target, port)
    if wire.connection is None:
        raise CommandFailed("Network is unreachable")
    try:
        yield Wait(shell.now() + timeout, lambda: wire.connected or wire.reason is not None)
    except Interrupt:
        wire.connection.abort()
        raise
    if not wire.connected:
        wire.connection.abort()
        raise CommandFailed(REASONS[wire.reason or "timeout"])
    return wire


# ---- telnet


def telnet(shell: LinuxShell, arguments: list[str]) -> Job:
    """Run `telnet HOST [PORT]`."""
    _, operands = options(arguments, "4")
    if not 1 <= len(operands) <= 2:
        raise UsageError("usage: telnet HOST [PORT]")
    target = address(operands[0])
    if target is None:
        raise CommandFailed(
            f"telnet: could not resolve {operands[0]}/telnet: Name or service not known"
        )
    port = number(operands[1], int, 1, 65535) if len(operands) == 2 else 23
    return _telnet(shell, target, port)


def _telnet(shell: LinuxShell, target: IPv4Address, port: int) -> Job:
    shell.write(f"Trying {target}...\n")
    try:
        wire = yield from connect(shell, target, port, CONNECT_TIMEOUT)
    except CommandFailed as error:
        raise CommandFailed(f"telnet: Unable to connect to remote host: {error}") from error
    shell.write(f"Connected to {target}.\nEscape character is '^]'.\n")
    connection = wire.connection
    assert connection is not None
    options_seen = Options()
    quiet_at = shell.now() + QUIET
    try:
        while wire.reason is None or wire.received:
            if wire.received:
                answer, text = options_seen.read(wire.take())
                if answer:
                    connection.send(answer)
                shell.write(text)
                quiet_at = shell.now() + QUIET
                continue
            until = quiet_at if shell.now() < quiet_at else NEVER
            typed = yield Keys(until, lambda: wire.moved)
            if not typed:
                continue
            if ESCAPE in typed and (yield from _escape(shell)):
                return
            for key in typed.replace(ESCAPE, ""):
                connection.send(b"\r\0" if key in "\r\n" else key.encode())
                if not options_seen.remote_echo:
                    shell.write("\n" if key in "\r\n" else key)
            quiet_at = shell.now() + QUIET
    finally:
        connection.close()
    shell.write("Connection closed by foreign host.\n")
    shell.status = 1


def _escape(shell: LinuxShell) -> Generator[Wait | Ask | Key | Keys, str | None, bool]:
    """The client's own prompt; whether to leave."""
    answer = yield Ask("\ntelnet> ")
    if (answer or "").strip() in ("q", "quit", "close", "c"):
        shell.write("Connection closed.\n")
        return True
    return False


class Options:
    """Telnet commands taken out of what comes, and the answers to them."""

    def __init__(self) -> None:
        self.remote_echo = False
        self._rest = b""

    def read(self, data: bytes) -> tuple[bytes, str]:
        """Split received bytes into (what to answer, text to show)."""
        data = self._rest + data
        answer, text, place = b"", b"", 0
        for found in COMMAND.finditer(data):
            if found[0][1] == SB and not found[0].endswith(END):
                break
            text += data[place : found.start()] + (found["escaped"] or b"")
            answer += self._answer(found["verb"], found["option"])
            place = found.end()
        rest = data.find(IAC, place)
        rest = len(data) if rest < 0 else rest
        text, self._rest = text + data[place:rest], data[rest:]
        return answer, text.decode("latin-1").replace("\r\0", "\r")

    def _answer(self, verb: bytes | None, option: bytes) -> bytes:
        if verb == WILL:
            self.remote_echo = self.remote_echo or option == ECHO
            return IAC + (DO if option in (ECHO, SUPPRESS_GO_AHEAD) else DONT) + option
        if verb == DO:
            return IAC + (WILL if option == SUPPRESS_GO_AHEAD else WONT) + option
        return b""


# ---- curl


def curl(shell: LinuxShell, arguments: list[str]) -> Job:
    """Run `curl [-v] [-m SECONDS] URL`."""
    given, operands = options(arguments, "svm:o:I")
    if len(operands) != 1:
        raise CommandFailed("curl: try 'curl --help' or 'curl --manual' for more information", 2)
    url = urlsplit(operands[0] if "://" in operands[0] else f"http://{operands[0]}")
    if url.scheme not in ("http", "telnet"):
        raise CommandFailed(f'curl: (1) Protocol "{url.scheme}" not supported', 1)
    target = address(url.hostname or "")
    if target is None:
        raise CommandFailed(f"curl: (6) Could not resolve host: {url.hostname}", 6)
    limit = round(number(given.get("-m", "130"), float, 0.001, 3600) * 1e6)
    port = url.port or (80 if url.scheme == "http" else 23)
    request = b""
    if url.scheme == "http":
        head = f"GET {url.path or '/'} HTTP/1.0\r\nHost: {url.hostname}\r\n"
        request = f"{head}User-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n".encode()
    return _curl(shell, target, port, request, limit, "-s" in given)


def _curl(
    shell: LinuxShell, target: IPv4Address, port: int, request: bytes, limit: int, silent: bool
) -> Job:
    began = shell.now()
    try:
        wire = yield from connect(shell, target, port, limit)
    except CommandFailed as error:
        took = (shell.now() - began) // 1000
        text = f"curl: (7) Failed to connect to {target} port {port} after {took} ms: {error}"
        if str(error) == REASONS["timeout"]:
            text = f"curl: (28) Connection timed out after {took} milliseconds"
        code = 28 if "(28)" in text else 7
        raise CommandFailed("" if silent else text, code) from error
    assert wire.connection is not None
    wire.connection.send(request)
    body = b""
    while wire.reason is None and shell.now() < began + limit:
        yield Wait(began + limit, lambda: wire.moved)
        body += wire.take()
    body += wire.take()
    wire.connection.close()
    if request:
        body = body.partition(b"\r\n\r\n")[2]
    shell.write(body.decode("latin-1"))
    if wire.reason is None:
        raise CommandFailed(
            f"curl: (28) Operation timed out after {limit // 1000} milliseconds", 28
        )
