"""A lab served by a process of its own, and raw SSH sessions on its devices.

Nothing here knows what a router is: bytes go in, bytes come out.
"""

from __future__ import annotations

import re
import socket
import struct
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import paramiko

from tests.serving import PATIENCE, Serving

NEAR = 8192
PROMPT = re.compile(rb"(?:^|[\r\n])\*?[A-Za-z][\w@:~-]*(?:\([\w-]+\)|[>\w-]*)?[#>$] ?$")
A, B = "Site-A-GW-Router", "Site-B-GW-Router"


class Served(Serving):
    """A lab from a checkpoint, with whoever sits down at its devices."""

    def __init__(self, folder: Path, checkpoint: str = "baseline") -> None:
        super().__init__(folder, "--checkpoint", checkpoint)

    def open(self, device: str, **pty: int) -> Typist:
        """A new connection with a terminal, at its first prompt."""
        typist = Typist(self.login(device), **pty)
        typist.settle()
        return typist

    def ask(self, device: str, *commands: str) -> str:
        """What the last of these commands prints, in a session of its own without paging."""
        with self.open(device) as typist:
            off = "environment no more" if device.startswith("R") else "terminal length 0"
            text = ""
            for command in (off, *commands):
                text = typist.line(command)
        return text


class Typist:
    """Somebody at a terminal: types bytes, and reads when it wants to."""

    def __init__(self, login: dict[str, Any], width: int = 200, height: int = 24) -> None:
        self._client = paramiko.SSHClient()
        self._client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        self._client.connect(
            login["host"],
            login["port"],
            login["username"],
            login["password"],
            allow_agent=False,
            look_for_keys=False,
        )
        self.channel = self._client.invoke_shell(width=width, height=height)
        self.channel.settimeout(PATIENCE)
        self.seen = b""
        """Read, and not yet given to anybody."""

    def type(self, keys: str | bytes) -> None:
        self.channel.sendall(keys.encode() if isinstance(keys, str) else keys)

    def until(self, wanted: str | re.Pattern[bytes]) -> str:
        """Everything up to and including `wanted`; fails if the session ends before."""
        pattern = (
            wanted if isinstance(wanted, re.Pattern) else re.compile(re.escape(wanted).encode())
        )
        start = 0  # of what has not been searched; what is wanted is shorter than NEAR
        while (match := pattern.search(self.seen, start)) is None:
            start = max(0, len(self.seen) - NEAR)
            data = self.channel.recv(65536)
            assert data, f"the session ended after {self.seen[-300:]!r}"
            self.seen += data
        text, self.seen = self.seen[: match.end()], self.seen[match.end() :]
        return text.decode(errors="replace").replace("\r\n", "\n")

    def received(self) -> bytes:
        """What has come and nobody has asked for, without waiting for more."""
        while self.channel.recv_ready():
            self.seen += self.channel.recv(65536)
        return self.seen

    def settle(self) -> str:
        """Everything up to a prompt that nothing follows."""
        return self.until(PROMPT)

    def line(self, command: str) -> str:
        """A command's output, without its echo and the next prompt."""
        self.type(command + "\r")
        self.until(re.compile(re.escape(command).encode() + rb"\r?\n"))
        return self.settle().rpartition("\n")[0]

    def vanish(self) -> None:
        """The connection is torn down without a word of SSH, as when a client is killed."""
        transport = self._client.get_transport()
        assert transport is not None and isinstance(transport.sock, socket.socket)
        transport.sock.shutdown(socket.SHUT_RDWR)
        self._client.close()

    def reset(self) -> None:
        """The connection is torn down with a TCP RST, as when a firewall or a crash does it."""
        transport = self._client.get_transport()
        assert transport is not None and isinstance(transport.sock, socket.socket)
        transport.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.sock.close()
        self._client.close()

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
