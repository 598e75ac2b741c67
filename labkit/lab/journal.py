"""What the gateways' IPsec said and did, kept for whoever draws it.

Listens to the routers of one network after another and keeps the last events of IKE, of its
datagrams and of packets that IPsec refused.  Knows which events matter; must not know how any of
them is shown.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from labkit.ike.events import Event
from labkit.net import events
from labkit.net.network import Network

KEPT = (
    Event,
    events.IsakmpDatagram,
    events.IsakmpSwitched,
    events.InvalidSpi,
    events.ReplayError,
    events.EspAuthFailed,
    events.InvalidIdentity,
    events.NotIpsec,
)
SIZE = 6000
DROPS = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One event; `number` counts all entries from 0, `time` is in microseconds."""

    number: int
    time: int
    node: str
    event: object


class Journal:
    """The last events, oldest first; bounded, and safe to read from another thread."""

    def __init__(self, size: int = SIZE) -> None:
        self._entries: deque[Entry] = deque(maxlen=size)
        self._drops: deque[Entry] = deque(maxlen=DROPS)
        self._lock = threading.Lock()
        self._total = 0
        self._ends: list[Callable[[], None]] = []

    @property
    def total(self) -> int:
        """Entries that ever came: the number of the next one."""
        return self._total

    def begin(self, network: Network) -> None:
        """Listen to this network from now on; what was written before is forgotten."""
        for end in self._ends:
            end()
        with self._lock:
            self._entries.clear()
            self._drops.clear()
        self._ends = [
            node.subscribe(partial(self._hear, node.name)) for node in network.nodes.values()
        ]

    def entries(self) -> list[Entry]:
        """All that is kept."""
        with self._lock:
            return list(self._entries)

    def drops(self) -> list[Entry]:
        """The last packets that ended somewhere, apart because a flood of them is nothing rare."""
        with self._lock:
            return list(self._drops)

    def _hear(self, node: str, time: int, event: object) -> None:
        kept = self._entries if isinstance(event, KEPT) else None
        if isinstance(event, events.Dropped):
            kept = self._drops
        if kept is not None:
            with self._lock:
                kept.append(Entry(self._total, time, node, event))
                self._total += 1
