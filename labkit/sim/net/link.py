"""Cables and the ports they are plugged into.

A link carries frames from one port to the other, later, twice, or loses them.  It knows delay,
loss, duplication, the longest frame it carries, and whether it is plugged in; a frame on a cable
that is cut is gone.  A port has an admin state, a carrier, counters, and somebody who takes its
frames: `handler` gets what comes in, a bridge sets its own.  Taps see every frame of a link once
when it is put on it, also those that get lost; `watchers` see every frame of a port in either
direction, as a mirror or a sniffer does.

Must not know: what is in a frame.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import InitVar, dataclass
from typing import Any, Literal

from labkit.sim.model.topology import LinkSpec, PortRef
from labkit.sim.net.clock import Clock

ETHERNET_HEADER = 14

Tap = Callable[[int, bytes, PortRef], None]
"""Called with the time in microseconds, the frame and the port it was sent from."""
RandBytes = Callable[[int], bytes]
Direction = Literal["ingress", "egress"]
Watcher = Callable[[bytes, Direction], None]


LIMITS = (
    ("loss", 0, 1, "loss is a part of 1"),
    ("duplicate", 0, 1, "duplicate is a part of 1"),
    ("delay", 0, 60_000_000, "a delay is from 0 to 60000000 microseconds"),
    ("delay_ms", 0, 60_000, "a delay is from 0 to 60000 ms"),
    ("mtu", 68, 9212, "an MTU is from 68 to 9212 bytes"),
)


@dataclass(frozen=True, slots=True)
class LinkChange:
    """What is to be different on a link; None leaves it as it is.

    Raises ValueError for what cannot be.
    """

    up: bool | None = None
    """False: the cable is cut."""
    loss: float | None = None
    """Which part of all frames gets lost, 0 to 1."""
    duplicate: float | None = None
    """Which part of all frames arrives twice, 0 to 1."""
    delay: int | None = None
    """Microseconds."""
    mtu: int | None = None
    """Bytes of IP."""
    delay_ms: InitVar[float | None] = None
    """The delay in milliseconds, as people give it."""

    def __post_init__(self, delay_ms: float | None) -> None:
        if not isinstance(self.up, bool | None):
            raise ValueError(f"a link is up or not, not {self.up!r}")
        for name, low, high, words in LIMITS:
            value = delay_ms if name == "delay_ms" else getattr(self, name)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if value is not None and not (number and low <= value <= high):
                raise ValueError(f"{words}, not {f'{value:g}' if number else repr(value)}")
        if delay_ms is not None:
            object.__setattr__(self, "delay", round(delay_ms * 1000))


class Link:
    """A link between two ports as it is now, in the words of `LinkChange`."""

    def __init__(self, clock: Clock, spec: LinkSpec, randbytes: RandBytes) -> None:
        self.clock = clock
        self.spec = spec
        self.name = spec.name
        self.up = True
        self.loss = 0.0
        self.duplicate = 0.0
        self.delay = spec.delay
        self.mtu = spec.mtu
        self.taps: list[Tap] = []
        self._randbytes = randbytes
        self._ends: dict[PortRef, PhysicalPort] = {}
        self._cuts = 0

    def attach(self, endpoint: PhysicalPort) -> None:
        """Plug a port in."""
        self._ends[endpoint.ref] = endpoint

    def far(self, end: PortRef) -> PhysicalPort | None:
        """The port at the other end, None before it is plugged in."""
        return self._ends.get(self.spec.b if end == self.spec.a else self.spec.a)

    def carrier(self, end: PortRef) -> bool:
        """Whether the port at `end` sees a signal: the cable is whole, the far port is on."""
        far = self.far(end)
        return self.up and far is not None and far.enabled

    def transmit(self, end: PortRef, frame: bytes) -> None:
        """Put a frame on the link at `end`; it arrives at the other one, or it does not."""
        if not self.up:
            return
        for tap in self.taps:
            tap(self.clock.now, frame, end)
        if len(frame) - ETHERNET_HEADER > self.mtu or (self.loss and self._happens(self.loss)):
            return
        far = self.far(end)
        if far is not None:
            self._deliver(far, frame)
            if self.duplicate and self._happens(self.duplicate):
                self._deliver(far, frame)

    def inject(self, frame: bytes, towards: PortRef) -> None:
        """Put a frame on the link as if the port opposite `towards` had sent it."""
        self.transmit(self.spec.b if towards == self.spec.a else self.spec.a, frame)

    def set(self, change: LinkChange) -> None:
        """Change what is given."""
        for name in ("loss", "duplicate", "delay", "mtu"):
            if (value := getattr(change, name)) is not None:
                setattr(self, name, value)
        if change.up is not None and change.up != self.up:
            self.up = change.up
            self._cuts += 1
            self.carrier_changed()

    def changed(self) -> dict[str, Any]:
        """What is not as the topology has it, as arguments of `LinkChange`."""
        state = {"up": self.up, "loss": self.loss, "duplicate": self.duplicate}
        state |= {"delay": self.delay, "mtu": self.mtu}
        plain = {"up": True, "loss": 0, "duplicate": 0}
        plain |= {"delay": self.spec.delay, "mtu": self.spec.mtu}
        return {name: value for name, value in state.items() if value != plain[name]}

    def carrier_changed(self) -> None:
        """Tell both ends to look at their carrier."""
        for end in self._ends.values():
            end.carrier_changed()

    def _happens(self, part: float) -> bool:
        return int.from_bytes(self._randbytes(4), "big") < part * 2**32

    def _deliver(self, far: PhysicalPort, frame: bytes) -> None:
        cuts = self._cuts

        def arrive() -> None:
            if self._cuts == cuts:
                far.receive(frame)

        self.clock.after(self.delay, arrive)


@dataclass(slots=True)
class Counters:
    """Packets, bytes and drops each way."""

    in_packets: int = 0
    in_bytes: int = 0
    out_packets: int = 0
    out_bytes: int = 0
    in_drops: int = 0
    out_drops: int = 0


class PhysicalPort:
    """One port; `link` is None where nothing is plugged in."""

    def __init__(
        self,
        ref: PortRef,
        mac: bytes,
        link: Link | None,
        handler: Callable[[PhysicalPort, bytes], None],
        changed: Callable[[PhysicalPort], None],
    ) -> None:
        self.ref = ref
        self.name = ref.port
        self.mac = mac
        self.link = link
        self.enabled = False
        self.mtu = 1514
        """Bytes of frame without FCS, as configured."""
        self.handler = handler
        self.watchers: list[Watcher] = []
        self.counters = Counters()
        self.transitions = 0
        """How often it came up or went down."""
        self._changed = changed
        self._up = False
        if link is not None:
            link.attach(self)

    @property
    def carrier(self) -> bool:
        """Whether there is a signal on the wire."""
        return self.link is not None and self.link.carrier(self.ref)

    @property
    def up(self) -> bool:
        """Operational state: enabled, and a signal."""
        return self._up

    def enable(self, enabled: bool) -> None:
        """Turn it on or off; the far end sees its carrier come or go."""
        if enabled != self.enabled:
            self.enabled = enabled
            self.carrier_changed()
            far = self.link.far(self.ref) if self.link else None
            if far is not None:
                far.carrier_changed()

    def carrier_changed(self) -> None:
        """Look at the carrier again and tell the node if the state is another."""
        up = self.enabled and self.carrier
        if up != self._up:
            self._up = up
            self.transitions += 1
            self._changed(self)

    def send(self, frame: bytes) -> None:
        """Send a frame; without effect on a port that is down."""
        if not self._up or self.link is None:
            self.counters.out_drops += 1
            return
        self.counters.out_packets += 1
        self.counters.out_bytes += len(frame)
        for watcher in self.watchers:
            watcher(frame, "egress")
        self.link.transmit(self.ref, frame)

    def receive(self, frame: bytes) -> None:
        """A frame comes in from the link."""
        if not self.enabled:
            return
        self.counters.in_packets += 1
        self.counters.in_bytes += len(frame)
        for watcher in self.watchers:
            watcher(frame, "ingress")
        self.handler(self, frame)
