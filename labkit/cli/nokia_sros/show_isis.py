"""`show router isis …`: adjacencies, the link state database, topology and routes.

Layouts after outputs of SR OS 13 and later in public repositories and ntc-templates.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from labkit.cli.nokia_sros.page import DOUBLE, SINGLE, Lines, section, table, title, updown
from labkit.cli.nokia_sros.schema import Mistake
from labkit.cli.nokia_sros.show_mpls import interface_up, protocol
from labkit.net.router import Router
from labkit.wire.isis_lsp import LinkStatePdu

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.device import SrosDevice

Values = dict[str, str]
ISIS_HOLD = 27_000_000
HELLO = 9_000_000
_NAME = "Rtr Base ISIS Instance 0"


def isis_adjacency(device: SrosDevice, values: Values) -> Lines:
    protocol(device, "isis", values)
    header = ("System ID                Usage State Hold Interface                     MT-ID",)
    now = device.router.clock.now

    def rows() -> Lines:
        for each in sorted(device.router.state.adjacencies, key=lambda a: a.interface):
            since = now - device.router.ages.adjacency(each.interface)
            hold = (ISIS_HOLD - since % HELLO) // 1_000_000
            yield f"{each.neighbor:<24} L2    Up    {hold:<4} {each.interface:<29} 0"

    yield from table("Rtr Base ISIS Instance 0 Adjacency", header, rows(), "Adjacencies : {}")


def isis_interface(device: SrosDevice, values: Values) -> Lines:
    isis = protocol(device, "isis", values)
    header = ("Interface                        Level CircID  Oper State   L1/L2 Metric",)
    level = {"level-1": "L1", "level-2": "L2"}.get(isis.value("level-capability", "level"), "L1L2")

    def rows() -> Lines:
        for number, node in enumerate(isis.all("interface"), start=1):
            state = updown(interface_up(device, isis, node))
            facts = device.router.facts.igp
            metric = facts.metrics.get(node["name"], 10) if facts is not None else 10
            yield f"{node['name']:<32} {level:<5} {number:<7} {state:<12} {metric}/{metric}"

    yield from table("Rtr Base ISIS Instance 0 Interfaces", header, rows(), "Interfaces : {}")


def isis_routes(device: SrosDevice, values: Values) -> Lines:
    protocol(device, "isis", values)
    header = (
        "Prefix[Flags]                     Metric     Lvl/Typ     Ver.  SysID/Hostname",
        "  NextHop                                              MT     AdminTag/SID[F]",
    )
    neighbors = {a.interface: a.neighbor for a in device.router.state.adjacencies}

    def rows() -> Lines:
        for route in device.router.state.tables.routes.get("", ()):
            if route.protocol == "isis":
                hop = route.next_hops[0]
                via = neighbors.get(hop.interface or "", "")
                yield f"{route.prefix!s:<33} {route.metric:<10} 2/Int.      2     {via}"
                yield f"   {hop.gateway!s:<52}0       0"

    yield from table("Rtr Base ISIS Instance 0 Route Table", header, rows(), "No. of Routes: {}")


# --------------------------------------------------------------------------- link state


def _reached(device: SrosDevice) -> list[Router]:
    """The routers whose LSPs come here, ourselves among them, by system ID."""
    nodes = device.router.network.nodes
    found, todo = {device.router.name}, [device.router.name]
    while todo:
        for adjacency in nodes[todo.pop()].state.adjacencies:
            if adjacency.neighbor not in found:
                found.add(adjacency.neighbor)
                todo.append(adjacency.neighbor)
    routers = [node for name in found if isinstance(node := nodes[name], Router)]
    return sorted(routers, key=lambda each: str(each.interfaces["system"].ip))


def _database(device: SrosDevice) -> list[LinkStatePdu]:
    said = [each.isis.lsp() for each in _reached(device) if each.isis is not None]
    return [lsp for lsp in said if lsp is not None]


def isis_database(device: SrosDevice, values: Values) -> Lines:
    """`show router isis database [LSP] [detail]`."""
    protocol(device, "isis", values)
    found = _database(device)
    asked = values.get("lsp")
    if asked is not None:
        found = [lsp for lsp in found if _lsp_id(lsp).startswith(asked)]
        if not found:
            raise Mistake(f'MINOR: CLI LSP "{asked}" does not exist.')
    detail = "detail" in values
    yield from title(f"{_NAME} Database {'(detail)' if detail else ''}")
    if not detail:
        yield "LSP ID                                  Sequence  Checksum Lifetime Attributes"
        yield SINGLE
    yield ""
    yield from ("Displaying Level 1 database", SINGLE, "Level (1) LSP Count : 0", "")
    yield from ("Displaying Level 2 database", SINGLE)
    for lsp in found:
        yield from _detailed(device, lsp) if detail else [_row(lsp)]
    yield f"Level (2) LSP Count : {len(found)}"
    yield DOUBLE


def _lsp_id(lsp: LinkStatePdu) -> str:
    return f"{lsp.hostname}.00-00"


def _row(lsp: LinkStatePdu) -> str:
    checksum = f"0x{lsp.checksum:x}"
    return f"{_lsp_id(lsp):<39} 0x{lsp.sequence:<7x} {checksum:<8} {lsp.lifetime:<8} L1L2"


def _dotted(system_id: bytes) -> str:
    text = system_id.hex()
    return ".".join(text[i : i + 4] for i in range(0, 12, 4))


def _detailed(device: SrosDevice, lsp: LinkStatePdu) -> Iterator[str]:
    names = {each.system_id: each.hostname for each in _database(device)}
    checksum, used = f"0x{lsp.checksum:x}", len(lsp.encode())
    yield f"{'LSP ID':<10}: {_lsp_id(lsp):<44}Level     : L2"
    yield f"Sequence  : 0x{lsp.sequence:<19x}  Checksum  : {checksum:<9}Lifetime  : {lsp.lifetime}"
    yield f"{'Version':<10}: {1:<21}  Pkt Type  : {20:<9}Pkt Ver   : 1"
    yield f"{'Attributes':<10}: {'L1L2':<21}  Max Area  : 3"
    yield f"{'SysID Len':<10}: {6:<21}  Used Len  : {used:<9}Alloc Len : {used}"
    yield " "
    yield "TLVs : "
    yield "  Area Addresses:"
    area = lsp.area.hex()
    yield f"    Area Address : ({len(lsp.area):02}) {area[:2]}.{area[2:]}"
    yield from ("  Supp Protocols:", "    Protocols     : IPv4")
    yield f"  IS-Hostname   : {lsp.hostname}"
    yield "  I/F Addresses :"
    yield from (f"    I/F Address   : {address}" for address in lsp.addresses)
    if lsp.neighbors:
        yield from ("  IS Neighbors  :", "    Virtual Flag  : 0")
    for system_id, metric in lsp.neighbors:
        yield f"    Default Metric: (I) {metric}"
        yield "    Delay Metric  : (I) 0"
        yield "    Expense Metric: (I) 0"
        yield "    Error Metric  : (I) 0"
        yield f"    Neighbor      : {names.get(system_id, _dotted(system_id))}.00"
    yield "  Internal Reach:"
    for prefix, metric in lsp.prefixes:
        yield f"    Default Metric: (I) {metric}"
        yield f"    IP Address    : {prefix.network_address}"
        yield f"    IP Mask       : {prefix.netmask}"
    yield ""


def isis_hostname(device: SrosDevice, values: Values) -> Lines:
    protocol(device, "isis", values)
    yield from title(f"{_NAME} Hostnames")
    yield from ("Hosts ", DOUBLE, "System Id                Hostname", SINGLE)
    for lsp in _database(device):
        yield f"{_dotted(lsp.system_id):<25}{lsp.hostname}"
    yield DOUBLE


def isis_topology(device: SrosDevice, values: Values) -> Lines:
    """The way to each router: the first step of its shortest path."""
    protocol(device, "isis", values)
    ways = {a.interface: a.neighbor for a in device.router.state.adjacencies}
    routes = device.router.state.tables.routes.get("", ())
    yield from title(f"{_NAME} Topology Table")
    yield from section("IS-IS IP paths (MT-ID 0), Level 2")
    yield f"{'Node':<32} {'Interface':<27} Nexthop"
    yield SINGLE
    for router in _reached(device):
        system = router.interfaces["system"].ip
        route = next(
            (r for r in routes if r.protocol == "isis" and system and system in r.prefix), None
        )
        if router is not device.router and route is not None:
            interface = route.next_hops[0].interface or ""
            yield f"{router.facts.hostname + '.00':<32} {interface:<27} {ways.get(interface, '')}"
    yield DOUBLE
