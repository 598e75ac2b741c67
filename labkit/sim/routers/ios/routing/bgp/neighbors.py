"""`show ip bgp summary` and `show ip bgp neighbors`: the sessions.

Memory figures are entries times the sizes of IOS 15.6.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Any

from labkit.sim.grammar import Match
from labkit.sim.model.facts import BASE, BgpNeighbor
from labkit.sim.net import tcp
from labkit.sim.net.bgp.speaker import Neighbor
from labkit.sim.net.bgp.terms import MessageCounts
from labkit.sim.net.router import Router
from labkit.sim.routers.ios.routing.bgp.table import (
    INACTIVE,
    by_prefix,
    process,
    router_id,
    table_version,
)
from labkit.sim.routers.ios.rows import Row, shows
from labkit.sim.routers.ios.wording import age

NETWORK_BYTES, PATH_BYTES, ATTRIBUTE_BYTES, AS_PATH_BYTES = 144, 80, 152, 24


def summary(router: Router) -> Iterator[str]:
    """`show ip bgp summary`."""
    bgp = process(router)
    if bgp is None:
        yield INACTIVE
        return
    version = table_version(router)
    yield f"BGP router identifier {router_id(router, bgp)}, local AS number {bgp.asn}"
    yield f"BGP table version is {version}, main routing table version {version}"
    if by_prefix(router):
        yield from _memory(router)
    yield ""
    yield "Neighbor        V           AS MsgRcvd MsgSent   TblVer  InQ OutQ Up/Down  State/PfxRcd"
    for told in bgp.neighbors:
        yield _row(router, told, version)


def _memory(router: Router) -> Iterator[str]:
    known = by_prefix(router)
    entries = [entry for _, group in known for entry in group]
    attributes = {_shared(entry.path) for entry in entries}
    best = {_shared(entry.path) for entry in entries if entry.best}
    as_paths = {entry.path.as_path for entry in entries} - {()}
    sizes = (
        len(known) * NETWORK_BYTES,
        len(entries) * PATH_BYTES,
        len(attributes) * ATTRIBUTE_BYTES,
        len(as_paths) * AS_PATH_BYTES,
    )
    yield f"{len(known)} network entries using {sizes[0]} bytes of memory"
    yield f"{len(entries)} path entries using {sizes[1]} bytes of memory"
    count = f"{len(attributes)}/{len(best)}"
    yield f"{count} BGP path/bestpath attribute entries using {sizes[2]} bytes of memory"
    if as_paths:
        yield f"{len(as_paths)} BGP AS-PATH entries using {sizes[3]} bytes of memory"
    yield "0 BGP route-map cache entries using 0 bytes of memory"
    yield "0 BGP filter-list cache entries using 0 bytes of memory"
    yield f"BGP using {sum(sizes)} total bytes of memory"
    activity = f"{len(known)}/0 prefixes, {len(entries)}/0 paths"
    yield f"BGP activity {activity}, scan interval 60 secs"


def _shared(path: object) -> tuple[object, ...]:
    """What paths have in common that share one attribute entry."""
    names = ("as_path", "origin", "med", "local_preference", "next_hop")
    return tuple(getattr(path, name) for name in names)


def _row(router: Router, told: BgpNeighbor, version: int) -> str:
    live = router.bgp.neighbors.get((BASE, told.address))
    received = live.session.received.total if live else 0
    sent = live.session.sent.total if live else 0
    seen = version if live and live.established else 1
    state = f" {_state(told, live)}"
    if live is not None and live.established:
        state = f"{len(live.adj_in):>9}"
    return (
        f"{told.address!s:<15} 4{told.remote_as or 0:>13} {received:>7} {sent:>7} {seen:>8} "
        f"{0:>4} {0:>4} {_since(router, live):<8}{state}"
    )


def _since(router: Router, live: Neighbor | None) -> str:
    if live is None or not live.session.established_count:
        return "never"
    return age(router.clock.now - live.session.since)


def _state(told: BgpNeighbor, live: Neighbor | None) -> str:
    if not told.enabled:
        return "Idle (Admin)"
    return live.session.state.value if live else "Idle"


def peer_groups(router: Router) -> Iterator[str]:
    """`show ip bgp peer-group`: those that have members."""
    bgp = process(router)
    if bgp is None:
        yield INACTIVE
        return
    for name in dict.fromkeys(each.group for each in bgp.neighbors if each.group):
        inside = [each for each in bgp.neighbors if each.group == name]
        link = "internal" if inside[0].remote_as == bgp.asn else "external"
        yield f"BGP peer-group is {name},  remote AS {inside[0].remote_as}"
        yield "  BGP version 4"
        yield "  Default minimum time between advertisement runs is 30 seconds"
        yield ""
        yield " For address family: IPv4 Unicast"
        yield f"  BGP neighbor is {name}, peer-group {link}, members:"
        yield "  " + "".join(f"{each.address} " for each in inside)
        yield ""


# --------------------------------------------------------------------------- one neighbour


def neighbors(router: Router, address: IPv4Address | None = None) -> Iterator[str]:
    """`show ip bgp neighbors [A.B.C.D]`."""
    bgp = process(router)
    if bgp is None:
        yield INACTIVE
        return
    chosen = [each for each in bgp.neighbors if address in (None, each.address)]
    if not chosen and address is not None:
        yield "% No such neighbor or address family"
        return
    for told in chosen:
        live = router.bgp.neighbors.get((BASE, told.address))
        link = "internal" if told.remote_as == bgp.asn else "external"
        yield f"BGP neighbor is {told.address},  remote AS {told.remote_as}, {link} link"
        if told.group:
            yield f" Member of peer-group {told.group} for session parameters"
        if told.description:
            yield f" Description: {told.description}"
        if not told.enabled:
            yield " Administratively shut down"
        yield from _session(router, told, live)
        if live is not None:
            yield from _family(router, live)
            yield from _connection(live)
        yield ""


def _session(router: Router, told: BgpNeighbor, live: Neighbor | None) -> Iterator[str]:
    session = live.session if live else None
    remote = session.remote.router_id if session and session.remote else IPv4Address(0)
    yield f"  BGP version 4, remote router ID {remote}"
    if session is None or live is None or not live.established:
        yield f"  BGP state = {_state(told, live).split()[0]}"
    else:
        yield f"  BGP state = Established, up for {age(router.clock.now - session.since)}"
        hold = session.hold_time
        alive = min(session.local.keepalive, hold // 3)
        yield (
            f"  Last read 00:00:00, last write 00:00:00, hold time is {hold}, "
            f"keepalive interval is {alive} seconds"
        )
        yield "  Neighbor sessions:"
        yield "    1 active, is not multisession capable (disabled)"
        yield "  Neighbor capabilities:"
        yield "    Route refresh: advertised and received(new)"
        yield "    Four-octets ASN Capability: advertised and received"
        yield "    Address family IPv4 Unicast: advertised and received"
    if session is not None:
        yield from _messages(session.sent, session.received)


def _messages(sent: MessageCounts, received: MessageCounts) -> Iterator[str]:
    yield "  Message statistics:"
    yield "    InQ depth is 0"
    yield "    OutQ depth is 0"
    yield "    "
    yield "                         Sent       Rcvd"
    rows = (
        ("Opens", "opens"),
        ("Notifications", "notifications"),
        ("Updates", "updates"),
        ("Keepalives", "keepalives"),
        ("Route Refresh", "refreshes"),
        ("Total", "total"),
    )
    for title, name in rows:
        out, into = getattr(sent, name), getattr(received, name)
        yield f"    {title + ':':<15}{out:>10}{into:>11}"


def _family(router: Router, live: Neighbor) -> Iterator[str]:
    entries = [e for e in router.state.entries() if e.path.peer == live.facts.address]
    version = table_version(router) if live.established else 1
    yield "  Default minimum time between advertisement runs is 30 seconds"
    yield ""
    yield " For address family: IPv4 Unicast"
    yield f"  Session: {live.facts.address}"
    yield f"  BGP table version {table_version(router)}, neighbor version {version}/0"
    yield "  Output queue size : 0"
    yield "  Index 1, Advertise bit 0"
    if live.facts.weight:
        yield f"  Default weight {live.facts.weight}"
    for direction, names in (
        ("incoming", live.facts.import_policies),
        ("outgoing", live.facts.export_policies),
    ):
        for name in names:
            kind, _, rest = name.rpartition(" ")
            what = "Prefix-list" if kind else "Route map"
            yield f"  {what} for {direction} advertisements is {rest}"
    yield "                                 Sent       Rcvd"
    yield "  Prefix activity:               ----       ----"
    got, out = len(live.adj_in), len(live.adj_out)
    used = f" (Consumes {got * PATH_BYTES} bytes)" if got else ""
    yield f"    Prefixes Current:  {out:>14} {got:>10}{used}"
    best = sum(entry.best for entry in entries)
    multipath = sum(entry.multipath for entry in entries)
    yield f"    Used as bestpath:  {'n/a':>14} {best:>10}"
    yield f"    Used as multipath: {'n/a':>14} {multipath:>10}"
    yield ""
    yield "                                   Outbound    Inbound"
    yield "  Local Policy Denied Prefixes:    --------    -------"
    if best:  # what a neighbour taught us is not told back to it
        yield f"    Bestpath from this peer:   {best:>12} {'n/a':>10}"
    yield f"    Total:                     {best:>12} {0:>10}"
    yield ""


def _connection(live: Neighbor) -> Iterator[str]:
    session = live.session
    count = session.established_count
    dropped = count - live.established
    yield f"  Connections established {count}; dropped {dropped}"
    yield f"  Last reset {session.last_reset}"
    connection = live.connection
    if connection is None or not live.established:
        yield "  No active TCP connection"
        return
    yield "Connection state is ESTAB, I/O status: 1, unread input bytes: 0"
    if isinstance(connection, tcp.Connection):
        yield f"Local host: {connection.local}, Local port: {connection.local_port}"
        yield f"Foreign host: {connection.remote}, Foreign port: {connection.remote_port}"


# --------------------------------------------------------------------------- commands


_FAMILY = "For address family: IPv4 Unicast"


def _bgp_all(router: Router, match: Match[Any]) -> Iterator[str]:
    """`show bgp all summary`: of every address family, one here."""
    if process(router) is not None:
        yield _FAMILY
    yield from summary(router)


def _of_peer(router: Router, match: Match[Any]) -> Iterator[str]:
    return neighbors(router, match.get("peer"))


EXEC: list[Row] = [
    shows("show ip bgp summary", lambda router, match: summary(router)),
    shows("show ip bgp peer-group", lambda router, match: peer_groups(router)),
    shows("show ip bgp neighbors [<peer:ipv4>]", _of_peer),
    shows("show [ip] bgp ipv4 unicast neighbors [<peer:ipv4>]", _of_peer),
    shows("show [ip] bgp all summary", _bgp_all),
]
"""The twins with `ipv4 unicast` and `all` are those that NAPALM types."""
