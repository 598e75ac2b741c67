"""A physical port of a node: admin state, carrier, counters, and who takes its frames.

`handler` gets what comes in; a bridge sets its own.  `watchers` see every frame of the port in
either direction, as a mirror or a sniffer does.

Must not know: what is in a frame.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from labkit.model.topology import PortRef
from labkit.net.link import Link

Direction = Literal["ingress", "egress"]
Watcher = Callable[[bytes, Direction], None]


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
