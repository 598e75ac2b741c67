"""`show router [N] bgp summary|neighbor|routes`: sessions and what they brought."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from labkit.cli.nokia_sros.page import SINGLE, Lines, age, pair, updown
from labkit.cli.nokia_sros.schema import Mistake
from labkit.cli.nokia_sros.show_bgp_detail import Shown, flags, neighbor_page, route_entries
from labkit.cli.nokia_sros.show_router import instance
from labkit.model.facts import BASE, Bgp, BgpNeighbor
from labkit.net.control.path import BgpPath, RibEntry

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.device import SrosDevice

Values = dict[str, str]
DOUBLE = "=" * 79
_ORIGIN = {"igp": "i", "egp": "e", "incomplete": "?"}
LEGEND = (
    " Legend -",
    " Status codes  : u - used, s - suppressed, h - history, d - decayed, * - valid",
    "                 l - leaked, x - stale, > - best, b - backup, p - purge",
    " Origin codes  : i - IGP, e - EGP, ? - incomplete",
    "",
)


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
        session.last_reset,
    )


# --------------------------------------------------------------------------- summary


def _head(bgp: Bgp) -> Lines:
    yield DOUBLE
    yield f" BGP Router ID:{bgp.router_id!s:<15}  AS:{bgp.asn:<11}  Local AS:{bgp.asn:<11}"
    yield DOUBLE


def bgp_summary(device: SrosDevice, values: Values) -> Lines:
    vrf = instance(device, values)
    bgp = bgp_of(device, vrf)
    return _summary(device, vrf, bgp, values.get("family"))


def _summary(device: SrosDevice, vrf: str, bgp: Bgp, family: str | None) -> Lines:
    known = peers(device, vrf)
    state = device.router.state
    paths = len(state.entries(vrf)) + (len(state.vpn_received) if vrf == BASE else 0)
    groups = {peer.facts.group for peer in known}
    ipv4 = [p for p in known if p.family == "IPv4"]
    vpn = [p for p in known if p.family == "VpnIPv4"]
    yield from _head(bgp)
    yield pair("BGP Admin State", updown(bgp.enabled), "BGP Oper State", updown(bgp.enabled), 24)
    yield pair("Total Peer Groups", len(groups), "Total Peers", len(known), 24)
    yield pair("Total BGP Paths", paths, "Total Path Memory", paths * 176, 24)
    yield _total("IPv4", ipv4, "Total IPv4 Remote Rts", "Total IPv4 Rem. Active Rts")
    yield _total("VPN", vpn, "Total VPN-IPv4 Rem. Rts", "Total VPN-IPv4 Rem. Act. Rts")
    yield ""
    if family is not None:
        yield from _family_table(device, family, [p for p in known if _is(p, family)])
        return
    yield from (DOUBLE, "BGP Summary", DOUBLE, "Neighbor")
    yield "                   AS PktRcvd InQ  Up/Down   State|Rcv/Act/Sent (Addr Family)"
    yield "                      PktSent OutQ"
    yield SINGLE
    for peer in known:
        since = age(device.router.clock.now - peer.since)
        what = f"{peer.counts} ({peer.family})" if peer.up else peer.state
        yield str(peer.facts.address)
        yield f"{peer.facts.remote_as or 0:>21} {peer.messages_in:>7} {0:>4} {since:<9} {what}"
        yield f"{'':<21} {peer.messages_out:>7} {0:>4}"
    yield SINGLE


def _total(name: str, known: list[Peer], all_: str, active: str) -> str:
    return pair(all_, sum(p.received for p in known), active, sum(p.active for p in known), 24)


def _is(peer: Peer, family: str) -> bool:
    return peer.family.lower() == family.replace("-", "")


def _family_table(device: SrosDevice, family: str, known: Iterable[Peer]) -> Lines:
    name = {"ipv4": "IPv4", "vpn-ipv4": "VPN-IPv4"}[family]
    yield from (DOUBLE, f"BGP {name} Summary", DOUBLE, "Legend : D - Dynamic Neighbor", DOUBLE)
    yield "Neighbor"
    yield "                   AS PktRcvd PktSent  InQ OutQ Up/Down   State|Recv/Actv/Sent"
    yield SINGLE
    for peer in known:
        since = age(device.router.clock.now - peer.since)
        yield str(peer.facts.address)
        yield (
            f"{peer.facts.remote_as or 0:>21} {peer.messages_in:>8}{peer.messages_out:>8}"
            f"{0:>5}{0:>5} {since:<9} {peer.counts}"
        )
    yield SINGLE


# --------------------------------------------------------------------------- neighbours


def bgp_neighbor(device: SrosDevice, values: Values) -> Lines:
    vrf = instance(device, values)
    wanted = values.get("address")
    found = [p for p in peers(device, vrf) if wanted in (None, str(p.facts.address))]
    if not found:
        raise Mistake("MINOR: CLI BGP neighbor does not exist.")
    return neighbor_page(device, bgp_of(device, vrf), found)


# --------------------------------------------------------------------------- routes


def _routes_page(bgp: Bgp, name: str, rows: list[str]) -> Lines:
    yield from _routes_head(bgp, name)
    yield "Flag  Network                                            LocalPref   MED"
    yield "      Nexthop (Router)                                   Path-Id     Label"
    yield "      As-Path                                                        "
    yield SINGLE
    yield from rows
    yield SINGLE
    yield f"Routes : {len(rows) // 3}"
    yield DOUBLE


def _routes_head(bgp: Bgp, name: str) -> Lines:
    yield from _head(bgp)
    yield from LEGEND
    yield from (DOUBLE, f"BGP {name} Routes", DOUBLE)


def _row(path: BgpPath, flag: str) -> Lines:
    network = f"{path.rd}:{path.prefix}" if path.rd is not None else str(path.prefix)
    preference = "None" if path.local_preference is None else path.local_preference
    if path.rd is None and path.external:
        preference = "None"
    med = "None" if path.med is None else path.med
    label = "-" if path.label is None else path.label
    yield f"{flag + _ORIGIN[path.origin]:<6}{network:<51}{preference!s:<12}{med}"
    yield f"{'':<6}{path.next_hop!s:<51}{'None':<12}{label}"
    yield f"{'':<6}{' '.join(map(str, path.as_path)) or 'No As-Path':<63}"


def _flag(entry: RibEntry) -> str:
    if entry.installed:
        return "u*>"
    if entry.best:
        return "*>"
    return "*" if entry.valid else ""


def bgp_routes(device: SrosDevice, values: Values) -> Lines:
    vrf = instance(device, values)
    entries = [
        entry
        for entry in device.router.state.entries(vrf)
        if not entry.path.local and _wanted(entry.path, values.get("prefix"))
    ]
    bgp = bgp_of(device, vrf)
    if "detail" in values or "hunt" in values:
        shown = [Shown(e.path, _flags(e)) for e in entries]
        sent = _sent(device, vrf, values) if "hunt" in values else None
        return _detailed(device, bgp, "IPv4", shown, sent)
    rows = [line for entry in entries for line in _row(entry.path, _flag(entry))]
    return _routes_page(bgp, "IPv4", rows)


def bgp_routes_vpn(device: SrosDevice, values: Values) -> Lines:
    instance(device, values)
    state = device.router.state
    paths = [path for path in state.vpn_received if _wanted(path, values.get("prefix"))]
    known: dict[tuple[IPv4Network, IPv4Address | None], dict[str, RibEntry]] = {}
    for vrf in state.ribs:
        for entry in state.entries(vrf, vpn_routes=True):
            known.setdefault((entry.path.prefix, entry.path.peer), {})[vrf] = entry
    bgp = bgp_of(device, BASE)
    if "detail" in values or "hunt" in values:
        shown = [_shown_vpn(path, known.get((path.prefix, path.peer), {})) for path in paths]
        advertised = [p for p in state.vpn_advertised if _wanted(p, values.get("prefix"))]
        sent = advertised if "hunt" in values else None
        return _detailed(device, bgp, "VPN-IPv4", shown, sent)
    rows: list[str] = []
    for path in paths:
        entries = known.get((path.prefix, path.peer), {})
        rows += _row(path, _flag(next(iter(entries.values()))) if entries else "")
    return _routes_page(bgp, "VPN-IPv4", rows)


def _detailed(
    device: SrosDevice, bgp: Bgp, name: str, shown: list[Shown], sent: list[BgpPath] | None
) -> Lines:
    yield from _routes_head(bgp, name)
    yield from route_entries(device, bgp.vrf, shown, sent)


def _flags(entry: RibEntry) -> str:
    return flags(entry.valid, entry.best, entry.installed, entry.path.origin)


def _shown_vpn(path: BgpPath, entries: dict[str, RibEntry]) -> Shown:
    if not entries:
        return Shown(path, flags(False, False, False, path.origin))
    return Shown(path, _flags(next(iter(entries.values()))), tuple(entries))


def _sent(device: SrosDevice, vrf: str, values: Values) -> list[BgpPath]:
    """What the neighbours of an instance are told."""
    found = [
        path
        for neighbor in bgp_of(device, vrf).neighbors
        for path in _advertised(device, vrf, neighbor.address)
    ]
    return [path for path in found if _wanted(path, values.get("prefix"))]


def _advertised(device: SrosDevice, vrf: str, address: IPv4Address) -> list[BgpPath]:
    live = device.router.bgp.neighbors.get((vrf, address))
    return [
        BgpPath(prefix, sent.next_hop, sent.as_path, sent.origin, sent.med)
        for prefix, sent in sorted((live.adj_out if live is not None else {}).items())
    ]


def _wanted(path: BgpPath, wanted: str | None) -> bool:
    if wanted is None:
        return True
    return (
        path.prefix == IPv4Network(wanted) if "/" in wanted else IPv4Address(wanted) in path.prefix
    )


def bgp_received(device: SrosDevice, values: Values) -> Lines:
    vrf = instance(device, values)
    address = IPv4Address(values["address"])
    state = device.router.state
    if vrf == BASE:
        paths = [p for p in state.vpn_received if p.peer == address]
        rows = [line for path in paths for line in _row(path, "*")]
        return _routes_page(bgp_of(device, vrf), "VPN-IPv4", rows)
    entries = [e for e in state.entries(vrf) if e.path.peer == address]
    rows = [line for entry in entries for line in _row(entry.path, _flag(entry))]
    return _routes_page(bgp_of(device, vrf), "IPv4", rows)


def bgp_advertised(device: SrosDevice, values: Values) -> Lines:
    vrf = instance(device, values)
    bgp = bgp_of(device, vrf)
    if vrf == BASE:
        told = device.router.state.vpn_advertised
        return _routes_page(bgp, "VPN-IPv4", [line for p in told for line in _row(p, "")])
    paths = _advertised(device, vrf, IPv4Address(values["address"]))
    return _routes_page(bgp, "IPv4", [line for path in paths for line in _row(path, "")])


def clear_bgp(device: SrosDevice, values: Values) -> Lines:
    device.router.bgp.clear(instance(device, values), IPv4Address(values["address"]))
    return iter(())
