"""What a router's IS-IS says of it, with the sequence number of how often it had to say so.

The control plane floods nothing (docs/adr: IS-IS puts no packets on the wire); this is the LSP
that would be flooded, made anew when its content changes and every ten minutes.
Must not know: who shows it, other routers' state.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from labkit.model.facts import DeviceFacts
from labkit.net.control.evaluate import RouterState
from labkit.wire.isis_lsp import LinkStatePdu

if TYPE_CHECKING:
    from ipaddress import IPv4Address

    from labkit.net.node import Node

LIFETIME, REFRESH = 1200, 600
"""Seconds (SR OS defaults)."""
SECOND = 1_000_000


def system_id(address: IPv4Address) -> bytes:
    """The system ID that SR OS makes of a system address: 10.10.10.6 is 0100.1001.0006."""
    return bytes.fromhex("".join(f"{int(part):03}" for part in str(address).split(".")))


def _area(text: str) -> bytes:
    """`49.0001` as octets; a digit too few is taken for a leading zero."""
    digits = text.replace(".", "")
    return bytes.fromhex(digits if len(digits) % 2 == 0 else f"0{digits}")


class LinkState:
    """A component of a router: its own LSP over time."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._content: LinkStatePdu | None = None
        self._sequence = 0
        self._since = 0

    def lsp(self) -> LinkStatePdu | None:
        """The LSP of this moment; None for a router that runs no IS-IS."""
        if self._content is None:
            return None
        passed = (self._node.clock.now - self._since) // SECOND
        return replace(
            self._content,
            sequence=self._sequence + passed // REFRESH,
            lifetime=LIFETIME - passed % REFRESH,
        )

    # ----------------------------------------------------------------- component

    def configure(self, told: DeviceFacts) -> None:
        """Nothing follows from facts alone."""

    def settled(self, state: RouterState) -> None:
        """Take a new result: another content is another LSP."""
        content = self._said(state)
        if content == self._content:
            return
        known = self.lsp()
        self._sequence = (known.sequence if known is not None else self._sequence) + 1
        self._content, self._since = content, self._node.clock.now

    def reset(self) -> None:
        """A reload: the router learns its old number from the others, and goes on from there."""

    def _said(self, state: RouterState) -> LinkStatePdu | None:
        facts = self._node.facts
        system = self._node.interfaces.get("system")
        if facts.igp is None or not facts.igp.enabled or system is None or system.ip is None:
            return None
        speaking = [
            each
            for each in facts.interfaces
            if each.name in facts.igp.metrics
            and each.name in state.interfaces_up
            and each.address is not None
        ]
        metrics = facts.igp.metrics
        return LinkStatePdu(
            system_id(system.ip),
            0,
            0,
            _area(facts.igp.area),
            facts.hostname,
            tuple(each.address.ip for each in speaking if each.address is not None),
            tuple((system_id(a.system_address), a.metric) for a in state.adjacencies),
            tuple((e.address.network, metrics[e.name]) for e in speaking if e.address is not None),
        )
