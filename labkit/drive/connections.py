"""One pooled netmiko connection per device, and the two things one does with it.

Knows when a connection is stale and where output ends; a device's connection is used by one
thread at a time.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from labkit.drive.inventory import Inventory
from labkit.drive.platforms import open_connection, platform

if TYPE_CHECKING:
    from netmiko import BaseConnection

READ_TIMEOUT = 60.0
"""Seconds that a command's output may take."""
QUESTION = r"(?:\[confirm\]|\[yes/no\]:?|\(y/n\)\??|\]\?|(?:[Uu]sername|[Pp]assword|[Ll]ogin):) ?\Z"
"""What ends output that waits for an answer and not for a command."""


class Unanswered(ValueError):
    """A command asks something; the message quotes the question."""


class Unconfirmed(PermissionError):
    """A real device was to be changed, which only a person at its prompt does."""


class Connections:
    """Opens a device's connection when it is first needed; `close` closes all."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self._open: dict[str, BaseConnection] = {}
        self._locks = {name: threading.RLock() for name in inventory.devices}

    def run(self, name: str, command: str) -> str:
        """Give one command and return what it printed, without echo and prompt.

        Raises Unanswered for one that asks something (the connection is ended, and nothing was
        answered), and netmiko's errors.
        """
        ends = f"(?:{platform(self.inventory[name].platform).prompt}|{QUESTION})"
        with self._locks[name]:
            said = str(
                self._connection(name).send_command(
                    command, expect_string=ends, read_timeout=READ_TIMEOUT
                )
            )
            if asked := re.search(QUESTION, said):
                self._open.pop(name).disconnect()
                question = said[: asked.end()].strip().splitlines()[-1]
                raise Unanswered(f"{name} asks: {question}  Nothing was answered; use `converse`")
            return said

    def converse(self, name: str, lines: Sequence[str], expect: str) -> str:
        """Type lines, each when the pattern `expect` stands at the end of what came; returns all
        that was said.  For what asks questions, and for passwords, which have no echo.

        Raises netmiko's errors.
        """
        said: list[str] = []
        with self._locks[name]:
            connection = self._connection(name)
            for line in lines:
                connection.write_channel(line + connection.RETURN)
                said.append(connection.read_until_pattern(expect, read_timeout=READ_TIMEOUT))
        return "".join(said)

    def configure(self, name: str, lines: Sequence[str]) -> str:
        """Type configuration lines and return the dialogue, prompts and all.

        Raises Unconfirmed for a real device (nothing was typed), and netmiko's errors.
        """
        if self.inventory[name].real:
            raise Unconfirmed(f"{name} is a real device: its lines are for you to type, or not")
        facts = platform(self.inventory[name].platform)
        with self._locks[name]:
            return "".join(
                str(
                    self._connection(name).send_command(
                        line,
                        expect_string=facts.prompt,
                        read_timeout=READ_TIMEOUT,
                        strip_command=False,
                        strip_prompt=False,
                    )
                )
                for line in (facts.enter, *lines, facts.leave)
                if line
            )

    def close(self) -> None:
        """Disconnect from every device."""
        while self._open:
            self._open.popitem()[1].disconnect()

    def _connection(self, name: str) -> BaseConnection:
        connection = self._open.get(name)
        if connection is None or not connection.is_alive():
            device = self.inventory[name]
            connection = open_connection(device.platform, dict(device.netmiko))
            self._open[name] = connection
        return connection
