"""A cable: carries frames from one port to the other, later, twice, or loses them.

Knows delay, loss, duplication, the longest frame it carries, and whether it is plugged in.  Taps
see every frame once when it is put on it, also those that get lost.  A frame on a cable that is
cut is gone.

Must not know: what is in a frame.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from labkit.model.topology import LinkSpec, PortRef
from labkit.net.clock import Clock

ETHERNET_HEADER = 14

Tap = Callable[[int, bytes, PortRef], None]
"""Called with the time in microseconds, the frame and the port it was sent from."""
RandBytes = Callable[[int], bytes]


class Endpoint(Protocol):
    """What a link needs of the port at each of its ends."""

    @property
    def ref(self) -> PortRef: ...

    @property
    def enabled(self) -> bool: ...

    def receive(self, frame: bytes) -> None:
        """A frame arrives."""

    def carrier_changed(self) -> None:
        """Look at `Link.carrier` again."""


class Link:
    """A link between two ports; `delay` in microseconds, `mtu` in bytes of IP, `loss` and
    `duplicate` from 0 to 1: how many frames get lost, or arrive twice."""

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
        self._ends: dict[PortRef, Endpoint] = {}
        self._cuts = 0

    def attach(self, endpoint: Endpoint) -> None:
        """Plug a port in."""
        self._ends[endpoint.ref] = endpoint

    def far(self, end: PortRef) -> Endpoint | None:
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
        if len(frame) - ETHERNET_HEADER > self.mtu or self._happens(self.loss):
            return
        far = self.far(end)
        if far is not None:
            for _ in range(2 if self._happens(self.duplicate) else 1):
                self._deliver(far, frame)

    def inject(self, frame: bytes, towards: PortRef) -> None:
        """Put a frame on the link as if the port opposite `towards` had sent it."""
        self.transmit(self.spec.b if towards == self.spec.a else self.spec.a, frame)

    def set(
        self,
        up: bool | None = None,
        loss: float | None = None,
        delay: int | None = None,
        mtu: int | None = None,
        duplicate: float | None = None,
    ) -> None:
        """Change what is given; raises ValueError for a value out of range."""
        for name, part in (("loss", loss), ("duplicate", duplicate)):
            if part is not None and not 0 <= part <= 1:
                raise ValueError(f"{name} is a part of 1, not {part}")
        if delay is not None and delay < 0:
            raise ValueError(f"a delay is not negative: {delay}")
        self.loss = self.loss if loss is None else loss
        self.duplicate = self.duplicate if duplicate is None else duplicate
        self.delay = self.delay if delay is None else delay
        self.mtu = self.mtu if mtu is None else mtu
        if up is not None and up != self.up:
            self.up = up
            self._cuts += 1
            self.carrier_changed()

    def carrier_changed(self) -> None:
        """Tell both ends to look at their carrier."""
        for end in self._ends.values():
            end.carrier_changed()

    def _happens(self, part: float) -> bool:
        return part > 0 and int.from_bytes(self._randbytes(4), "big") < part * 2**32

    def _deliver(self, far: Endpoint, frame: bytes) -> None:
        cuts = self._cuts

        def arrive() -> None:
            if self._cuts == cuts:
                far.receive(frame)

        self.clock.after(self.delay, arrive)
