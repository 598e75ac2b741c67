"""One SSH session at a device's prompt: keys out, text in, two threads.

Takes an inventory's device, simulated or real, with the arguments that netmiko takes, so that what
works for one works for the other.  Knows paramiko; must not know widgets.  Whoever opens it is told
what came and what became of the session, in the session's own thread.
"""

from __future__ import annotations

import codecs
import queue
import re
import threading
from collections.abc import Callable, Mapping
from typing import Any

import paramiko

from labkit.drive.inventory import Device

CHUNK = 65_536
"""Bytes taken from the channel at once."""
TIMEOUT = 15.0
"""Seconds that a device may take to answer, unless its entry says otherwise."""

Heard = Callable[[str], None]
Became = Callable[[str, str], None]
"""Told ("connected" or "closed", why)."""


class Terminal:
    """Connects at once, in its own thread; ends by `close` or when the device ends it."""

    def __init__(
        self, device: Device, heard: Heard, became: Became, width: int = 80, height: int = 24
    ) -> None:
        self._device = device
        self._heard = heard
        self._became = became
        self._window = width, height
        self._keys: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._client: paramiko.SSHClient | None = None
        self._closing = False
        threading.Thread(target=self._run, name=f"console {device.name}", daemon=True).start()

    def send(self, keys: str) -> None:
        """Type; returns at once."""
        self._keys.put(keys)

    def close(self) -> None:
        """End the session; nothing is heard of it afterwards.  Harmless a second time."""
        self._closing = True
        self._keys.put(None)
        client = self._client
        if client is not None:
            client.close()

    def _run(self) -> None:
        try:
            channel = self._connect()
            self._tell("connected", "")
            writer = threading.Thread(
                target=self._write, args=(channel,), name=f"keys {self._device.name}", daemon=True
            )
            writer.start()
            self._read(channel)
            self._tell("closed", "the device ended the session")
        except (OSError, EOFError, ValueError, paramiko.SSHException) as error:
            self._tell("closed", explain(error))
        finally:
            self.close()

    def _connect(self) -> paramiko.Channel:
        told = self._device.netmiko
        if re.search("telnet|serial", str(told.get("device_type"))):
            raise ValueError("a console speaks SSH only")
        client = self._client = paramiko.SSHClient()
        if told.get("system_host_keys"):
            client.load_system_host_keys()
        policy = paramiko.RejectPolicy if told.get("ssh_strict") else paramiko.AutoAddPolicy
        client.set_missing_host_key_policy(policy())
        client.connect(**login(told))
        if self._closing:
            client.close()
            raise EOFError("closed")
        width, height = self._window
        return client.invoke_shell(term="vt100", width=width, height=height)

    def _read(self, channel: paramiko.Channel) -> None:
        decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        while data := channel.recv(CHUNK):
            if self._closing:
                return
            self._heard(decode(data))

    def _write(self, channel: paramiko.Channel) -> None:
        try:
            while (keys := self._keys.get()) is not None:
                channel.sendall(keys.encode("utf-8", errors="replace"))
        except (OSError, EOFError, paramiko.SSHException):
            pass  # the reader learns it too, and says so

    def _tell(self, state: str, why: str) -> None:
        if not self._closing:
            self._became(state, why)


def login(told: Mapping[str, Any]) -> dict[str, Any]:
    """paramiko's arguments for netmiko's, with netmiko's defaults."""
    use_keys = bool(told.get("use_keys") or told.get("key_file") or told.get("pkey"))
    timeout = float(told.get("conn_timeout") or TIMEOUT)
    return {
        "hostname": told["host"],
        "port": int(told.get("port") or 22),
        "username": told.get("username"),
        "password": told.get("password"),
        "pkey": told.get("pkey"),
        "key_filename": told.get("key_file"),
        "passphrase": told.get("passphrase"),
        "look_for_keys": use_keys,
        "allow_agent": bool(told.get("allow_agent")),
        "disabled_algorithms": told.get("disabled_algorithms"),
        "timeout": timeout,
        "banner_timeout": timeout,
        "auth_timeout": timeout,
    }


def explain(error: Exception) -> str:
    """Why there is no session, in a line that names no password."""
    if isinstance(error, paramiko.AuthenticationException):
        return "the device refused the login"
    if isinstance(error, paramiko.ssh_exception.NoValidConnectionsError | ConnectionError):
        return "nothing answers at the device's address"
    if isinstance(error, TimeoutError):
        return "the device did not answer in time"
    return str(error) or "the session broke off"
