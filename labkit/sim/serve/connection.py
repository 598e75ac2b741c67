"""One SSH connection's rules: who may log in, and which requests open a session.

Password only (RFC 4252), compared in constant time; `shell` and `exec` requests with or
without a terminal (RFC 4254 section 6).  Forwarding, subsystems and agents are refused, which is
what `paramiko.ServerInterface` does by itself.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable

import paramiko
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_SUCCEEDED,
    cMSG_CHANNEL_SUCCESS,
)
from paramiko.common import OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED as PROHIBITED

from labkit.sim.serve.channel import ChannelScreen
from labkit.sim.serve.port import Login, Opener, Session, Window

SESSIONS_LIMIT = 32
"""Sessions that one connection may hold at a time."""
WIDEST = 1000
"""Columns or lines that a window may have; a client may claim four thousand million."""


class Transport(paramiko.Transport):
    """A transport that tells when it has granted a channel's request."""

    on_granted: Callable[[int], None] = staticmethod(lambda channel: None)

    def _send_user_message(self, data: paramiko.Message) -> None:
        super()._send_user_message(data)  # type: ignore[misc]
        raw = data.asbytes()
        if raw[:1] == cMSG_CHANNEL_SUCCESS:
            self.on_granted(int.from_bytes(raw[1:5], "big"))


class Connection(paramiko.ServerInterface):
    """What paramiko asks while it serves one connection to `device`."""

    def __init__(self, device: str, login: Login, opener: Opener) -> None:
        self.device = device
        self._login = login
        self._opener = opener
        self._windows: dict[int, Window] = {}
        self._sessions: dict[int, tuple[paramiko.Channel, Session]] = {}
        self._screens: dict[int, ChannelScreen] = {}
        """By the client's number of the channel, until its request is granted."""

    def granted(self, channel: int) -> None:
        """The client knows that its request is granted."""
        screen = self._screens.pop(channel, None)
        if screen is not None:
            screen.replied.set()

    # ---- authentication

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_auth_password(self, username: str, password: str | bytes) -> int:
        # paramiko leaves a password that is no UTF-8 as it came.
        tried = password if isinstance(password, bytes) else password.encode()
        user_fits = hmac.compare_digest(username.encode(), self._login.username.encode())
        password_fits = hmac.compare_digest(tried, self._login.password.encode())
        return AUTH_SUCCESSFUL if user_fits and password_fits else AUTH_FAILED

    # ---- channels

    def check_channel_request(self, kind: str, chanid: int) -> int:
        self._sessions = {i: s for i, s in self._sessions.items() if not s[0].closed}
        few = len(self._sessions) < SESSIONS_LIMIT
        return OPEN_SUCCEEDED if kind == "session" and few else PROHIBITED

    def check_channel_pty_request(
        self,
        channel: paramiko.Channel,
        term: bytes,
        width: int,
        height: int,
        pixelwidth: int,
        pixelheight: int,
        modes: bytes,
    ) -> bool:
        self._windows[channel.chanid] = _window(width, height)
        return True

    def check_channel_window_change_request(
        self,
        channel: paramiko.Channel,
        width: int,
        height: int,
        pixelwidth: int,
        pixelheight: int,
    ) -> bool:
        if channel.chanid not in self._sessions:
            return False
        size = _window(width, height)
        self._sessions[channel.chanid][1].resize(size.width, size.height)
        return True

    def check_channel_shell_request(self, channel: paramiko.Channel) -> bool:
        return self._open(channel, None)

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        return self._open(channel, command.decode("utf-8", errors="replace"))

    def _open(self, channel: paramiko.Channel, command: str | None) -> bool:
        if channel.chanid in self._sessions:
            return False
        screen = ChannelScreen(channel)
        self._screens[channel.remote_chanid] = screen
        window = self._windows.get(channel.chanid)
        session = self._opener.open(self.device, screen, window, command)
        self._sessions[channel.chanid] = (channel, session)
        screen.attach(session, self.device)
        return True


def _window(width: int, height: int) -> Window:
    """A window of a size that can be; 0 says that the client does not know."""
    return Window(min(width or 80, WIDEST), min(height or 24, WIDEST))
