"""The Telnet server of an IOS gateway (RFC 854, 857, 858): a vty for each connection.

Every echoed character leaves in a segment of its own as it is typed, which is what makes a
password readable on the wire.  The shell inside the network has no owner but the network's
clock, which resumes it here.  Must not know what is typed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.protocols.wire.ipv4 import IPv4
from labkit.sim.model.facts import Vty
from labkit.sim.net.acl import first_match
from labkit.sim.net.clock import Timer
from labkit.sim.net.tcp import Connection
from labkit.sim.routers.jobs import NEVER, Wait, _never

if TYPE_CHECKING:
    from labkit.sim.routers.ios.device import IosDevice
    from labkit.sim.routers.ios.shell import IosShell

PORT = 23
TOS = 0xC0
IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
ECHO, SUPPRESS_GO_AHEAD, TERMINAL_TYPE, WINDOW_SIZE = 1, 3, 24, 31
GREETING = bytes((IAC, WILL, ECHO, IAC, WILL, SUPPRESS_GO_AHEAD,
                  IAC, DO, TERMINAL_TYPE, IAC, DO, WINDOW_SIZE))  # fmt: skip
POLL = 1_000
"""Microseconds between looks at what a command waits for."""
LINES = 5
"""`line vty 0 4`."""


class TelnetServer:
    """Listens where the configuration lets Telnet in."""

    def __init__(self, device: IosDevice) -> None:
        self._device = device
        self._listening = False
        self.lines: list[VtyConnection] = []

    def configure(self, vty: Vty | None) -> None:
        """Open or close the port."""
        wanted = vty is not None and "telnet" in vty.transports
        if wanted and not self._listening:
            self._device.router.tcp.listen(PORT, self._accept, tos=TOS)
        elif self._listening and not wanted:
            self._device.router.tcp.unlisten(PORT)
        self._listening = wanted

    def reset(self) -> None:
        """A reload: the lines are free."""
        for line in list(self.lines):
            line.drop()

    def _accept(self, connection: Connection) -> None:
        if len(self.lines) >= LINES or not self._admits(connection):
            connection.abort()
            return
        line = VtyConnection(self, self._device, connection)
        self.lines.append(line)

    def _admits(self, connection: Connection) -> bool:
        """`access-class`, and the quiet mode of `login block-for`."""
        if self._device.logins.quiet:
            return False

        facts = self._device.router.facts
        name = facts.access.vty.acl_in if facts.access.vty else None
        acl = next((each for each in facts.acls if each.name == name), None)
        if acl is None or not acl.entries:
            return True
        ace = first_match(acl, IPv4(connection.remote, connection.local, 6))
        return ace is not None and ace.permit


class VtyConnection:
    """One Telnet session: a connection, a shell, and the timer that runs it."""

    def __init__(self, server: TelnetServer, device: IosDevice, connection: Connection) -> None:
        self._server = server
        self._clock = device.router.clock
        self._connection = connection
        self._timer: Timer | None = None
        self._rest = b""
        self._open = True
        self.shell: IosShell = device.open_shell("telnet")
        self.shell.peer = connection.remote
        self.shell.on_notice = self._pump
        connection.on_connect = self._connected
        connection.on_data = self._typed
        connection.on_close = lambda reason: self.drop()

    def drop(self) -> None:
        """The session is over, from whichever side."""
        if not self._open:
            return
        self._open = False
        if self._timer is not None:
            self._timer.cancel()
        self._connection.close()
        self._server.lines.remove(self)
        self.shell.hang_up()

    def _connected(self) -> None:
        self._connection.send(GREETING)
        self.shell.start()
        self._pump()

    def _typed(self, data: bytes) -> None:
        text, self._rest = strip_commands(self._rest + data)
        if text:
            self.shell.feed(text)
            self._pump()

    def _pump(self) -> None:
        """Let the shell run as far as it can, send what it wrote, and set the next timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while (wait := self.shell.waiting()) is not None and self._due(wait):
            self.shell.resume()
        text = self.shell.output()
        if text:
            self._connection.send(text.encode("latin-1", "replace"))
        if self.shell.closed:
            self.drop()
            return
        if wait is None:
            return
        watching = wait.done is not _never
        at = min(wait.until, self._clock.now + POLL) if watching else wait.until
        if at < NEVER:
            self._timer = self._clock.at(at, self._on_timer)

    def _due(self, wait: Wait) -> bool:
        return self._clock.now >= wait.until or wait.done()

    def _on_timer(self) -> None:
        self._timer = None
        if self._open:
            self._pump()


def strip_commands(data: bytes) -> tuple[str, bytes]:
    """Telnet data as (the keys in it, an unfinished command at its end)."""
    text = bytearray()
    i = 0
    while i < len(data):
        if data[i] != IAC:
            text.append(data[i])
            i += 1
            continue
        length = _command_length(data[i:])
        if not length:
            return _keys(text), data[i:]
        if data[i + 1] == IAC:
            text.append(IAC)
        i += length
    return _keys(text), b""


def _keys(text: bytearray) -> str:
    return text.decode("latin-1").replace("\r\0", "\r")


def _command_length(data: bytes) -> int:
    """Bytes of the command that `data` begins with, 0 if it is not all there."""
    if len(data) < 2:
        return 0
    if data[1] == SB:
        end = data.find(bytes((IAC, SE)))
        return end + 2 if end >= 0 else 0
    if data[1] in (DO, DONT, WILL, WONT):
        return 3 if len(data) >= 3 else 0
    return 2
