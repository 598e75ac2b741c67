"""One virtual router of VRRP version 2: the state machine of RFC 3768 §6.4, sans I/O.

Knows its own priority, its timers and what it hears.  The caller hands over advertisements and
time (microseconds), and takes what `outbox` holds: an advertisement to send, or `ANNOUNCE`,
the gratuitous ARPs of a router that has become master.
Must not know: interfaces, frames, clocks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address
from typing import Literal

from labkit.protocols.wire.vrrp import PRIORITY_OWNER, PRIORITY_STOP, Vrrp
from labkit.sim.model.facts import VrrpGroup

SECOND = 1_000_000
ANNOUNCE: Literal["announce"] = "announce"


class State(Enum):
    INITIALIZE = "Init"
    BACKUP = "Backup"
    MASTER = "Master"


class Event(Enum):
    STARTUP = "Startup"
    SHUTDOWN = "Shutdown"
    MASTER_DOWN_TIMER = "Master_Down_Timer fired"
    ADVER_TIMER = "Adver_Timer fired"
    PRIORITY_ZERO = "ADVERTISEMENT with priority 0"
    BETTER = "ADVERTISEMENT of a better or accepted master"
    WORSE = "ADVERTISEMENT of a worse master"


@dataclass(frozen=True, slots=True)
class Transition:
    """The machine changed state."""

    before: State
    after: State
    cause: Event


class VirtualRouter:
    """The machine of one VRID on one interface with primary address `address`."""

    def __init__(self, group: VrrpGroup, address: IPv4Address) -> None:
        self.group = group
        self.address = address
        self.state = State.INITIALIZE
        self.since = 0
        self.master: IPv4Address | None = None
        """The router that is master, as far as we know."""
        self.master_priority = 0
        self._timer: int | None = None
        self._outbox: list[Vrrp | Literal["announce"]] = []
        self._events: list[Transition] = []

    # ----------------------------------------------------------------- what a caller reads

    @property
    def priority(self) -> int:
        """255 for the owner of the address, whatever was configured."""
        return PRIORITY_OWNER if self.address in self.group.addresses else self.group.priority

    @property
    def skew_time(self) -> int:
        return (256 - self.priority) * SECOND // 256

    @property
    def master_down_interval(self) -> int:
        return 3 * self.group.advertisement_interval * SECOND + self.skew_time

    def next_timer(self) -> int | None:
        """When `on_timer` wants to be called."""
        return self._timer

    def outbox(self) -> list[Vrrp | Literal["announce"]]:
        """Take what is to be sent."""
        taken, self._outbox = self._outbox, []
        return taken

    def events(self) -> list[Transition]:
        """Take the state changes since the last call."""
        taken, self._events = self._events, []
        return taken

    # ----------------------------------------------------------------- what a caller does

    def startup(self, now: int) -> None:
        """The interface is up and the group enabled."""
        self._handle(Event.STARTUP, now)

    def shutdown(self, now: int) -> None:
        """The interface went down or the group was disabled."""
        self._handle(Event.SHUTDOWN, now)

    def on_timer(self, now: int) -> None:
        """The time of `next_timer` has come."""
        if self._timer is None or now < self._timer:
            return
        master = self.state is State.MASTER
        self._handle(Event.ADVER_TIMER if master else Event.MASTER_DOWN_TIMER, now)

    def receive(self, advertisement: Vrrp, source: IPv4Address, now: int) -> None:
        """An advertisement that arrived with TTL 255 from another router on the link."""
        if self.state is State.INITIALIZE:
            return
        if advertisement.vrid != self.group.vrid:
            return
        if advertisement.interval != self.group.advertisement_interval:
            return
        self._handle(self._judge(advertisement, source), now)
        if self.state is State.BACKUP and advertisement.priority >= self.master_priority:
            self.master, self.master_priority = source, advertisement.priority

    def _judge(self, advertisement: Vrrp, source: IPv4Address) -> Event:
        if advertisement.priority == PRIORITY_STOP:
            return Event.PRIORITY_ZERO
        if self.state is State.BACKUP:
            accepted = not self.group.preempt or advertisement.priority >= self.priority
            return Event.BETTER if accepted else Event.WORSE
        theirs = (advertisement.priority, source)
        return Event.BETTER if theirs > (self.priority, self.address) else Event.WORSE

    # ----------------------------------------------------------------- the machine

    def _handle(self, event: Event, now: int) -> None:
        try:
            action = _TABLE[self.state, event]
        except KeyError:
            raise ValueError(f"VRRP {self.group.vrid}: {event} in {self.state}") from None
        before = self.state
        self.state = action(self, now)
        if self.state is not before:
            self.since = now
            self._events.append(Transition(before, self.state, event))

    def _start(self, now: int) -> State:
        if self.priority == PRIORITY_OWNER:
            return self._become_master(now)
        return self._await_master(now)

    def _await_master(self, now: int) -> State:
        self.master, self.master_priority = None, 0
        self._timer = now + self.master_down_interval
        return State.BACKUP

    def _hear_master(self, now: int) -> State:
        self._timer = now + self.master_down_interval
        return State.BACKUP

    def _master_stops(self, now: int) -> State:
        self.master_priority = 0
        self._timer = now + self.skew_time
        return State.BACKUP

    def _yield(self, now: int) -> State:
        self.master_priority = 0
        self._timer = now + self.master_down_interval
        return State.BACKUP

    def _become_master(self, now: int) -> State:
        self.master, self.master_priority = self.address, self.priority
        self._advertise(now)
        self._outbox.append(ANNOUNCE)
        return State.MASTER

    def _advertise(self, now: int) -> State:
        self._send(self.priority)
        self._timer = now + self.group.advertisement_interval * SECOND
        return State.MASTER

    def _resign(self, now: int) -> State:
        self._send(PRIORITY_STOP)
        return self._stop(now)

    def _stop(self, now: int) -> State:
        self._timer, self.master, self.master_priority = None, None, 0
        return State.INITIALIZE

    def _stay(self, now: int) -> State:
        return self.state

    def _send(self, priority: int) -> None:
        group = self.group
        self._outbox.append(
            Vrrp(group.vrid, priority, group.addresses, group.advertisement_interval)
        )


_Action = Callable[[VirtualRouter, int], State]
_V = VirtualRouter

_TABLE: dict[tuple[State, Event], _Action] = {
    (State.INITIALIZE, Event.STARTUP): _V._start,
    (State.INITIALIZE, Event.SHUTDOWN): _V._stop,
    (State.BACKUP, Event.SHUTDOWN): _V._stop,
    (State.BACKUP, Event.MASTER_DOWN_TIMER): _V._become_master,
    (State.BACKUP, Event.PRIORITY_ZERO): _V._master_stops,
    (State.BACKUP, Event.BETTER): _V._hear_master,
    (State.BACKUP, Event.WORSE): _V._stay,
    (State.MASTER, Event.SHUTDOWN): _V._resign,
    (State.MASTER, Event.ADVER_TIMER): _V._advertise,
    (State.MASTER, Event.PRIORITY_ZERO): _V._advertise,
    (State.MASTER, Event.BETTER): _V._yield,
    (State.MASTER, Event.WORSE): _V._stay,
}
"""RFC 3768 §6.4.1 to §6.4.3; what is not here cannot happen."""
