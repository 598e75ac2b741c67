"""`show router mpls|rsvp|ldp …` and `tunnel-table`: the core and the ways through it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from labkit.cli.nokia_sros.page import (
    Lines,
    columns,
    days,
    pair,
    section,
    table,
    title,
    updown,
)
from labkit.cli.nokia_sros.schema import BAD_COMMAND, Mistake
from labkit.cli.nokia_sros.tree import Node
from labkit.net.control.lsp import LspState

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.device import SrosDevice

Values = dict[str, str]
LDP_KEEPALIVE = 10_000_000
LSP_ID = 2560
_TUNNEL = (21, 5, 5, 9, 8, 14)
LSP_LEGEND = (
    "Legend : ",
    "    @ - Detour Available              # - Detour In Use",
    "    b - Bandwidth Protected           n - Node Protected",
    "    s - Soft Preemption               ",
    "    S - Strict                        L - Loose",
    "    A - ABR                           + - Inherited",
)


def _short(up: bool) -> str:
    return "Up" if up else "Dwn"


def _system(device: SrosDevice) -> str:
    live = device.router.interfaces.get("system")
    return str(live.ip) if live is not None and live.ip is not None else "0.0.0.0"


def _base(values: Values) -> None:
    """Raises Mistake for a VPRN: what is asked for runs in the base router alone."""
    if values.get("instance", "Base") != "Base":
        raise Mistake(BAD_COMMAND)


def protocol(device: SrosDevice, name: str, values: Values) -> Node:
    _base(values)
    found = next(device.node("router", name), None)
    if found is None:
        raise Mistake(f"MINOR: CLI {name.upper()} is not configured.")
    return found


def interface_up(device: SrosDevice, runs: Node, node: Node) -> bool:
    in_use = node["name"] in device.router.state.interfaces_up
    return in_use and not node.shutdown and not runs.shutdown


# --------------------------------------------------------------------------- MPLS, RSVP


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
            state = f"{_short(interface_up(device, mpls, node))}/Down"
            adm = _short(not node.shutdown)
            yield columns((35, 17, 4, 10), node["name"], port or "n/a", adm, state, "None")
            yield "  Admin Groups                      None"
            yield "  SRLG Groups                       None"

    yield from table("MPLS Interfaces", header, rows(), "Interfaces : {}")


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
                count = sum(live.facts.port in ports for _, _, ports in _sessions(device))
                figures = f"{count:<8} {count:<9} {1000:<9} {0:<9}"
            adm, opr = _short(not node.shutdown), _short(interface_up(device, rsvp, node))
            yield f"{node['name']:<32} {figures} {adm:<3} {opr}"

    yield from table("RSVP Interfaces", header, rows(), "Interfaces : {}")


def _sessions(device: SrosDevice) -> list[tuple[str, LspState, tuple[str, ...]]]:
    """The LSPs through this router: (head, state, our ports that they use)."""
    network, name = device.router.network, device.router.name
    found = []
    for head, node in network.nodes.items():
        for lsp in node.state.lsps:
            if lsp.path is None or name not in lsp.path.hops:
                continue
            hops = lsp.path.hops
            at = hops.index(name)
            beside = {*hops[max(at - 1, 0) : at], *hops[at + 1 : at + 2]}
            ports = tuple(a.port for a in device.router.state.adjacencies if a.neighbor in beside)
            found.append((head, lsp, ports))
    return found


def rsvp_session(device: SrosDevice, values: Values) -> Lines:
    protocol(device, "rsvp", values)
    header = (
        "From            To              Tunnel LSP   Name                         State",
        "                                ID     ID",
    )

    def rows() -> Lines:
        for head, lsp, _ in _sessions(device):
            start = str(device.router.network.topology.system_address(head))
            name = f"{lsp.name}::{_primary(device, head, lsp.name)}"
            yield f"{start:<15} {lsp.to!s:<15} {lsp.tunnel_id:<6} {LSP_ID:<5} {name:<28} Up"

    yield from table("RSVP Sessions", header, rows(), "Sessions : {}")


def _primary(device: SrosDevice, head: str, name: str) -> str:
    """The primary path's name; another router's is not known here."""
    if head == device.router.name:
        for lsp in device.node("router", "mpls", "lsp"):
            if lsp["name"] == name:
                return lsp.value("primary", "path", default="")
    return "loose"


def mpls_lsp(device: SrosDevice, values: Values) -> Lines:
    protocol(device, "mpls", values)
    header = (
        "LSP Name                                            Tun     Fastfail  Adm  Opr",
        "  To                                                Id      Config         ",
    )
    found = _lsps(device, values.get("name"))
    if "detail" in values:
        return _lsp_details(device, found)
    return table("MPLS LSPs (Originating)", header, _lsp_rows(found), "LSPs : {}")


def _lsp_rows(found: list[tuple[Node, LspState | None]]) -> Lines:
    for node, state in found:
        fast = "Yes" if node.has("fast-reroute") else "No"
        tunnel = state.tunnel_id if state is not None else 0
        up = state is not None and state.up
        adm, opr = _short(not node.shutdown), _short(up)
        yield f"{node['name']:<51} {tunnel:<7} {fast:<9} {adm:<4} {opr}"
        yield f"  {node.value('to', 'address', default='0.0.0.0'):<73}"


def _lsp_details(device: SrosDevice, found: list[tuple[Node, LspState | None]]) -> Lines:
    yield from title("MPLS LSPs (Originating) (Detail)")
    now, zero = device.router.clock.now, "0d 00:00:00"
    for node, state in found:
        up = state is not None and state.up
        since = days(now - device.router.ages.lsp(node["name"]))
        tunnel = state.tunnel_id if state is not None else 0
        metric = state.metric if state is not None else 0
        fast = "Enabled" if node.has("fast-reroute") else "Disabled"
        cspf = "Enabled" if node.has("cspf") else "Disabled"
        path = node.value("primary", "path")
        yield from section("Type : Originating")
        yield pair("LSP Name", node["name"], "LSP Tunnel ID", tunnel, 12)
        yield pair("From", _system(device), "To", node.value("to", "address"), 12)
        yield pair("Adm State", updown(not node.shutdown), "Oper State", updown(up), 12)
        yield pair("LSP Up Time", since if up else zero, "LSP Down Time", zero if up else since, 12)
        yield pair("FastReroute", fast, "CSPF", cspf, 12)
        yield pair("Metric", metric, "LdpOverRsvp", "Enabled", 12)
        yield pair("Primary", path, "Up Time", since if up else zero, 12)
    yield "=" * 79


def _lsps(device: SrosDevice, name: str | None) -> list[tuple[Node, LspState | None]]:
    states = {state.name: state for state in device.router.state.lsps}
    nodes = [n for n in device.node("router", "mpls", "lsp") if name in (None, n["name"])]
    if name is not None and not nodes:
        raise Mistake(f'MINOR: CLI LSP "{name}" does not exist.')
    return [(node, states.get(node["name"])) for node in nodes]


def mpls_lsp_paths(device: SrosDevice, values: Values) -> Lines:
    protocol(device, "mpls", values)
    for node, _ in _lsps(device, None):
        yield from _path(device, {**values, "name": node["name"]})


def mpls_lsp_path(device: SrosDevice, values: Values) -> Lines:
    protocol(device, "mpls", values)
    _lsps(device, values["name"])
    return _path(device, values)


def _path(device: SrosDevice, values: Values) -> Lines:
    node, state = _lsps(device, values["name"])[0]
    detail = "detail" in values
    path = node.value("primary", "path")
    yield from title(f"MPLS LSP {node['name']} Path {' (Detail)' if detail else ''}".rstrip())
    if not detail:
        yield from section(
            "LSP/Path Name                      Next Hop        Out I/F  Out Lbl   Adm Opr"
        )
        way = state.path if state is not None else None
        first = _gateway(device, way.port) if way is not None else "n/a"
        port, label = (way.port, way.label) if way is not None else ("n/a", "n/a")
        up = state is not None and state.up
        name, adm = f"{node['name']}/{path}", _short(not node.shutdown)
        yield columns((34, 15, 8, 9, 3), name, first, port, label, adm, _short(up))
        yield "=" * 79
        return
    yield from LSP_LEGEND
    yield "=" * 79
    yield from section(f"LSP {node['name']} Path  {path}")
    yield from _path_lines(device, node, state, path)
    yield "=" * 79


def _gateway(device: SrosDevice, port: str) -> str:
    for each in device.router.state.adjacencies:
        if each.port == port:
            return str(each.neighbor_address)
    return "n/a"


def _path_lines(device: SrosDevice, node: Node, state: LspState | None, path: str) -> Lines:
    up = state is not None and state.up
    since = days(device.router.clock.now - device.router.ages.lsp(node["name"]))
    way = state.path if state is not None else None
    zero = days(0)
    yield pair("LSP Name", node["name"], "Path LSP ID", LSP_ID if up else 0, 17)
    yield pair("From", _system(device), "To", node.value("to", "address"), 17)
    yield pair("Adm State", updown(not node.shutdown), "Oper State", updown(up), 17)
    yield pair("Path Name", path, "Path Type", "Primary", 17)
    yield pair("Path Admin", updown(not node.shutdown), "Path Oper", updown(up), 17)
    yield pair(
        "OutInterface", way.port if way else "n/a", "Out Label", way.label if way else "n/a", 17
    )
    yield pair("Path Up Time", since if up else zero, "Path Dn Time", zero if up else since, 17)
    yield pair(
        "Metric", state.metric if state else 0, "Failure Code", state.reason if state else "n/a", 17
    )
    yield "ExplicitHops     :  "
    yield "                    No Hops Specified"
    yield "Actual Hops      :  "
    if way is None or state is None:
        yield "                    No Hops Specified"
        return
    labels = ["N/A", *map(str, state.labels)]
    recorded = zip(_recorded(device, way.hops), labels, strict=True)
    for number, ((address, system), label) in enumerate(recorded):
        arrow = "   " if number == 0 else "-> "
        yield f" {arrow}{f'{address}({system})':<45}Record Label        : {label}"


def _recorded(device: SrosDevice, hops: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The record route of an LSP: of each router the address on the link, and its own."""
    network = device.router.network
    for number, hop in enumerate(hops):
        system = str(network.topology.system_address(hop))
        previous = hops[number - 1] if number else hops[1]
        link = next(
            (a for a in network.nodes[hop].state.adjacencies if a.neighbor == previous), None
        )
        live = network.nodes[hop].interfaces.get(link.interface) if link is not None else None
        yield str(live.ip if live is not None else system), system


# --------------------------------------------------------------------------- LDP, tunnels


def ldp_interface(device: SrosDevice, values: Values) -> Lines:
    ldp = protocol(device, "ldp", values)
    header = (
        "Interface                         Adm/Opr",
        " Sub-Interface(s)                  Adm/Opr  Hello Hold  KA    KA    Transport",
        "                                            Fctr  Time  Fctr  Time  Address",
    )

    def rows() -> Lines:
        for node in device.node("router", "ldp", "interface-parameters", "interface"):
            state = f"{_short(not node.shutdown)}/{_short(interface_up(device, ldp, node))}"
            yield f"{node['name']:<33} {state}"
            yield f"  ipv4                              {state:<7} 3     15    3     30    System"

    yield from table("LDP Interfaces", header, rows(), "No. of Interfaces: {}")


def ldp_session(device: SrosDevice, values: Values) -> Lines:
    protocol(device, "ldp", values)
    header = ("Peer LDP Id        Adj Type   State         Msg Sent  Msg Recv  Up Time",)

    def rows() -> Lines:
        for peer in sorted(device.router.state.ldp_peers):
            since = device.router.clock.now - device.router.ages.ldp(peer)
            count = since // LDP_KEEPALIVE + 4
            yield f"{f'{peer}:0':<18} Targeted   Established   {count:<9} {count:<9} {days(since)}"

    yield from table("LDP Sessions", header, rows(), "No. of Sessions: {}")


def tunnel_table(device: SrosDevice, values: Values) -> Lines:
    _base(values)
    header = ("Destination           Owner Encap TunnelId  Pref     Nexthop        Metric",)
    wanted = values.get("address")
    found: list[tuple[int, str]] = []
    for sdp in device.router.state.sdps:
        if sdp.up and sdp.sdp.far_end is not None and wanted in (None, str(sdp.sdp.far_end)):
            far = sdp.sdp.far_end
            row = columns(_TUNNEL, f"{far}/32", "sdp", "MPLS", sdp.sdp.sdp_id, 5, far, 0)
            found.append((int(far) * 2, row))
    for lsp in device.router.state.lsps:
        if lsp.up and lsp.to is not None and lsp.path is not None and wanted in (None, str(lsp.to)):
            via = _gateway(device, lsp.path.port)
            end = f"{lsp.to}/32"
            row = columns(_TUNNEL, end, "rsvp", "MPLS", lsp.tunnel_id, 7, via, lsp.metric)
            found.append((int(lsp.to) * 2 + 1, row))
    return table("Tunnel Table (Router: Base)", header, [row for _, row in sorted(found)])
