"""A host: a node that does not forward, with a sniffer on its ports.

Ping, traceroute, TCP client and server come from the node's IP stack.
Must not know: what is typed at its prompt.
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.net.node import Node
from labkit.net.port import Direction

Sniffer = Callable[[int, bytes, Direction], None]
"""Called with the time, the frame, and which way it went."""


class Host(Node):
    """A PC, or the sniffer on the provider's mirror."""

    def sniff(self, port: str, sniffer: Sniffer) -> Callable[[], None]:
        """Have every frame of a port shown to `sniffer`, as tcpdump sees it; returns the stop."""
        watchers = self.ports[port].watchers

        def watch(frame: bytes, direction: Direction) -> None:
            sniffer(self.clock.now, frame, direction)

        watchers.append(watch)
        return lambda: watchers.remove(watch)
