"""An interface's ARP cache: who has which address on this wire (RFC 826).

What to do with a packet that has to wait differs by vendor: IOS and SR OS drop it, Linux keeps
three.  Entries are refreshed when they are used after four hours; nothing ticks for an idle one.

Must not know: routes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from labkit.protocols.wire import arp, ethernet
from labkit.sim.net.clock import SECOND, Clock, Timer

TIMEOUT = 4 * 3600 * SECOND
RETRY = SECOND
TRIES = 3


@dataclass(slots=True)
class ArpEntry:
    """One neighbour; `mac` None: asked for, not answered."""

    address: IPv4Address
    mac: bytes | None
    learned: int
    """Microseconds."""
    static: bool = False
    waiting: list[Callable[[bytes], None]] = field(default_factory=list)
    timer: Timer | None = None
    tries: int = 0


class ArpCache:
    """The neighbours of one interface; `queue` packets may wait for each answer.

    `send` puts a message on the wire; `own` says which address of ours asks for another, and our
    MAC, None where nobody can ask.
    """

    def __init__(
        self,
        clock: Clock,
        queue: int,
        send: Callable[[arp.Arp, bytes], None],
        own: Callable[[IPv4Address], tuple[IPv4Address, bytes] | None],
    ) -> None:
        self.entries: dict[IPv4Address, ArpEntry] = {}
        self.clock = clock
        self._queue = queue
        self._send = send
        self._own = own

    def resolve(
        self,
        address: IPv4Address,
        use: Callable[[bytes], None],
        fail: Callable[[], None] | None = None,
    ) -> bool:
        """Call `use` with the MAC, now or when it is known; false if the packet cannot wait.

        `fail` is called if nobody answers a request that this call has started.
        """
        entry = self.entries.get(address)
        if entry is not None and entry.mac is not None:
            if not entry.static and self.clock.now - entry.learned > TIMEOUT:
                self._ask(entry, fail)
            use(entry.mac)
            return True
        if entry is None:
            entry = self.entries[address] = ArpEntry(address, None, self.clock.now)
        if entry.timer is None:
            self._ask(entry, fail)
        if len(entry.waiting) < self._queue:
            entry.waiting.append(use)
            return True
        return False

    def learn(self, address: IPv4Address, mac: bytes, create: bool = True) -> None:
        """Note who has an address, and send what has waited for it."""
        entry = self.entries.get(address)
        if entry is None:
            if create:
                self.entries[address] = ArpEntry(address, mac, self.clock.now)
            return
        entry.mac, entry.learned = mac, self.clock.now
        if entry.timer is not None:
            entry.timer.cancel()
            entry.timer = None
        waiting, entry.waiting = entry.waiting, []
        for use in waiting:
            use(mac)

    def forget(self, address: IPv4Address) -> None:
        """Remove one entry."""
        entry = self.entries.pop(address, None)
        if entry is not None and entry.timer is not None:
            entry.timer.cancel()

    def clear(self) -> None:
        """Remove every entry that was learned."""
        for address in [entry.address for entry in self.entries.values() if not entry.static]:
            self.forget(address)

    def announce(self, address: IPv4Address, mac: bytes) -> None:
        """Send a gratuitous ARP: this address is here now."""
        self._send(arp.Arp(arp.REQUEST, mac, address, bytes(6), address), ethernet.BROADCAST)

    def _ask(self, entry: ArpEntry, fail: Callable[[], None] | None) -> None:
        if entry.timer is not None:
            return
        entry.tries = 0
        self._request(entry, fail)

    def _request(self, entry: ArpEntry, fail: Callable[[], None] | None) -> None:
        own = self._own(entry.address)
        if own is None:
            self.forget(entry.address)
            return
        entry.tries += 1
        address, mac = own

        def unanswered() -> None:
            entry.timer = None
            if entry.tries < TRIES:
                self._request(entry, fail)
                return
            self.entries.pop(entry.address, None)
            if fail is not None:
                fail()

        entry.timer = self.clock.after(RETRY, unanswered)
        request = arp.Arp(arp.REQUEST, mac, address, bytes(6), entry.address)
        self._send(request, ethernet.BROADCAST)
