"""`show ip bgp`: the table, one prefix; `summary` and `neighbors` are in `neighbors`.

A path is `*` valid, `>` best, `m` multipath or `r` shadowed in the routing table.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from itertools import groupby
from typing import TYPE_CHECKING, Any

from labkit.sim.grammar import Match
from labkit.sim.model.facts import BASE, Bgp
from labkit.sim.net.control.path import RibEntry
from labkit.sim.net.router import Router
from labkit.sim.routers.ios.interface.settings import classful_length
from labkit.sim.routers.ios.rows import Command, M, Row, shows

if TYPE_CHECKING:
    from labkit.sim.routers.ios.shell import IosShell

INACTIVE = "% BGP not active"
_HEADER = """\
Status codes: s suppressed, d damped, h history, * valid, > best, i - internal, 
              r RIB-failure, S Stale, m multipath, b backup-path, f RT-Filter, 
              x best-external, a additional-path, c RIB-compressed, 
Origin codes: i - IGP, e - EGP, ? - incomplete
RPKI validation codes: V valid, I invalid, N Not found

     Network          Next Hop            Metric LocPrf Weight Path
"""  # noqa: W291
_ORIGIN = {"igp": "i", "egp": "e", "incomplete": "?"}
_ORIGIN_NAME = {"igp": "IGP", "egp": "EGP", "incomplete": "incomplete"}


def process(router: Router) -> Bgp | None:
    """The configured BGP process."""
    return next((each for each in router.facts.bgp if each.vrf == BASE and each.enabled), None)


def router_id(router: Router, bgp: Bgp) -> IPv4Address:
    """As configured, or the highest loopback address, or the highest of all."""
    if bgp.router_id is not None:
        return bgp.router_id
    up = [each for each in router.interfaces.values() if each.ip is not None and each.up]
    loopbacks = [each.ip for each in up if each.facts.loopback and each.ip]
    return max(loopbacks or [each.ip for each in up if each.ip], default=IPv4Address(0))


def by_prefix(router: Router) -> list[tuple[IPv4Network, list[RibEntry]]]:
    """The BGP table: prefixes in order, each with its paths, best first."""
    entries = sorted(router.state.entries(), key=lambda entry: entry.path.prefix)
    return [(prefix, list(group)) for prefix, group in groupby(entries, lambda e: e.path.prefix)]


def table_version(router: Router) -> int:
    """A version that every prefix has moved by one."""
    return len(by_prefix(router)) + 1


def shown_prefix(prefix: IPv4Network) -> str:
    """A prefix; a classful network goes without its mask."""
    address = prefix.network_address
    return str(address if prefix.prefixlen == classful_length(address) else prefix)


def table(router: Router) -> Iterator[str]:
    """`show ip bgp`."""
    bgp = process(router)
    if bgp is None:
        yield INACTIVE
        return
    prefixes = by_prefix(router)
    if not prefixes:
        return
    version = table_version(router)
    yield f"BGP table version is {version}, local router ID is {router_id(router, bgp)}"
    yield from _HEADER.splitlines()
    for prefix, entries in prefixes:
        name = shown_prefix(prefix)
        for index, entry in enumerate(entries):
            yield from _row(entry, "" if index else name)


def _row(entry: RibEntry, name: str) -> Iterator[str]:
    path = entry.path
    marks = ("r" if entry.rib_failure else "*" if entry.valid else " ") + (
        ">" if entry.best else "m" if entry.multipath else " "
    )
    internal = "i" if not path.external and not path.local else " "
    start = f" {marks}{internal} {name:<16} "
    if len(name) > 16:
        yield start.rstrip()
        start = " " * 22
    preference = "" if path.local_preference is None else str(path.local_preference)
    if internal == "i" and not preference:
        preference = "100"
    metric = "" if path.med is None else str(path.med)
    hops = "".join(f"{asn} " for asn in path.as_path)
    yield (
        f"{start}{path.next_hop!s:<16}{metric:>10}{preference:>7}{path.weight:>7} "
        f"{hops}{_ORIGIN[path.origin]}"
    )


def of_neighbor(router: Router, peer: IPv4Address, advertised: bool) -> Iterator[str]:
    """What a neighbour has told us (`routes`), or what we tell it (`advertised-routes`)."""
    bgp = process(router)
    neighbor = next((each for key, each in router.bgp.neighbors.items() if key[1] == peer), None)
    if bgp is None or neighbor is None:
        yield "% No such neighbor or address family" if bgp is not None else INACTIVE
        return
    found: list[tuple[str, RibEntry]] = []
    for prefix, entries in by_prefix(router):
        for entry in entries:
            told = entry.best and prefix in neighbor.adj_out
            if told if advertised else entry.path.peer == peer:
                found.append((shown_prefix(prefix), entry))
    if found:
        version = table_version(router)
        yield f"BGP table version is {version}, local router ID is {router_id(router, bgp)}"
        yield from _HEADER.splitlines()
        for name, entry in found:
            yield from _row(entry, name)
        yield ""
    yield f"Total number of prefixes {len(found)} "


def one_prefix(
    router: Router, address: IPv4Address, network: IPv4Network | None = None
) -> Iterator[str]:
    """`show ip bgp A.B.C.D [mask]`: the longest match, or just the prefix given."""
    if process(router) is None:
        yield INACTIVE
        return
    known = by_prefix(router)
    fitting = [row for row in known if (row[0] == network if network else address in row[0])]
    if not fitting:
        yield "% Network not in table"
        return
    found, entries = max(fitting, key=lambda row: row[0].prefixlen)
    number = next(index for index, row in enumerate(known) if row[0] == found) + 2
    yield f"BGP routing table entry for {found}, version {number}"
    yield f"Paths: ({len(entries)} available, {_best(entries)}, table default)"
    if any(entry.multipath for entry in entries):
        yield "Multipath: eBGP"
    yield from _advertised(router, found)
    for entry in entries:
        yield from _path(router, entry)


def _best(entries: list[RibEntry]) -> str:
    found = next((n for n, entry in enumerate(entries, 1) if entry.best), None)
    return "no best path" if found is None else f"best #{found}"


def _advertised(router: Router, found: IPv4Network) -> Iterator[str]:
    if any(found in each.adj_out for each in router.bgp.neighbors.values()):
        yield "  Advertised to update-groups:"
        yield "     1         "
    else:
        yield "  Not advertised to any peer"


def _path(router: Router, entry: RibEntry) -> Iterator[str]:
    path = entry.path
    bgp = process(router)
    own = router_id(router, bgp) if bgp else IPv4Address(0)
    yield "  Refresh Epoch 1"
    yield "  " + (" ".join(map(str, path.as_path)) or "Local")
    reach = "" if entry.valid else " (inaccessible)"
    speaker = own if path.local else path.router_id
    yield f"    {path.next_hop}{reach} from {path.peer or '0.0.0.0'} ({speaker})"
    yield "      " + ", ".join(_attributes(entry))
    yield f"      rx pathid: 0, tx pathid: {'0x0' if entry.best else '0'}"


def _attributes(entry: RibEntry) -> Iterator[str]:
    path = entry.path
    yield f"Origin {_ORIGIN_NAME[path.origin]}"
    if path.med is not None:
        yield f"metric {path.med}"
    yield f"localpref {100 if path.local_preference is None else path.local_preference}"
    if path.weight:
        yield f"weight {path.weight}"
    if entry.valid:
        yield "valid"
    if path.local:
        yield "sourced"
        yield "local"
    else:
        yield "external" if path.external else "internal"
    if entry.multipath:
        yield "multipath"
    if entry.best:
        yield "best"


def _bgp_prefix(router: Router, match: Match[Any]) -> Iterator[str]:
    prefix = match.get("prefix")
    address = match["address"] if prefix is None else prefix.network_address
    return one_prefix(router, address, prefix)


def _clear_bgp(shell: IosShell, match: M) -> None:
    peer = match.get("peer")
    known = {address for _, address in shell.device.router.bgp.neighbors}
    if peer is not None and peer not in known:
        shell.write('% BGP: Unknown neighbor - "' + str(peer) + '"\n')
    elif match.said("soft") or match.said("in") or match.said("out"):
        one_way = match.said("in") or match.said("out")
        shell.device.router.bgp.soften(
            peer, match.said("in") or not one_way, match.said("out") or not one_way
        )
    else:
        shell.device.router.bgp.clear(address=peer)


EXEC: list[Row] = [
    shows("show ip bgp", lambda router, match: table(router)),
    shows("show ip bgp ( <address:ipv4> | <prefix:prefix> )", _bgp_prefix),
    shows("show ip bgp neighbors <peer:ipv4> <what=advertised-routes|routes>",
          lambda router, match: of_neighbor(
              router, match["peer"], match["what"] == "advertised-routes")),
    Command("clear ip bgp ( * | <peer:ipv4> ) [soft [in | out] | in | out]", _clear_bgp,
            privilege=15),
]  # fmt: skip
