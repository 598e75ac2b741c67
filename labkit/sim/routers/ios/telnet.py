"""`telnet`: the client of an IOS gateway.

Every key goes out in a segment of its own.  Lab time moves for a while after each key, and
otherwise only by what others do.  Ctrl-^ x leaves.  Must not know what is said on the connection.
"""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.sim.grammar import Match
from labkit.sim.net.tcp import Connection
from labkit.sim.routers.ios.login.vty import DO, ECHO, IAC, SUPPRESS_GO_AHEAD, WILL, strip_commands
from labkit.sim.routers.ios.ping import source_address, target_address
from labkit.sim.routers.ios.rows import Command, Row
from labkit.sim.routers.jobs import NEVER, Interrupt, Job, Keys, Wait

if TYPE_CHECKING:
    from labkit.sim.routers.ios.shell import IosShell

CONNECT_TIMEOUT = 30_000_000
"""Microseconds: `ip tcp synwait-time`'s default."""
QUIET = 1_500_000
ESCAPE = "\x1e"
TOS = 0xC0
DONT, WONT = 254, 252
FAILURES = {
    "refused": "% Connection refused by remote host\n",
    "reset": "% Connection reset by remote host\n",
    "unreachable": "% Destination unreachable; gateway or host down\n",
    "timeout": "% Connection timed out; remote host not responding\n",
}


class Line:
    """What comes by a connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.received = bytearray()
        self.connected = False
        self.ended: str | None = None
        connection.on_connect = self._on_connect
        connection.on_data = self.received.extend
        connection.on_close = self._on_close

    def _on_connect(self) -> None:
        self.connected = True

    def _on_close(self, reason: str) -> None:
        self.ended = reason

    def moved(self) -> bool:
        return bool(self.received) or self.ended is not None

    def read(self) -> str:
        """New text; commands in it are answered."""
        data = bytes(self.received)
        reply = answers(data)
        if reply:
            self.connection.send(reply)
        text, rest = strip_commands(data)
        self.received[:] = rest
        return text


def answers(data: bytes) -> bytes:
    """What a client answers: it lets the other end echo, and refuses the rest."""
    reply = bytearray()
    at = data.find(IAC)
    while 0 <= at < len(data) - 2:
        verb, option = data[at + 1], data[at + 2]
        if verb == WILL:
            wanted = option in (ECHO, SUPPRESS_GO_AHEAD)
            reply += bytes((IAC, DO if wanted else DONT, option))
        elif verb == DO:
            reply += bytes((IAC, WILL if option == SUPPRESS_GO_AHEAD else WONT, option))
        at = data.find(IAC, at + 3)
    return bytes(reply)


def telnet(shell: IosShell, match: Match[Row]) -> Job:
    """`telnet TARGET [PORT] [/source-interface IF]`."""
    return _open(shell, match, int(match.get("port", 23)))


def ssh(shell: IosShell, match: Match[Row]) -> Job:
    """`ssh -l USER TARGET`: nobody in the lab listens on that port inside the network."""
    return _open(shell, match, 22)


def _open(shell: IosShell, match: Match[Row], port: int) -> Job:
    target = target_address(shell, match["target"])
    if target is None:
        return
    source = match.get("source")
    own = source_address(shell, source) if source is not None else None
    if source is not None and own is None:
        return
    if port != 22:
        shell.write(f"Trying {target}{'' if port == 23 else f', {port}'} ... ")
    connection = shell.device.router.tcp.connect(target, port, source=own, tos=TOS)
    if connection is None:
        shell.write("\n" + FAILURES["unreachable"] + "\n")
        return
    line = Line(connection)
    try:
        yield Wait(shell.now() + CONNECT_TIMEOUT, lambda: line.connected or line.ended is not None)
    except Interrupt:
        connection.abort()
        shell.write("\n")
        return
    if not line.connected:
        connection.abort()
        shell.write("\n" + FAILURES[line.ended or "timeout"] + "\n")
        return
    shell.write("Open\n")
    yield from _talk(shell, line, target)


def _talk(shell: IosShell, line: Line, target: IPv4Address) -> Job:
    quiet_at, escaped = shell.now() + QUIET, False
    try:
        while line.ended is None or line.received:
            if line.received:
                before = len(line.received)
                shell.write(line.read())
                quiet_at = shell.now() + QUIET
                if len(line.received) < before:
                    continue
            typed = yield Keys(quiet_at if shell.now() < quiet_at else NEVER, line.moved)
            for key in typed or "":
                if escaped and key.lower() == "x":
                    shell.write(f"\n[Connection to {target} closed]\n")
                    return
                escaped = key == ESCAPE
                if not escaped:
                    line.connection.send(b"\r\0" if key in "\r\n" else key.encode())
            if typed:
                quiet_at = shell.now() + QUIET
    finally:
        line.connection.close()
    shell.write(f"\n[Connection to {target} closed by foreign host]\n")


EXEC: list[Row] = [
    Command("telnet <target:host> [<port:tcp-port>] { /source-interface <source:interface> "
            "| /ipv4 }*", telnet),
    Command("ssh [-l <user:word>] <target:host>", ssh),
]  # fmt: skip
