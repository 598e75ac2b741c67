"""MPLS and RSVP: rows, `show router mpls|rsvp …`: the core and the LSPs through it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.sim.model import facts as f
from labkit.sim.net.control.lsp import LspState
from labkit.sim.routers.sros.commands import ROUTER, shows
from labkit.sim.routers.sros.page import (
    DOUBLE,
    Lines,
    columns,
    days,
    pair,
    section,
    table,
    title,
    updown,
)
from labkit.sim.routers.sros.schema import BAD_COMMAND, Mistake
from labkit.sim.routers.sros.tree import Branch

if TYPE_CHECKING:
    from labkit.sim.routers.sros.device import SrosDevice

ROWS = """
configure ; prompt=config plain fixed
    router [Base] ; plain fixed
        mpls ; up
            interface <name:name> ; up prompt=if
            path <name:name> ; down
                hop <index:1-1024> <address:ip> <type=strict|loose> ; multi=index
            lsp <name:name> ; down
                to <address:ip>
                cspf
                fast-reroute <type=facility|one-to-one> ; context
                primary <path:name> ; up
                secondary <path:name> ; up
                    standby
        rsvp ; down
            interface <name:name> ; up prompt=if
"""

Values = dict[str, str]
LSP_ID = 2560
LSP_LEGEND = (
    "Legend : ",
    "    @ - Detour Available              # - Detour In Use",
    "    b - Bandwidth Protected           n - Branch Protected",
    "    s - Soft Preemption               ",
    "    S - Strict                        L - Loose",
    "    A - ABR                           + - Inherited",
)


def short(up: bool) -> str:
    return "Up" if up else "Dwn"


def system(device: SrosDevice) -> str:
    """The router's system address."""
    live = device.router.interfaces.get("system")
    return str(live.ip) if live is not None and live.ip is not None else "0.0.0.0"


def base_only(values: Values) -> None:
    """Raises Mistake for a VPRN: what is asked for runs in the base router alone."""
    if values.get("instance", "Base") != "Base":
        raise Mistake(BAD_COMMAND)


def protocol(device: SrosDevice, name: str, values: Values) -> Branch:
    """What is configured of it.  Raises Mistake for a VPRN."""
    base_only(values)
    found = next(device.node("router", name), None)
    if found is None:
        raise Mistake(f"MINOR: CLI {name.upper()} is not configured.")
    return found


def interface_up(device: SrosDevice, runs: Branch, node: Branch) -> bool:
    in_use = node["name"] in device.router.state.interfaces_up
    return in_use and not node.shutdown and not runs.shutdown


# --------------------------------------------------------------------------- MPLS, RSVP


@shows(ROUTER + " > mpls > interface")
def mpls_interface(device: SrosDevice, values: Values) -> Lines:
    mpls = protocol(device, "mpls", values)
    header = (
        "Interface                           Port-id           Adm  Opr(V4/V6) TE-",
        "                                                                      metric",
    )

    def rows() -> Lines:
        for node in mpls.all("interface"):
            live = device.router.interfaces.get(node["name"])
            port = node["name"] if node["name"] == "system" else live.facts.port if live else None
            state = f"{short(interface_up(device, mpls, node))}/Down"
            adm = short(not node.shutdown)
            yield columns((35, 17, 4, 10), node["name"], port or "n/a", adm, state, "None")
            yield "  Admin Groups                      None"
            yield "  SRLG Groups                       None"

    yield from table("MPLS Interfaces", header, rows(), "Interfaces : {}")


@shows(ROUTER + " > rsvp > interface")
def rsvp_interface(device: SrosDevice, values: Values) -> Lines:
    rsvp = protocol(device, "rsvp", values)
    header = (
        "Interface                        Total    Active    Total BW  Resv BW   Adm Opr",
        "                                 Sessions Sessions  (Mbps)    (Mbps)        ",
    )

    def rows() -> Lines:
        for node in rsvp.all("interface"):
            live = device.router.interfaces.get(node["name"])
            if live is None or live.facts.loopback:
                figures = f"{'-':<8} {'-':<9} {'-':<9} {'-':<9}"
            else:
                count = sum(port == live.facts.port for port in _sessions(device))
                figures = f"{count:<8} {count:<9} {1000:<9} {0:<9}"
            adm, opr = short(not node.shutdown), short(interface_up(device, rsvp, node))
            yield f"{node['name']:<32} {figures} {adm:<3} {opr}"

    yield from table("RSVP Interfaces", header, rows(), "Interfaces : {}")


def _sessions(device: SrosDevice) -> Iterator[str]:
    """The port towards each neighbour that an LSP through this router has."""
    name = device.router.name
    for node in device.router.network.nodes.values():
        for lsp in node.state.lsps:
            hops = lsp.path.hops if lsp.path is not None else ()
            if name in hops:
                at = hops.index(name)
                beside = {*hops[max(at - 1, 0) : at], *hops[at + 1 : at + 2]}
                yield from (a.port for a in device.router.state.adjacencies if a.neighbor in beside)


@shows(ROUTER + " > mpls > lsp path [detail]")
def mpls_lsp_paths(device: SrosDevice, values: Values) -> Lines:
    protocol(device, "mpls", values)
    for node, _ in _lsps(device, None):
        yield from mpls_lsp_path(device, {**values, "name": node["name"]})


@shows(ROUTER + " > mpls > lsp [<name:name>]")
def mpls_lsp(device: SrosDevice, values: Values) -> Lines:
    protocol(device, "mpls", values)
    header = (
        "LSP Name                                            Tun     Fastfail  Adm  Opr",
        "  To                                                Id      Config         ",
    )
    found = _lsps(device, values.get("name"))
    return table("MPLS LSPs (Originating)", header, _lsp_rows(found), "LSPs : {}")


def _lsp_rows(found: list[tuple[Branch, LspState | None]]) -> Lines:
    for node, state in found:
        fast = "Yes" if node.has("fast-reroute") else "No"
        tunnel = state.tunnel_id if state is not None else 0
        up = state is not None and state.up
        adm, opr = short(not node.shutdown), short(up)
        yield f"{node['name']:<51} {tunnel:<7} {fast:<9} {adm:<4} {opr}"
        yield f"  {node.value('to', 'address', default='0.0.0.0'):<73}"


def _lsps(device: SrosDevice, name: str | None) -> list[tuple[Branch, LspState | None]]:
    states = {state.name: state for state in device.router.state.lsps}
    nodes = [n for n in device.node("router", "mpls", "lsp") if name in (None, n["name"])]
    if name is not None and not nodes:
        raise Mistake(f'MINOR: CLI LSP "{name}" does not exist.')
    return [(node, states.get(node["name"])) for node in nodes]


@shows(ROUTER + " > mpls > lsp <name:name> path [detail]")
def mpls_lsp_path(device: SrosDevice, values: Values) -> Lines:
    protocol(device, "mpls", values)
    node, state = _lsps(device, values["name"])[0]
    detail = "detail" in values
    path = node.value("primary", "path")
    yield from title(f"MPLS LSP {node['name']} Path {' (Detail)' if detail else ''}".rstrip())
    if not detail:
        yield from section(
            "LSP/Path Name                      Next Hop        Out I/F  Out Lbl   Adm Opr"
        )
        way = state.path if state is not None else None
        first = gateway(device, way.port) if way is not None else "n/a"
        port, label = (way.port, way.label) if way is not None else ("n/a", "n/a")
        up = state is not None and state.up
        name, adm = f"{node['name']}/{path}", short(not node.shutdown)
        yield columns((34, 15, 8, 9, 3), name, first, port, label, adm, short(up))
    else:
        yield from (*LSP_LEGEND, DOUBLE)
        yield from section(f"LSP {node['name']} Path  {path}")
        yield from _path_lines(device, node, state, path)
    yield DOUBLE


def gateway(device: SrosDevice, port: str) -> str:
    """The neighbour's address on a core port."""
    for each in device.router.state.adjacencies:
        if each.port == port:
            return str(each.neighbor_address)
    return "n/a"


def _path_lines(device: SrosDevice, node: Branch, state: LspState | None, path: str) -> Lines:
    up = state is not None and state.up
    since = days(device.router.clock.now - device.router.ages.since("lsp", node["name"]))
    way = state.path if state is not None else None
    zero = days(0)
    yield pair("LSP Name", node["name"], "Path LSP ID", LSP_ID if up else 0, 17)
    yield pair("From", system(device), "To", node.value("to", "address"), 17)
    yield pair("Adm State", updown(not node.shutdown), "Oper State", updown(up), 17)
    yield pair("Path Name", path, "Path Type", "Primary", 17)
    yield pair("Path Admin", updown(not node.shutdown), "Path Oper", updown(up), 17)
    port, label = (way.port, way.label) if way else ("n/a", "n/a")
    yield pair("OutInterface", port, "Out Label", label, 17)
    yield pair("Path Up Time", since if up else zero, "Path Dn Time", zero if up else since, 17)
    metric, failure = (state.metric, state.reason) if state else (0, "n/a")
    yield pair("Metric", metric, "Failure Code", failure, 17)
    yield "ExplicitHops     :  "
    yield f"                    {_explicit(device, path) or 'No Hops Specified'}"
    yield "Actual Hops      :  "
    if way is None or state is None:
        yield "                    No Hops Specified"
        return
    labels = ["N/A", *map(str, state.labels)]
    recorded = zip(_recorded(device, way.hops), labels, strict=True)
    for number, ((address, own), recorded_label) in enumerate(recorded):
        arrow = "   " if number == 0 else "-> "
        yield f" {arrow}{f'{address}({own})':<45}Record Label        : {recorded_label}"


def _explicit(device: SrosDevice, path: str) -> str:
    """The hops that a path asks for: (S) strict, (L) loose."""
    found = (each for each in device.node("router", "mpls", "path") if each["name"] == path)
    hops = (hop for each in found for hop in each.all("hop"))
    return " -> ".join(f"{hop['address']}({hop['type'][0].upper()})" for hop in hops)


def _recorded(device: SrosDevice, hops: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The record route of an LSP: of each router the address on the link, and its own."""
    network = device.router.network
    for number, hop in enumerate(hops):
        own = str(network.topology.system_address(hop))
        previous = hops[number - 1] if number else hops[1]
        link = next(
            (a for a in network.nodes[hop].state.adjacencies if a.neighbor == previous), None
        )
        live = network.nodes[hop].interfaces.get(link.interface) if link is not None else None
        yield str(live.ip if live is not None else own), own


# --------------------------------------------------------------------------- facts


def compile_mpls(router: Branch) -> f.Mpls | None:
    """MPLS and RSVP, and the LSPs that are wanted."""
    mpls, rsvp = router.one("mpls"), router.one("rsvp")
    if mpls is None:
        return None
    return f.Mpls(
        _enabled_names(mpls),
        _enabled_names(rsvp) if rsvp is not None else frozenset(),
        tuple(_lsp(mpls, lsp) for lsp in mpls.all("lsp")),
        enabled=not mpls.shutdown,
        rsvp_enabled=rsvp is not None and not rsvp.shutdown,
    )


def _enabled_names(protocol: Branch) -> frozenset[str]:
    return frozenset(node["name"] for node in protocol.all("interface") if not node.shutdown)


def _lsp(mpls: Branch, node: Branch) -> f.Lsp:
    """An LSP is wanted if it, its primary path and that path's hops are all enabled."""
    primary = node.one("primary")
    paths = {path["name"]: path for path in mpls.all("path") if not path.shutdown}
    path = paths.get(primary["path"]) if primary is not None and not primary.shutdown else None
    hops = path.all("hop") if path is not None else ()
    return f.Lsp(
        node["name"],
        node.address("to", "address"),
        None,
        enabled=not node.shutdown and path is not None,
        hops=tuple(f.LspHop(IPv4Address(h["address"]), h["type"] == "strict") for h in hops),
    )
