"""The BGP neighbours of a router: what is configured of them, how its pages see them, their page.

Sessions with customers run on the wire; those between the provider's routers are the control
plane's.  The page is laid out in part after the sample in ntc-templates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Literal

from labkit.sim.model import facts as f
from labkit.sim.model.facts import BASE, Bgp, BgpNeighbor
from labkit.sim.routers.sros.page import DOUBLE, SINGLE, Lines, age
from labkit.sim.routers.sros.schema import Mistake
from labkit.sim.routers.sros.tree import Branch

if TYPE_CHECKING:
    from labkit.sim.routers.sros.device import SrosDevice
BGP_PREFERENCE = 170
_FAMILIES: tuple[Literal["ipv4"], Literal["vpn-ipv4"]] = ("ipv4", "vpn-ipv4")


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
    session, tcp = live.session, live.connection
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
        ports=(tcp.local_port, tcp.remote_port) if tcp is not None else None,
        last_error=session.last_reset,
    )


_ERRORS = {"BGP Notification received": "Cease", "BGP Notification sent": "Hold Timer Expire"}
_LAST = {
    "BGP Notification received": "recvNotify",
    "BGP Notification sent": "holdTime",
    "Peer closed the session": "close",
    "Interface flap": "close",
    "User reset": "stop",
    "Admin. shutdown": "stop",
}
"""Last Error and Last Event by the reason for which a session ended."""


def _row(left: str, value: object, right: str = "", other: object = "", name: int = 21) -> str:
    first = f"{left:<{name}}: {value!s:<{38 - name}}"
    return f"{first}{right:<{name}}: {other}".rstrip() if right else first.rstrip()


# --------------------------------------------------------------------------- neighbours


def neighbor_page(device: SrosDevice, bgp: Bgp, found: Sequence[Peer]) -> Lines:
    """The page of each neighbour."""
    yield ""
    yield from (DOUBLE, "BGP Neighbor", DOUBLE)
    for peer in found:
        yield from _neighbor(device, bgp, peer)
    yield SINGLE
    yield f"Neighbors : {len(found)}"
    yield DOUBLE


def _neighbor(device: SrosDevice, bgp: Bgp, peer: Peer) -> Lines:
    facts = peer.facts
    kind = "External" if facts.remote_as != bgp.asn else "Internal"
    since = age(device.router.clock.now - peer.since)
    yield SINGLE
    yield _row("Peer", facts.address)
    yield _row("Description", facts.description or "(Not Specified)")
    yield _row("Group", facts.group)
    yield SINGLE
    ours, theirs = (peer.ports or ("n/a", "n/a")) if peer.up else (0, 0)
    yield _row("Peer AS", facts.remote_as or 0, "Peer Port", theirs)
    yield _row("Peer Address", facts.address)
    yield _row("Local AS", bgp.asn, "Local Port", ours)
    yield _row("Local Address", peer.local if peer.up else "0.0.0.0")
    yield _row("Peer Type", kind, "Dynamic Peer", "No")
    yield _row("State", peer.state, "Last State", "Established" if peer.up else "Idle")
    yield _row("Last Event", "recvKeepAlive" if peer.up else _LAST.get(peer.last_error, "none"))
    yield _row("Last Error", _ERRORS.get(peer.last_error, "Unrecognized Error"))
    yield _row("Local Family", peer.family)
    yield _row("Remote Family", peer.family if peer.up else "(Not Specified)")
    yield _row("Connect Retry", 120, "Local Pref.", 100)
    yield _row("Min Route Advt.", 30)
    yield _row("Multihop", "0 (Default)", "AS Override", "Disabled")
    yield _row("Damping", "Disabled", "Loop Detect", "Ignore")
    yield _row("MED Out", "No MED Out", "Authentication", "None")
    own = "Enabled" if facts.next_hop_self else "Disabled"
    yield _row("Next Hop Self", own, "AggregatorID Zero", "Disabled")
    yield _row("Remove Private", "Disabled")
    yield _row("Passive", "Disabled")
    yield _row("Peer Identifier", peer.identifier or "0.0.0.0", "Fsm Est. Trans", peer.transitions)
    yield _row("Fsm Est. Time", since, "InUpd Elap. Time", since)
    yield _row("Hold Time", facts.hold_time, "Keep Alive", facts.keepalive)
    hold = peer.hold_time if peer.up else 0
    yield _row("Active Hold Time", hold, "Active Keep Alive", min(facts.keepalive, hold // 3))
    yield _row("Cluster Id", "None", "Client Reflect", "Enabled")
    yield _row("Preference", 170, "Num of Update Flaps", 0)
    yield _row("Input Queue", 0, "Output Queue", 0)
    yield _row("Input Messages", peer.messages_in, "Output Messages", peer.messages_out)
    yield from _policies("Import Policy", facts.import_policies, "None Specified / Inherited")
    yield from _policies("Export Policy", facts.export_policies, "None Specified / Inherited")
    yield SINGLE
    yield "Prefix counters per family."
    name = "VPN-IPv4" if peer.family == "VpnIPv4" else "IPv4"
    yield _row(f"{name} received", peer.received, f"{name} active", peer.active)
    yield _row(f"{name} rejected", peer.rejected, f"{name} sent", peer.sent)


def _policies(name: str, policies: Sequence[str], default: str) -> Lines:
    first, *rest = policies or (default,)
    yield _row(name, first)
    yield from (_row("", each) for each in rest)


# --------------------------------------------------------------------------- facts


def compile_bgp(owner: Branch, vrf: str, asn: int, system: IPv4Address | None) -> f.Bgp | None:
    """The BGP of the base router or of a VPRN; `asn` and `system` are the router's own."""
    bgp = owner.one("bgp")
    own = int(owner.value("autonomous-system", "asn", default="0")) or asn
    if bgp is None or not own:
        return None
    return f.Bgp(
        own,
        vrf,
        bgp.address("router-id", "id") or owner.address("router-id", "id") or system,
        neighbors=tuple(
            _compile_neighbor(bgp, group, node, own, vrf)
            for group in bgp.all("group")
            for node in group.all("neighbor")
        ),
        maximum_paths=max(1, int(owner.value("ecmp", "paths", default="1"))),
        local_distance=BGP_PREFERENCE,
        enabled=not bgp.shutdown,
    )


def _compile_neighbor(
    bgp: Branch, group: Branch, node: Branch, own: int, vrf: str
) -> f.BgpNeighbor:
    levels = (node, group, bgp)
    internal = _inherited(levels, "type", "type") == "internal"
    peer = _inherited(levels, "peer-as", "asn") or (str(own) if internal else "")
    external = peer != str(own)
    return f.BgpNeighbor(
        IPv4Address(node["address"]),
        int(peer) if peer else None,
        group["name"],
        enabled=not (node.shutdown or group.shutdown),
        families=_families(levels),
        import_policies=_policy_names(levels, "import"),
        export_policies=_policy_names(levels, "export"),
        export_default="reject" if vrf and external else "accept",
        next_hop_self=any(level.has("next-hop-self") for level in levels),
        hold_time=int(_inherited(levels, "hold-time", "seconds") or 90),
        keepalive=int(_inherited(levels, "keepalive", "seconds") or 30),
        description=node.value("description", "text"),
    )


def _inherited(levels: tuple[Branch, ...], keyword: str, name: str) -> str:
    """A BGP setting: the neighbour's own, else its group's, else the instance's."""
    return next((v for level in levels if (v := level.value(keyword, name))), "")


def _policy_names(levels: tuple[Branch, ...], keyword: str) -> tuple[str, ...]:
    for level in levels:
        line = level.one(keyword)
        if line is not None:
            return tuple(line[name] for name in sorted(line.values) if name.startswith("policy"))
    return ()


def _families(levels: tuple[Branch, ...]) -> frozenset[Literal["ipv4", "vpn-ipv4"]]:
    for level in levels:
        line = level.one("family")
        if line is not None:
            return frozenset(word for word in _FAMILIES if word in line.values)
    return frozenset({"ipv4"})
