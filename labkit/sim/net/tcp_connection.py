"""One TCP connection (RFC 9293): its states, its bytes, its timer.

Bytes in order, retransmission with back-off, FIN and RST, the MSS option and path MTU (RFC 1191).
No congestion control, no urgent data: what comes out of order is dropped and asked for again by a
duplicate acknowledgment.  Must not know: ports that listen, IP.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.protocols.wire import icmp
from labkit.protocols.wire.tcp import ACK, FIN, PSH, RST, SYN, Tcp, mss_option
from labkit.sim.net.clock import SECOND, Timer
from labkit.sim.net.icmp import Answer

if TYPE_CHECKING:
    from labkit.sim.net.tcp import TcpStack

MODULO = 1 << 32
_HALF = 1 << 31
HEADERS = 40
"""Bytes of the IPv4 and TCP headers."""
DEFAULT_MSS = 536
SYN_TRIES = 4
DATA_TRIES = 8
LINGER = 2 * SECOND
"""TIME-WAIT; long enough for the lab's round trips."""

Key = tuple[str, IPv4Address, int, IPv4Address, int]


class State(Enum):
    SYN_SENT = "SYNSENT"
    SYN_RECEIVED = "SYNRCVD"
    ESTABLISHED = "ESTAB"
    FIN_WAIT_1 = "FINWAIT1"
    FIN_WAIT_2 = "FINWAIT2"
    CLOSE_WAIT = "CLOSEWAIT"
    CLOSING = "CLOSING"
    LAST_ACK = "LASTACK"
    TIME_WAIT = "TIMEWAIT"
    CLOSED = "CLOSED"


def _after(a: int, b: int) -> int:
    """How far sequence number `a` is after `b`; negative if before."""
    return (a - b + _HALF) % MODULO - _HALF


def _nothing() -> None:
    pass


class Connection:
    """One connection.  Set the callbacks before time moves on.

    `on_close` gets the reason: "closed" (the peer's FIN), "reset", "refused", "unreachable" or
    "timeout".  After "closed" one may still send, and must `close`.
    """

    def __init__(self, stack: TcpStack, key: Key, ttl: int | None, tos: int, state: State) -> None:
        self.vrf, self.local, self.local_port, self.remote, self.remote_port = key
        self.key = key
        self.state = state
        self.on_connect: Callable[[], None] = _nothing
        self.on_data: Callable[[bytes], None] = lambda data: None
        self.on_close: Callable[[str], None] = lambda reason: None
        self.ttl = ttl
        self.tos = tos
        self._stack = stack
        self._mss = DEFAULT_MSS
        self._first = int.from_bytes(stack.randbytes(4), "big")
        self._acked = self._first
        """The oldest sequence number that is not acknowledged."""
        self._next = self._first
        """The next sequence number to send."""
        self._expected = 0
        self._window = stack.window
        self._unacked = bytearray()
        """Bytes from `_acked` on, sent or not; SYN and FIN are counted apart."""
        self._fin_asked = False
        self._fin_sent = False
        self._timer: Timer | None = None
        self._tries = 0
        self._spoke = False

    # ----------------------------------------------------------------- the user's calls

    def send(self, data: bytes) -> None:
        """Send bytes, now or as soon as the window allows; ignored on a closing connection."""
        if self._fin_asked or self.state is State.CLOSED:
            return
        self._unacked += data
        self._push()

    def close(self) -> None:
        """Send what is left, then FIN."""
        if not self._fin_asked and self.state is not State.CLOSED:
            self._fin_asked = True
            if self.state is State.SYN_SENT:
                self.end(None)
            else:
                self._push()

    def abort(self) -> None:
        """Send RST and forget the connection; `on_close` is not called."""
        if self.state not in (State.CLOSED, State.SYN_SENT, State.TIME_WAIT):
            self._emit(RST | ACK, self._next)
        self.end(None)

    # ----------------------------------------------------------------- sending

    def open(self) -> None:
        """Send SYN (or SYN and ACK, if one has come)."""
        flags = SYN if self.state is State.SYN_SENT else SYN | ACK
        self._emit(flags, self._first, options=mss_option(self._stack.mss(self.vrf, self.remote)))
        self._next = (self._first + 1) % MODULO
        self._arm()

    def _push(self) -> None:
        """Send what the peer's window takes."""
        if self.state not in (State.ESTABLISHED, State.CLOSE_WAIT):
            return
        while True:
            sent = _after(self._next, self._acked)
            size = min(self._mss, len(self._unacked) - sent, self._window - sent)
            if size <= 0:
                break
            chunk = bytes(self._unacked[sent : sent + size])
            self._emit(ACK | PSH, self._next, chunk)
            self._next = (self._next + size) % MODULO
        sent = _after(self._next, self._acked)
        if self._fin_asked and not self._fin_sent and sent == len(self._unacked):
            self._emit(ACK | FIN | PSH, self._next)
            self._next = (self._next + 1) % MODULO
            self._fin_sent = True
            closing = self.state is State.CLOSE_WAIT
            self.state = State.LAST_ACK if closing else State.FIN_WAIT_1
        if self._next != self._acked and self._timer is None:
            self._arm()

    def _emit(self, flags: int, sequence: int, payload: bytes = b"", options: bytes = b"") -> None:
        self._spoke = True
        ack = self._expected if flags & ACK else 0
        window = self._stack.window
        segment = Tcp(
            self.local_port, self.remote_port, sequence, ack, flags, window, payload, options
        )
        self._stack.transmit(self, segment)

    def _arm(self) -> None:
        delay = self._stack.first_retry << self._tries
        self._timer = self._stack.after(delay, self._again)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _again(self) -> None:
        """No acknowledgment in time: go back to the oldest byte that lacks one."""
        self._timer = None
        self._tries += 1
        opening = self.state in (State.SYN_SENT, State.SYN_RECEIVED)
        if self._tries > (SYN_TRIES if opening else DATA_TRIES):
            self.end("timeout")
        elif opening:
            self.open()
        else:
            self._rewind()

    def _rewind(self) -> None:
        self._next = self._acked
        if self._fin_sent:
            self._fin_sent = False
            back = self.state in (State.LAST_ACK, State.CLOSING)
            self.state = State.CLOSE_WAIT if back else State.ESTABLISHED
        self._push()

    # ----------------------------------------------------------------- receiving

    def receive(self, segment: Tcp) -> None:
        """A segment of this connection."""
        if self.state is State.SYN_SENT:
            self._receive_opening(segment)
            return
        if segment.flags & RST:
            if abs(_after(segment.sequence, self._expected)) < self._stack.window:
                self.end("reset")
            return
        self._spoke = False
        if segment.flags & SYN:
            if self.state is State.SYN_RECEIVED:
                self.open()
            else:
                self._emit(ACK, self._next)
            return
        if segment.flags & ACK:
            self._acknowledged(segment)
        if self.state is not State.CLOSED and self.state is not State.SYN_RECEIVED:
            self._take(segment)

    def _receive_opening(self, segment: Tcp) -> None:
        fits = segment.acknowledgment == (self._first + 1) % MODULO
        if segment.flags & RST:
            if segment.flags & ACK and fits:
                self.end("refused")
        elif segment.flags & SYN and segment.flags & ACK and fits:
            self.learn_peer(segment)
            self._established(segment)
            self._emit(ACK, self._next)
            self.on_connect()
            self._push()

    def learn_peer(self, segment: Tcp) -> None:
        """Take sequence number, MSS and window from the peer's SYN."""
        self._expected = (segment.sequence + 1) % MODULO
        own = self._stack.mss(self.vrf, self.remote)
        self._mss = min(segment.mss or DEFAULT_MSS, own)
        self._window = segment.window

    def _established(self, segment: Tcp) -> None:
        self._disarm()
        self._tries = 0
        self._acked = segment.acknowledgment
        self._window = segment.window
        self.state = State.ESTABLISHED

    def _acknowledged(self, segment: Tcp) -> None:
        if self.state is State.SYN_RECEIVED:
            if segment.acknowledgment != self._next:
                return
            self._established(segment)
            self.on_connect()
        progress = _after(segment.acknowledgment, self._acked)
        if progress < 0 or _after(segment.acknowledgment, self._next) > 0:
            return
        self._window = segment.window
        if progress:
            self._disarm()
            self._tries = 0
            self._acked = segment.acknowledgment
            del self._unacked[:progress]
            if self._fin_sent and self._acked == self._next:
                self._fin_acknowledged()
            elif self._acked != self._next:
                self._arm()
        self._push()

    def _fin_acknowledged(self) -> None:
        if self.state is State.FIN_WAIT_1:
            self.state = State.FIN_WAIT_2
        elif self.state is State.CLOSING:
            self._linger()
        elif self.state is State.LAST_ACK:
            self.end(None)

    def _take(self, segment: Tcp) -> None:
        """Take data and FIN, if they are what comes next."""
        length = len(segment.payload) + bool(segment.flags & FIN)
        if not length:
            return
        if segment.sequence != self._expected:
            self._emit(ACK, self._next)
            return
        self._expected = (self._expected + length) % MODULO
        if segment.payload:
            self.on_data(segment.payload)
        if segment.flags & FIN and self.state is not State.CLOSED:
            self._peer_closed()
        if not self._spoke and self.state is not State.CLOSED:
            self._emit(ACK, self._next)

    def _peer_closed(self) -> None:
        if self.state is State.ESTABLISHED:
            self.state = State.CLOSE_WAIT
            self.on_close("closed")
        elif self.state is State.FIN_WAIT_1:
            self.state = State.CLOSING
        elif self.state is State.FIN_WAIT_2:
            self._emit(ACK, self._next)
            self._linger()

    def unreachable(self, answer: Answer) -> None:
        """An ICMP error about a segment of ours."""
        mtu = answer.message.mtu
        if answer.message.type != icmp.UNREACHABLE:
            return
        if answer.message.code == icmp.FRAGMENTATION_NEEDED:
            if HEADERS < mtu < self._mss + HEADERS:
                self._mss = mtu - HEADERS
                self._disarm()
                self._rewind()
        elif self.state is State.SYN_SENT:
            # RFC 1122 §4.2.3.9: an established connection outlives these errors.
            self.end("unreachable")

    def _linger(self) -> None:
        self.state = State.TIME_WAIT
        self._disarm()
        self._stack.after(LINGER, lambda: self.end(None))

    def end(self, reason: str | None) -> None:
        """Forget the connection, telling its user why unless it was the user's doing."""
        if self.state is State.CLOSED:
            return
        self.state = State.CLOSED
        self._disarm()
        self._stack.forget(self)
        if reason is not None:
            self.on_close(reason)
