"""The finite state machine of one BGP neighbour (RFC 4271 §8), sans I/O.

The caller owns the TCP connection: it reports what happens to it, hands over what arrives,
carries out `outbox` (Connect, Send, Close), and calls `on_timer` when `next_timer` says so.
Of two neighbours the one with the higher address opens the connection: RFC 4271 §6.8 would keep
that one of two anyhow.  Must not know: routes, policies, sockets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from labkit.protocols.wire import DecodeError
from labkit.protocols.wire import bgp as wire
from labkit.sim.net.bgp.terms import (
    Action,
    Close,
    Connect,
    Down,
    Established,
    Learned,
    Local,
    MessageCounts,
    Notified,
    RefreshAsked,
    Send,
    SessionEvent,
)

SECOND = 1_000_000
CONNECT_RETRY = 5 * SECOND
"""Far below the RFC's 120 s: a lab is watched."""
IDLE_HOLD = 10 * SECOND
OPEN_HOLD = 240 * SECOND
"""The large hold time of §8.2.2 while an OPEN is awaited."""

CEASE, HOLD_TIMER_EXPIRED, FSM_ERROR, OPEN_ERROR, HEADER_ERROR = 6, 4, 5, 2, 1
BAD_PEER_AS = 2


class State(Enum):
    IDLE = "Idle"
    CONNECT = "Connect"
    ACTIVE = "Active"
    OPEN_SENT = "OpenSent"
    OPEN_CONFIRM = "OpenConfirm"
    ESTABLISHED = "Established"


class Event(Enum):
    """The events of §8.1 that this lab has, under the RFC's names."""

    RETRY = "ConnectRetryTimer_Expires"
    HOLD = "HoldTimer_Expires"
    KEEPALIVE = "KeepaliveTimer_Expires"
    CONFIRMED = "TcpConnectionConfirmed"
    FAILED = "TcpConnectionFails"
    OPEN = "BGPOpen"
    BAD = "BGPOpenMsgErr"
    NOTIFICATION = "NotifMsg"
    KEEPALIVE_MESSAGE = "KeepAliveMsg"
    UPDATE = "UpdateMsg"


@dataclass
class Session:
    """One neighbour.  `since` is the time of the last change into or out of Established."""

    local: Local
    state: State = State.IDLE
    since: int = 0
    remote: wire.Open | None = None
    sent: MessageCounts = field(default_factory=MessageCounts)
    received: MessageCounts = field(default_factory=MessageCounts)
    established_count: int = 0
    last_reset: str = "never"
    hold_time: int = 0
    """Negotiated seconds; 0 before."""
    _stream: bytes = b""
    _timers: dict[Event, int] = field(default_factory=dict)
    _outbox: list[Action] = field(default_factory=list)
    _events: list[SessionEvent] = field(default_factory=list)
    _message: wire.Message | None = None
    _error: tuple[int, int, bytes] = (0, 0, b"")

    # ----------------------------------------------------------------- the verbs

    def start(self, now: int, delay: int = 0) -> None:
        """The neighbour is configured and its interface is up."""
        if self.state is State.IDLE and Event.RETRY not in self._timers:
            self._timers[Event.RETRY] = now + delay

    def stop(self, now: int, reason: str, notify: bool = True) -> None:
        """Shut down; without `notify` nothing more can be sent (the interface is gone)."""
        self._timers.pop(Event.RETRY, None)
        if self.state is State.IDLE:
            return
        if notify and self.state not in (State.CONNECT, State.ACTIVE):
            self._notify(CEASE, 2)
        self._drop(now, reason)

    def confirmed(self, now: int) -> None:
        """TCP is connected, whoever opened it."""
        self._handle(Event.CONFIRMED, now)

    def failed(self, now: int) -> None:
        """TCP could not connect, or closed."""
        self._handle(Event.FAILED, now)

    def receive(self, data: bytes, now: int) -> None:
        """Bytes arrived on the connection; without one they are too late to matter."""
        if self.state not in _TALKING:
            return
        self._stream += data
        try:
            messages, self._stream = wire.split_stream(self._stream)
            for each in messages:
                self._take(wire.decode_message(each), now)
                if self.state not in _TALKING:
                    return
        except DecodeError:
            self._error = (HEADER_ERROR, 1, b"")
            self._handle(Event.BAD, now)

    def send_update(self, update: wire.Update) -> None:
        """Tell the neighbour; only while Established."""
        self._send(update)

    def ask_again(self) -> None:
        """Have the neighbour send all its routes once more; only while Established."""
        self._send(wire.RouteRefresh())

    def next_timer(self) -> int | None:
        return min(self._timers.values(), default=None)

    def on_timer(self, now: int) -> None:
        """Handle what is due, in the order of time."""
        for event, due in sorted(self._timers.items(), key=lambda each: each[1]):
            if due <= now and self._timers.pop(event, None) is not None:
                self._handle(event, now)

    def outbox(self) -> list[Action]:
        taken, self._outbox = self._outbox, []
        return taken

    def events(self) -> list[SessionEvent]:
        taken, self._events = self._events, []
        return taken

    # ----------------------------------------------------------------- the machine

    def _handle(self, event: Event, now: int) -> None:
        action = _TABLE.get((self.state, event))
        if action is None:
            if event in (Event.KEEPALIVE_MESSAGE, Event.UPDATE, Event.OPEN):
                self._error = (FSM_ERROR, 0, b"")
                _bad(self, now)
                return
            raise ValueError(f"BGP: {event} in {self.state}")
        self.state = action(self, now)

    def _take(self, message: wire.Message, now: int) -> None:
        self.received.count(message)
        self._message = message
        match message:
            case wire.Open():
                self._handle(self._judge(message), now)
            case wire.Keepalive():
                self._handle(Event.KEEPALIVE_MESSAGE, now)
            case wire.Update():
                self._handle(Event.UPDATE, now)
            case wire.Notification():
                self._handle(Event.NOTIFICATION, now)
            case wire.RouteRefresh():
                if self.state is State.ESTABLISHED:
                    self._events.append(RefreshAsked())

    def _judge(self, message: wire.Open) -> Event:
        asn = message.four_octet_as or message.asn
        if self.local.remote_as is None or asn != self.local.remote_as:
            self._error = (OPEN_ERROR, BAD_PEER_AS, asn.to_bytes(2 if asn < 65536 else 4, "big"))
            return Event.BAD
        return Event.OPEN

    def _send(self, message: wire.Message) -> None:
        self.sent.count(message)
        self._outbox.append(Send(message.encode()))

    def _notify(self, code: int, subcode: int, data: bytes = b"") -> None:
        self._send(wire.Notification(code, subcode, data))
        self._events.append(Notified(True, code, subcode, data))

    def _drop(self, now: int, reason: str) -> None:
        """Back to Idle, everything forgotten but the counters."""
        if self.state is State.ESTABLISHED:
            self.since = now
            self.last_reset = reason
            self._events.append(Down(reason))
        self._timers.clear()
        self._stream, self.hold_time = b"", 0
        self._outbox.append(Close())
        self.state = State.IDLE


_Action = Callable[[Session, int], State]


def _begin(s: Session, now: int) -> State:
    """Open the connection, or wait for the other side to do so."""
    if not s.local.active:
        return State.ACTIVE
    s._outbox.append(Connect())
    s._timers[Event.RETRY] = now + CONNECT_RETRY
    return State.CONNECT


def _retry(s: Session, now: int) -> State:
    s._outbox.append(Close())
    return _begin(s, now)


def _wait_again(s: Session, now: int) -> State:
    s._timers[Event.RETRY] = now + CONNECT_RETRY
    return State.ACTIVE


def _listen_again(s: Session, now: int) -> State:
    return State.ACTIVE if not s.local.active else _wait_again(s, now)


def _say_open(s: Session, now: int) -> State:
    local = s.local
    capabilities = (wire.IPV4_UNICAST, wire.Capability(2), wire.four_octet_as_capability(local.asn))
    s._stream = b""
    s._send(wire.Open(local.asn, local.hold_time, local.router_id, capabilities))
    s._timers = {Event.HOLD: now + OPEN_HOLD}
    return State.OPEN_SENT


def _accept_open(s: Session, now: int) -> State:
    message = s._message
    assert isinstance(message, wire.Open)
    s.remote = message
    s.hold_time = min(s.local.hold_time, message.hold_time)
    s._send(wire.Keepalive())
    _restart_hold(s, now)
    _restart_keepalive(s, now)
    return State.OPEN_CONFIRM


def _establish(s: Session, now: int) -> State:
    _restart_hold(s, now)
    s.since = now
    s.established_count += 1
    s._events.append(Established())
    return State.ESTABLISHED


def _alive(s: Session, now: int) -> State:
    _restart_hold(s, now)
    return s.state


def _learn(s: Session, now: int) -> State:
    assert isinstance(s._message, wire.Update)
    s._events.append(Learned(s._message))
    return _alive(s, now)


def _keep_alive(s: Session, now: int) -> State:
    s._send(wire.Keepalive())
    _restart_keepalive(s, now)
    return s.state


def _restart_hold(s: Session, now: int) -> None:
    if s.hold_time:
        s._timers[Event.HOLD] = now + s.hold_time * SECOND


def _restart_keepalive(s: Session, now: int) -> None:
    if s.hold_time:
        s._timers[Event.KEEPALIVE] = now + min(s.local.keepalive, s.hold_time // 3) * SECOND


def _rest(s: Session, now: int, reason: str) -> State:
    """To Idle, and from there to a new attempt after a while."""
    s._drop(now, reason)
    s._timers[Event.RETRY] = now + IDLE_HOLD
    return State.IDLE


def _lost(s: Session, now: int) -> State:
    return _rest(s, now, "Peer closed the session")


def _told(s: Session, now: int) -> State:
    message = s._message
    assert isinstance(message, wire.Notification)
    s._events.append(Notified(False, message.code, message.subcode, message.data))
    return _rest(s, now, "BGP Notification received")


def _bad(s: Session, now: int) -> State:
    s._notify(*s._error)
    return _rest(s, now, "BGP Notification sent")


def _silent(s: Session, now: int) -> State:
    s._notify(HOLD_TIMER_EXPIRED, 0)
    return _rest(s, now, "BGP Notification sent")


def _ignore(s: Session, now: int) -> State:
    return s.state


_S, _E = State, Event
_TALKING = (_S.OPEN_SENT, _S.OPEN_CONFIRM, _S.ESTABLISHED)
_TABLE: dict[tuple[State, Event], _Action] = {
    (_S.IDLE, _E.RETRY): _begin,
    (_S.IDLE, _E.FAILED): _ignore,
    (_S.CONNECT, _E.RETRY): _retry,
    (_S.CONNECT, _E.CONFIRMED): _say_open,
    (_S.CONNECT, _E.FAILED): _wait_again,
    (_S.ACTIVE, _E.RETRY): _begin,
    (_S.ACTIVE, _E.CONFIRMED): _say_open,
    (_S.ACTIVE, _E.FAILED): _listen_again,
    (_S.OPEN_SENT, _E.OPEN): _accept_open,
    (_S.OPEN_CONFIRM, _E.KEEPALIVE_MESSAGE): _establish,
    (_S.OPEN_CONFIRM, _E.KEEPALIVE): _keep_alive,
    (_S.ESTABLISHED, _E.KEEPALIVE_MESSAGE): _alive,
    (_S.ESTABLISHED, _E.UPDATE): _learn,
    (_S.ESTABLISHED, _E.KEEPALIVE): _keep_alive,
    **{(state, _E.FAILED): _lost for state in _TALKING},
    **{(state, _E.NOTIFICATION): _told for state in _TALKING},
    **{(state, _E.BAD): _bad for state in _TALKING},
    **{(state, _E.HOLD): _silent for state in _TALKING},
}
