"""The BGP neighbours of a router as its pages see them, whichever machinery is behind a session.

Sessions with customers run on the wire; those between the provider's routers are the control
plane's.  Must not know how a page is laid out.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.cli.nokia_sros.schema import Mistake
from labkit.model.facts import BASE, Bgp, BgpNeighbor
from labkit.net.tcp_connection import Connection

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.device import SrosDevice


@dataclass(frozen=True, slots=True)
class Peer:
    """A neighbour as the show commands see it, whichever machinery is behind it."""

    facts: BgpNeighbor
    family: str
    state: str
    since: int
    messages_in: int
    messages_out: int
    received: int
    active: int
    sent: int
    rejected: int = 0
    local: IPv4Address | None = None
    """Our address on the session."""
    identifier: IPv4Address | None = None
    """The neighbour's router ID, None while it has not said it."""
    transitions: int = 0
    """How often the session came up."""
    ports: tuple[int, int] | None = None
    """TCP ports, ours first; None where the session's packets are not on the wire."""
    hold_time: int = 0
    """Seconds as negotiated."""
    last_error: str = ""

    @property
    def up(self) -> bool:
        return self.state == "Established"

    @property
    def counts(self) -> str:
        return f"{self.received}/{self.active}/{self.sent}" if self.up else self.state


def bgp_of(device: SrosDevice, vrf: str) -> Bgp:
    """The BGP instance of a VRF.  Raises Mistake if there is none."""
    for bgp in device.router.facts.bgp:
        if bgp.vrf == vrf:
            return bgp
    raise Mistake("MINOR: CLI BGP is not configured.")


def peers(device: SrosDevice, vrf: str) -> list[Peer]:
    """Every configured neighbour of an instance."""
    found = []
    for neighbor in bgp_of(device, vrf).neighbors:
        if vrf == BASE and neighbor.address in device.router.bgp.vpn_peers:
            found.append(_vpn_peer(device, neighbor.address))
        else:
            found.append(_customer_peer(device, vrf, neighbor))
    return found


def _vpn_peer(device: SrosDevice, address: IPv4Address) -> Peer:
    live = device.router.bgp.vpn_peers[address]
    count = live.messages(device.router.clock.now)
    return Peer(
        live.facts,
        "VpnIPv4",
        live.state,
        live.since,
        count,
        count,
        live.prefixes_received,
        live.prefixes_active,
        live.prefixes_sent,
        local=device.router.interfaces["system"].ip,
        identifier=live.facts.address if live.up else None,
        transitions=live.established_count,
        hold_time=live.facts.hold_time if live.up else 0,
    )


def _customer_peer(device: SrosDevice, vrf: str, neighbor: BgpNeighbor) -> Peer:
    live = device.router.bgp.neighbors.get((vrf, neighbor.address))
    if live is None:
        since = device.router.booted
        return Peer(
            neighbor, "IPv4", "Idle" if neighbor.enabled else "Disabled", since, 0, 0, 0, 0, 0
        )
    entries = device.router.state.entries(vrf)
    active = sum(e.installed and e.path.peer == neighbor.address for e in entries)
    session = live.session
    return Peer(
        neighbor,
        "IPv4",
        session.state.value,
        session.since,
        session.received.total,
        session.sent.total,
        len(live.adj_in) + len(live.rejected),
        active,
        len(live.adj_out),
        rejected=len(live.rejected),
        local=live.source,
        identifier=session.remote.router_id if session.remote is not None else None,
        transitions=session.established_count,
        hold_time=session.hold_time,
        ports=_ports(live.connection),
        last_error=session.last_reset,
    )


def _ports(connection: Connection | None) -> tuple[int, int] | None:
    return (connection.local_port, connection.remote_port) if connection is not None else None
