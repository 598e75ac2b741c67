"""One SSH channel as a session's screen and keyboard.

Knows a channel's flow control and the limit of what is kept for a slow reader: beyond it text
is dropped with a note, and the session is never waited for.  Two threads a session: one blocks
on what is typed, one on what the reader takes.
"""

from __future__ import annotations

import codecs
import threading
from collections import deque

import paramiko

from labkit.sim.serve.port import Session

PENDING_LIMIT = 4_000_000
"""Characters kept for a reader that does not read."""
CHUNK = 32_768
"""Bytes taken from the channel at once."""
REPLY_GRACE = 0.2
"""Seconds to wait for the request's own reply to leave before the first output does."""


class ChannelScreen:
    """The `Screen` of one channel; `attach` starts both directions."""

    def __init__(self, channel: paramiko.Channel) -> None:
        self._channel = channel
        self._news = threading.Condition()
        self._pending: deque[str] = deque()
        self._size = 0
        self._dropped = 0
        self._status: int | None = None
        self.replied = threading.Event()
        """Set when the client has been told that its request is granted: a quick command's
        output and end must not overtake that."""

    def attach(self, session: Session, name: str) -> None:
        """Pass keys to `session` and its output to the channel until either ends."""
        for work, direction in ((self._read, "in"), (self._write, "out")):
            threading.Thread(
                target=work, args=(session,), name=f"ssh {name} {direction}", daemon=True
            ).start()

    def show(self, text: str) -> None:
        if not text:
            return
        with self._news:
            if self._size + len(text) > PENDING_LIMIT:
                self._dropped += len(text)
            else:
                self._pending.append(text)
                self._size += len(text)
            self._news.notify()

    def close(self, status: int) -> None:
        with self._news:
            self._status = status
            self._news.notify()

    def _read(self, session: Session) -> None:
        decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        try:
            while data := self._channel.recv(CHUNK):
                session.feed(decode(data))
        except OSError:
            data = b""
        transport = self._channel.get_transport()
        if self._channel.closed or not transport.is_active():
            session.hang_up()
        else:
            session.end_of_input()

    def _write(self, session: Session) -> None:
        self.replied.wait(REPLY_GRACE)
        try:
            while (text := self._take()) is not None:
                self._channel.sendall(text.encode("utf-8", errors="replace"))
            assert self._status is not None
            self._channel.send_exit_status(self._status)
            self._channel.close()
        except (OSError, EOFError, paramiko.SSHException):
            session.hang_up()

    def _take(self) -> str | None:
        """Everything to send next, waiting for it; None when the session is over."""
        with self._news:
            self._news.wait_for(lambda: self._pending or self._dropped or self._status is not None)
            if not self._pending and not self._dropped:
                return None
            text = "".join(self._pending)
            self._pending.clear()
            self._size = 0
            if self._dropped:
                text += f"\r\n({self._dropped} characters were dropped: this session reads slowly)"
                text += "\r\n"
                self._dropped = 0
            return text
