"""BGP: rows, and `show router [N] bgp summary|neighbor|routes`: sessions and what they brought."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from labkit.sim.model.facts import BASE, Bgp
from labkit.sim.net.control.path import BgpPath, RibEntry
from labkit.sim.routers.sros.bgp_neighbors import Peer, bgp_of, neighbor_page, peers
from labkit.sim.routers.sros.commands import ROUTER, shows
from labkit.sim.routers.sros.page import DOUBLE, SINGLE, Lines, age, pair, updown
from labkit.sim.routers.sros.routing import instance
from labkit.sim.routers.sros.schema import Mistake

if TYPE_CHECKING:
    from labkit.sim.routers.sros.device import SrosDevice

ROWS = """
configure ; prompt=config plain fixed
    router [Base] ; plain fixed
        bgp ; up
            router-id <id:ip>
            family { ipv4 | vpn-ipv4 }* ; some default=ipv4
            keepalive <seconds:0-21845> ; default=30
            hold-time <seconds:0-65535> ; default=90
            group <name:name> ; quiet firm
                description <text:text>
                family { ipv4 | vpn-ipv4 }* ; some
                type <type=internal|external>
                next-hop-self
                keepalive <seconds:0-21845>
                hold-time <seconds:0-65535>
                import <policy1:name> { <policy2:name> | <policy3:name> }*
                export <policy1:name> { <policy2:name> | <policy3:name> }*
                peer-as <asn:1-4294967295>
                med-out <med:0-4294967295>
                neighbor <address:ip> ; quiet firm
                    description <text:text>
                    family { ipv4 | vpn-ipv4 }* ; some
                    type <type=internal|external>
                    next-hop-self
                    keepalive <seconds:0-21845>
                    hold-time <seconds:0-65535>
                    import <policy1:name> { <policy2:name> | <policy3:name> }*
                    export <policy1:name> { <policy2:name> | <policy3:name> }*
                    peer-as <asn:1-4294967295>
                    med-out <med:0-4294967295>
"""

Values = dict[str, str]
_pair = partial(pair, name=24, width=12, second=28)
_NOBODY = IPv4Address(0)
_ORIGIN = {"igp": "i", "egp": "e", "incomplete": "?"}
LEGEND = (
    " Legend -",
    " Status codes  : u - used, s - suppressed, h - history, d - decayed, * - valid",
    "                 l - leaked, x - stale, > - best, b - backup, p - purge",
    " Origin codes  : i - IGP, e - EGP, ? - incomplete",
    "",
)


# --------------------------------------------------------------------------- summary


def _head(bgp: Bgp) -> Lines:
    yield DOUBLE
    yield f" BGP Router ID:{bgp.router_id!s:<15}  AS:{bgp.asn:<11}  Local AS:{bgp.asn:<11}"
    yield DOUBLE


@shows(ROUTER + " > bgp > summary { all | family <family=ipv4|vpn-ipv4> }*")
def bgp_summary(device: SrosDevice, values: Values) -> Lines:
    vrf = instance(device, values)
    bgp, family = bgp_of(device, vrf), values.get("family")
    known = peers(device, vrf)
    state = device.router.state
    paths = len(state.entries(vrf)) + (len(state.vpn_received) if vrf == BASE else 0)
    groups = {peer.facts.group for peer in known}
    ipv4 = [p for p in known if p.family == "IPv4"]
    vpn = [p for p in known if p.family == "VpnIPv4"]
    yield from _head(bgp)
    yield _pair("BGP Admin State", updown(bgp.enabled), "BGP Oper State", updown(bgp.enabled))
    yield _pair("Total Peer Groups", len(groups), "Total Peers", len(known))
    yield _pair("Total BGP Paths", paths, "Total Path Memory", paths * 176)
    yield _total(ipv4, "Total IPv4 Remote Rts", "Total IPv4 Rem. Active Rts")
    yield _pair("Total Supressed Rts", 0, "Total Hist. Rts", 0)
    yield _pair("Total Decay Rts", 0)
    yield ""
    yield _total(vpn, "Total VPN-IPv4 Rem. Rts", "Total VPN-IPv4 Rem. Act. Rts")
    yield ""
    if family is not None:
        same = family.replace("-", "")
        yield from _family_table(device, family, [p for p in known if p.family.lower() == same])
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


def _total(known: list[Peer], all_: str, active: str) -> str:
    return _pair(all_, sum(p.received for p in known), active, sum(p.active for p in known))


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


@shows(ROUTER + " > bgp > neighbor [<address:ip>]")
def bgp_neighbor(device: SrosDevice, values: Values) -> Lines:
    vrf = instance(device, values)
    wanted = values.get("address")
    found = [p for p in peers(device, vrf) if wanted in (None, str(p.facts.address))]
    if not found:
        raise Mistake("MINOR: CLI BGP neighbor does not exist.")
    return neighbor_page(device, bgp_of(device, vrf), found)


# --------------------------------------------------------------------------- routes


def _routes_page(bgp: Bgp, name: str, rows: list[str]) -> Lines:
    yield from _head(bgp)
    yield from (*LEGEND, DOUBLE, f"BGP {name} Routes", DOUBLE)
    yield "Flag  Network                                            LocalPref   MED"
    yield "      Nexthop (Router)                                   Path-Id     Label"
    yield "      As-Path                                                        "
    yield SINGLE
    yield from rows
    yield SINGLE
    yield f"Routes : {len(rows) // 3}"
    yield DOUBLE


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


def _refused(device: SrosDevice, vrf: str) -> list[RibEntry]:
    """What neighbours sent and we do not use: SR OS keeps it, as invalid."""
    asn = bgp_of(device, vrf).asn
    return [
        RibEntry(path, valid=False, reason="AS-Loop" if asn in path.as_path else "Rejected")
        for live in device.router.bgp.neighbors.values()
        for path in live.rejected.values()
        if path.vrf == vrf
    ]


def _received(device: SrosDevice, vrf: str) -> list[RibEntry]:
    """Every route of the RIB-In of an instance, by prefix."""
    learned = [each for each in device.router.state.entries(vrf) if not each.path.local]
    found = [*learned, *_refused(device, vrf)]
    return sorted(found, key=lambda e: (e.path.prefix, e.path.peer or _NOBODY))


@shows(ROUTER + " > bgp > routes [<prefix:route>]")
def bgp_routes(device: SrosDevice, values: Values) -> Lines:
    vrf = instance(device, values)
    entries = [e for e in _received(device, vrf) if _wanted(e.path, values.get("prefix"))]
    rows = [line for entry in entries for line in _row(entry.path, _flag(entry))]
    return _routes_page(bgp_of(device, vrf), "IPv4", rows)


@shows(ROUTER + " > bgp > routes vpn-ipv4 [<prefix:route>]")
def bgp_routes_vpn(device: SrosDevice, values: Values) -> Lines:
    instance(device, values)
    state = device.router.state
    paths = [path for path in state.vpn_received if _wanted(path, values.get("prefix"))]
    paths.sort(key=lambda path: (path.prefix, path.peer or _NOBODY))
    known: dict[tuple[IPv4Network, IPv4Address | None], dict[str, RibEntry]] = {}
    for vrf in state.ribs:
        for entry in state.entries(vrf, vpn_routes=True):
            known.setdefault((entry.path.prefix, entry.path.peer), {})[vrf] = entry
    rows: list[str] = []
    for path in paths:
        entries = known.get((path.prefix, path.peer), {})
        rows += _row(path, _flag(next(iter(entries.values()))) if entries else "")
    return _routes_page(bgp_of(device, BASE), "VPN-IPv4", rows)


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


@shows(
    ROUTER + " > bgp > neighbor <address:ip> [<family=ipv4|vpn-ipv4>] received-routes"
    " [<family=ipv4|vpn-ipv4>]"
)
def bgp_received(device: SrosDevice, values: Values) -> Lines:
    vrf = instance(device, values)
    address = IPv4Address(values["address"])
    state = device.router.state
    if vrf == BASE:
        paths = [p for p in state.vpn_received if p.peer == address]
        rows = [line for path in paths for line in _row(path, "*")]
        return _routes_page(bgp_of(device, vrf), "VPN-IPv4", rows)
    entries = [e for e in _received(device, vrf) if e.path.peer == address]
    rows = [line for entry in entries for line in _row(entry.path, _flag(entry))]
    return _routes_page(bgp_of(device, vrf), "IPv4", rows)


@shows(
    ROUTER + " > bgp > neighbor <address:ip> [<family=ipv4|vpn-ipv4>] advertised-routes"
    " [<family=ipv4|vpn-ipv4>]"
)
def bgp_advertised(device: SrosDevice, values: Values) -> Lines:
    vrf = instance(device, values)
    bgp = bgp_of(device, vrf)
    if vrf == BASE:
        told = device.router.state.vpn_advertised
        return _routes_page(bgp, "VPN-IPv4", [line for p in told for line in _row(p, "")])
    paths = _advertised(device, vrf, IPv4Address(values["address"]))
    return _routes_page(bgp, "IPv4", [line for path in paths for line in _row(path, "")])


@shows("clear > router [<instance:instance>] > bgp > neighbor <address:ip>")
def clear_bgp(device: SrosDevice, values: Values) -> Lines:
    device.router.bgp.clear(instance(device, values), IPv4Address(values["address"]))
    return iter(())
