"""The SSH servers of a lab: one listening port a device, one thread that accepts for all.

Knows sockets, the host key and the ports; a connection's own thread is paramiko's Transport.
Binds 127.0.0.1 and nothing else.  Raises OSError for a port that is taken.
"""

from __future__ import annotations

import io
import logging
import selectors
import socket
import sys
import threading
import time
from collections.abc import Iterable

import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from labkit.sim.serve.connection import Connection, Transport
from labkit.sim.serve.port import HOST, Login, Opener

BACKLOG = 64
LOGIN_GRACE = 60.0
"""Seconds that a connection may take to log in."""
STRANGERS_LIMIT = 64
"""Connections that have not logged in yet; one more ends the oldest of them, so that whoever
only connects can neither fill the process with threads nor keep the owner out."""
KEEPALIVE = 60
"""Seconds after which a silent connection is asked for a sign of life."""
LOG = "labkit.sim.serve"

logging.getLogger(LOG).addHandler(logging.NullHandler())


def host_key() -> paramiko.PKey:
    """A fresh Ed25519 key: quick to make, quick to use, first in every client's list."""
    text = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    )
    return paramiko.Ed25519Key.from_private_key(io.StringIO(text.decode("ascii")))


class SshServers:
    """Listening as soon as it is made; `ports` says where; `close` ends every connection."""

    def __init__(
        self, devices: Iterable[str], login: Login, opener: Opener, first_port: int | None = None
    ) -> None:
        self._login = login
        self._opener = opener
        self._key = host_key()
        self._transports: dict[paramiko.Transport, float] = {}
        """Every connection, and until when it may take to log in."""
        self._selector = selectors.DefaultSelector()
        self._stop, wake = socket.socketpair()
        self._selector.register(wake, selectors.EVENT_READ, None)
        self.ports: dict[str, int] = {}
        try:
            for i, device in enumerate(devices):
                listener = _listen(0 if first_port is None else first_port + i)
                self._selector.register(listener, selectors.EVENT_READ, device)
                self.ports[device] = listener.getsockname()[1]
        except OSError:
            self._close_sockets()
            raise
        self._thread = threading.Thread(target=self._accept_all, name="ssh accept", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop accepting and end every connection."""
        self._stop.close()
        self._thread.join()
        for transport in list(self._transports):
            transport.close()
        self._close_sockets()

    def _close_sockets(self) -> None:
        for key in list(self._selector.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()
        self._selector.close()

    def _accept_all(self) -> None:
        while True:
            ready = self._selector.select(LOGIN_GRACE / 4 if self._transports else None)
            self._forget_the_gone()
            for key, _ in ready:
                if key.data is None:
                    return
                assert isinstance(key.fileobj, socket.socket)
                try:
                    client, _ = key.fileobj.accept()
                    self._serve(key.data, client)
                    self._forget_the_gone()
                except (OSError, EOFError, paramiko.SSHException) as error:
                    logging.getLogger(LOG).info("connection to %s: %s", key.data, error)

    def _serve(self, device: str, client: socket.socket) -> None:
        """Hand a connection to a Transport, which goes on in a thread of its own."""
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport = Transport(client)
        connection = Connection(device, self._login, self._opener)
        transport.on_granted = connection.granted
        transport.set_log_channel(f"{LOG}.ssh")
        transport.add_server_key(self._key)
        transport.set_keepalive(KEEPALIVE)
        self._transports[transport] = time.monotonic() + LOGIN_GRACE
        transport.start_server(event=threading.Event(), server=connection)

    def _forget_the_gone(self) -> None:
        now = time.monotonic()
        for transport in [each for each in self._transports if not each.is_active()]:
            del self._transports[transport]
        strangers = [each for each in self._transports if not each.is_authenticated()]
        beyond = len(strangers) - STRANGERS_LIMIT
        for number, transport in enumerate(strangers):  # the oldest first
            if number < beyond or now > self._transports[transport]:
                transport.close()
                del self._transports[transport]


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        raise OSError(f"port {port} on {HOST} is not free: {error}") from error
    return listener
