"""The router's interfaces and routes: rows, and `show router [N] interface|route-table|arp|vrrp`.

The layout of VRRP's page is after Nokia's Router Configuration Guides (7750 SR and 7210 SAS).
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from labkit.sim.model.facts import BASE
from labkit.sim.net.tables import NextHop, Route
from labkit.sim.routers.sros.commands import ROUTER, shows
from labkit.sim.routers.sros.page import Lines, age, columns, mac, table, updown, yes
from labkit.sim.routers.sros.schema import Mistake
from labkit.sim.routers.sros.tree import Branch

if TYPE_CHECKING:
    from labkit.sim.net.interface import Interface
    from labkit.sim.routers.sros.device import SrosDevice

ROWS = """
configure ; prompt=config plain fixed
    router [Base] ; plain fixed
        interface <name:name> ; up firm prompt=if
            address <address:address>
            description <text:text>
            port <port:port>
            loopback
            icmp ; plain
                unreachables { <number:10-1000> | <seconds:1-60> }* ; on
        autonomous-system <asn:1-4294967295>
        ecmp <paths:0-64>
        router-id <id:ip>
        static-route <prefix:prefix> { next-hop <next_hop:ip> | black-hole | preference \
<preference:1-255> | metric <metric:0-65535> }* ; some multi=prefix,next_hop,black-hole
"""

Values = dict[str, str]
PROTOCOLS = {
    "connected": "Local",
    "local": "Local",
    "static": "Static",
    "isis": "ISIS",
    "bgp": "BGP",
    "bgp-vpn": "BGP VPN",
}
_WORDS = {"local": "connected"}
"""Words of `protocol …` that are not our own name of it."""
ARP_LIFE = 4 * 3600 * 1_000_000
FLAGS = (
    "Flags: n = Number of times nexthop is repeated",
    "       B = BGP backup route available",
    "       L = LFA nexthop available",
    "       S = Sticky ECMP requested",
)


def instance(device: SrosDevice, values: Values) -> str:
    """The VRF that `show router [N]` names.  Raises Mistake if there is none."""
    name = values.get("instance", "Base")
    if name == "Base":
        return BASE
    if not any(vprn["id"] == name for vprn in device.node("service", "vprn")):
        raise Mistake(f'MINOR: CLI Invalid router instance "{name}".')
    return name


def where(vrf: str) -> str:
    """How titles name a routing instance."""
    return f"Service: {vrf}" if vrf else "Router: Base"


def configured(device: SrosDevice, vrf: str) -> Iterator[Branch]:
    """The interfaces of an instance as configured, by name."""
    if vrf == BASE:
        yield from device.node("router", "interface")
    for vprn in device.node("service", "vprn"):
        if vprn["id"] == vrf:
            yield from vprn.all("interface")


def live(device: SrosDevice, name: str, vrf: str) -> Interface | None:
    found = device.router.interfaces.get(name)
    return found if found is not None and found.vrf == vrf else None


def attachment(node: Branch) -> str:
    """What an interface is on: a port, a SAP, a routed VPLS."""
    sap = node.one("sap")
    if node["name"] == "system":
        return "system"
    if node.has("loopback"):
        return "loopback"
    if node.has("vpls"):
        return "rvpls"
    return sap["sap"] if sap is not None else node.value("port", "port") or "n/a"


# --------------------------------------------------------------------------- interfaces


def interface_rows(device: SrosDevice, vrf: str, name: str | None) -> Lines:
    mode = "Network" if vrf == BASE else "VPRN"
    for node in configured(device, vrf):
        if name is not None and node["name"] != name:
            continue
        up = node["name"] in device.router.state.interfaces_up
        state = f"{updown(up)}/Down"
        row = f"{node['name']:<32} {updown(not node.shutdown):<9} {state:<11} {mode:<7} "
        yield f"{row}{attachment(node):<15} "
        address = node.value("address", "address") or "-"
        yield f"   {address:<59} {'n/a' if address != '-' else '-'}"


@shows(ROUTER + " > interface [<name:name>]")
def router_interface(device: SrosDevice, values: Values) -> Lines:
    vrf = instance(device, values)
    header = (
        "Interface-Name                   Adm       Opr(v4/v6)  Mode    Port/SapId",
        "   IP-Address                                                  PfxState",
    )
    rows = list(interface_rows(device, vrf, values.get("name")))
    if values.get("name") and not rows:
        raise Mistake(f'MINOR: CLI Interface "{values["name"]}" does not exist.')
    return table(f"Interface Table ({where(vrf)})", header, rows, "Interfaces : {}")


# --------------------------------------------------------------------------- routes


def next_hop(route: Route, hop: NextHop) -> str:
    """A way out as the route table writes it."""
    if hop.drop:
        return "Black Hole"
    if hop.lsp is not None:
        return f"{hop.gateway} (tunneled:RSVP:{hop.lsp.tunnel_id})"
    if hop.gateway is not None:
        return str(hop.gateway)
    return hop.interface or ""


def route_rows(device: SrosDevice, vrf: str, values: Values) -> Lines:
    wanted = values.get("prefix")
    word = values.get("protocol", "")
    for route in device.router.state.tables.routes.get(vrf, ()):
        if word and route.protocol != _WORDS.get(word, word):
            continue
        if wanted is not None and not _covers(route.prefix, wanted, longer="longer" in values):
            continue
        kind = "Local" if route.protocol in ("connected", "local") else "Remote"
        since = age(device.router.clock.now - device.router.ages.route(route.prefix, vrf))
        protocol = PROTOCOLS[route.protocol]
        for hop in route.next_hops:
            yield f"{route.prefix!s:<46}{kind:<8}{protocol:<10}{since:<11}{route.preference}"
            yield f"       {next_hop(route, hop):<61}{route.metric}"


def _covers(prefix: IPv4Network, wanted: str, *, longer: bool) -> bool:
    """Whether a route is the one asked for; `longer`: or lies within it."""
    if "/" not in wanted:
        return IPv4Address(wanted) in prefix
    return prefix.subnet_of(IPv4Network(wanted)) if longer else prefix == IPv4Network(wanted)


@shows(
    ROUTER + " > route-table { ipv4 | <prefix:route> | exact | longer"
    " | protocol <protocol=aggregate|bgp|bgp-vpn|isis|local|static> }*"
)
def route_table(device: SrosDevice, values: Values) -> Lines:
    vrf = instance(device, values)
    header = (
        "Dest Prefix[Flags]                            Type    Proto     Age        Pref",
        "      Next Hop[Interface Name]                                    Metric",
    )
    rows = list(route_rows(device, vrf, values))
    if "/" not in values.get("prefix", "/"):
        rows = rows[-2:]
    return table(f"Route Table ({where(vrf)})", header, rows, "No. of Routes: {}", FLAGS)


# --------------------------------------------------------------------------- ARP


@shows(ROUTER + " > arp [<address:ip>]")
def arp(device: SrosDevice, values: Values) -> Lines:
    vrf = instance(device, values)
    header = ("IP Address      MAC Address       Expiry    Type   Interface",)
    rows = list(_arp_rows(device, vrf, values.get("address")))
    return table(f"ARP Table ({where(vrf)})", header, rows, "No. of ARP Entries: {}")


def _arp_rows(device: SrosDevice, vrf: str, wanted: str | None) -> Lines:
    now = device.router.clock.now
    found: list[tuple[IPv4Address, bytes, str, str, str]] = []
    for name, interface in device.router.interfaces.items():
        if interface.vrf != vrf or not interface.up:
            continue
        if interface.ip is not None:
            found.append((interface.ip, interface.mac, "00h00m00s", "Oth[I]", name))
        for address, virtual in interface.virtual.items():
            found.append((address, virtual.mac, "00h00m00s", "Oth[I]", name))
        for entry in interface.arp.entries.values():
            if entry.mac is not None:
                left = age(ARP_LIFE - (now - entry.learned))
                found.append((entry.address, entry.mac, left, "Dyn[I]", name))
    for address, hardware, left, kind, name in sorted(found):
        if wanted in (None, str(address)):
            yield f"{address!s:<15} {mac(hardware):<17} {left} {kind:<6} {name}"


@shows("clear > router [<instance:instance>] > arp { all | <address:ip> | interface <name:name> }*")
def clear_arp(device: SrosDevice, values: Values) -> Lines:
    vrf = instance(device, values)
    for interface in device.router.interfaces.values():
        if interface.vrf == vrf and values.get("name") in (None, interface.name):
            interface.arp.clear()
    return iter(())


# --------------------------------------------------------------------------- VRRP


@shows(ROUTER + " > vrrp > instance")
def vrrp_instance(device: SrosDevice, values: Values) -> Lines:
    header = (
        "Interface Name                   VR Id Own Adm  State       Base Pri   Msg Int",
        "                                 IP        Opr  Pol Id      InUse Pri  Inh Int",
    )
    nodes = configured(device, instance(device, values))
    groups = [(node["name"], group) for node in nodes for group in node.all("vrrp")]
    rows = [line for name, group in groups for line in _vrrp_row(device, name, group)]
    return table("VRRP Instances", header, rows, "Instances : {}")


def _vrrp_row(device: SrosDevice, name: str, group: Branch) -> Lines:
    """A virtual router as configured on an interface, and what has become of it."""
    machine = device.router.vrrp.instances.get((name, int(group["vrid"])))
    state = machine.state.value if machine is not None else "Init"
    owner = "owner" in group.values
    base = "255" if owner else group.value("priority", "priority", default="100")
    in_use = machine.priority if machine is not None else base
    interval = group.value("message-interval", "seconds", default="1")
    adm, opr = updown(not group.shutdown), updown(state != "Init")
    widths, vrid, own = (32, 5, 3, 4, 11, 10), group["vrid"], yes(owner)
    yield columns(widths, name, vrid, own, adm, state, base, interval)
    yield f"{'':<33}{'IPv4':<9} {opr:<4} {'n/a':<11} {in_use:<10} No"
    yield f"  Backup Addr: {' '.join(line['address'] for line in group.all('backup'))}"
