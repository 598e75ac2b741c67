"""Services: rows, `show service service-using|fdb-mac` and the pages of `show service id N`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.sim.net.vpls import InterfacePoint
from labkit.sim.routers.sros.attachments import sap_lines, sdp_details
from labkit.sim.routers.sros.checks import services
from labkit.sim.routers.sros.commands import SERVICE, shows
from labkit.sim.routers.sros.page import (
    DOUBLE,
    SINGLE,
    Lines,
    columns,
    mac,
    pair,
    section,
    stamp,
    table,
    title,
    updown,
)
from labkit.sim.routers.sros.routing import interface_rows
from labkit.sim.routers.sros.schema import Mistake
from labkit.sim.routers.sros.service import (
    far_end,
    find,
    sap_mtu,
    sap_up,
    saps,
    service_up,
    spoke_state,
    spokes,
)
from labkit.sim.routers.sros.tree import Branch

if TYPE_CHECKING:
    from labkit.sim.routers.sros.device import SrosDevice

ROWS = """
configure ; prompt=config plain fixed
    service ; plain fixed
        customer <id:1-2147483647> [create] ; create context
            description <text:text> ; kept
        sdp <id:1-17407> { mpls | gre | create }* ; create down
            description <text:text>
            far-end <address:ip>
            ldp
            lsp <name:name> ; multi
            signaling <type=off|tldp|bgp> ; default=tldp
            path-mtu <mtu:576-9194>
            keep-alive ; down fixed
        vprn <id:1-2147483647> { customer <customer:1-2147483647> | create }* ; create down
            description <text:text>
            service-name <name:name>
            vrf-import <policy1:name> { <policy2:name> | <policy3:name> }*
            vrf-export <policy1:name> { <policy2:name> | <policy3:name> }*
            ecmp <paths:0-64>
            router-id <id:ip>
            autonomous-system <asn:1-4294967295>
            route-distinguisher <rd:rd>
            auto-bind-tunnel ; plain
                resolution-filter ; plain
                    ldp
                    rsvp
                resolution <mode=any|filter|disabled> ; default=disabled
            vrf-target { <target:target> | export <export:target> | import <import:target> }* ; some
            interface <name:name> [create] ; create quiet firm prompt=if
                description <text:text>
                address <address:address>
                ip-mtu <mtu:512-9000>
                icmp ; plain
                    unreachables { <number:10-1000> | <seconds:1-60> }* ; on
                loopback
                vrrp <vrid:1-255> [owner] ; quiet
                    backup <address:ip> ; multi
                    priority <priority:1-254> ; default=100
                    preempt ; on
                    ping-reply
                    telnet-reply
                    traceroute-reply
                    message-interval <seconds:1-255> ; default=1
                vpls <name:name> ; single context
                sap <sap:port> [create] ; create quiet firm
                    description <text:text>
            static-route <prefix:prefix> { next-hop <next_hop:ip> | black-hole | preference \
<preference:1-255> | metric <metric:0-65535> }* ; some multi=prefix,next_hop,black-hole
            bgp ; up
                router-id <id:ip>
                keepalive <seconds:0-21845> ; default=30
                hold-time <seconds:0-65535> ; default=90
                group <name:name> ; quiet firm
                    description <text:text>
                    type <type=internal|external>
                    keepalive <seconds:0-21845>
                    hold-time <seconds:0-65535>
                    import <policy1:name> { <policy2:name> | <policy3:name> }*
                    export <policy1:name> { <policy2:name> | <policy3:name> }*
                    peer-as <asn:1-4294967295>
                    med-out <med:0-4294967295>
                    neighbor <address:ip> ; quiet firm
                        description <text:text>
                        keepalive <seconds:0-21845>
                        hold-time <seconds:0-65535>
                        import <policy1:name> { <policy2:name> | <policy3:name> }*
                        export <policy1:name> { <policy2:name> | <policy3:name> }*
                        peer-as <asn:1-4294967295>
                        med-out <med:0-4294967295>
        vpls <id:1-2147483647> { customer <customer:1-2147483647> | create }* ; create down
            description <text:text>
            service-mtu <mtu:1-9194> ; default=1514
            allow-ip-int-bind ; context
            stp ; down fixed
            service-name <name:name>
            sap <sap:port> [create] ; create quiet firm
                description <text:text>
            spoke-sdp <id:spoke> [create] ; create up firm
                description <text:text>
"""

Values = dict[str, str]
TYPES = {"vprn": "VPRN", "vpls": "VPLS", "mirror-dest": "Mirror"}


@shows("show > service > service-using { vprn | vpls | mirror }*")
def service_using(device: SrosDevice, values: Values) -> Lines:
    header = ("ServiceId    Type      Adm  Opr  CustomerId Service Name",)
    wanted = [keyword for keyword in TYPES if keyword.removesuffix("-dest") in values]

    def rows() -> Lines:
        for node in sorted(services(device.configuration), key=lambda each: int(each["id"])):
            if wanted and node.row.keyword not in wanted:
                continue
            adm, opr = updown(not node.shutdown), updown(service_up(device, node))
            name = node.value("service-name", "name") or node["id"]
            customer = node.values.get("customer", "1")
            kind = TYPES[node.row.keyword]
            yield f"{node['id']:<12} {kind:<9} {adm:<4} {opr:<4} {customer:<10} {name}".rstrip()

    return table("Services ", header, rows(), "Matching Services : {}", (SINGLE,))


@shows("show > service > service-name-using")
def service_name_using(device: SrosDevice, values: Values) -> Lines:
    header = ("Service Name                                                 Type   Service Id",)

    def rows() -> Lines:
        for node in services(device.configuration):
            name = node.value("service-name", "name")
            if name:
                yield f"{name:<61}{TYPES[node.row.keyword].capitalize():<6} {node['id']:>10}"

    return table("Services By Name", header, rows(), "Matching Services : {}")


# --------------------------------------------------------------------------- a service's pages


@shows(SERVICE + " > base")
def service_base(device: SrosDevice, values: Values) -> Lines:
    service = find(device, values["service"])
    kind = service.row.keyword
    up = service_up(device, service)
    since = device.router.ages.since("service", int(service["id"]))
    attached = list(saps(service))
    bound = list(spokes(service))
    yield from title("Service Basic Information")
    yield pair("Service Id", service["id"], "Vpn Id", 0)
    yield pair("Service Type", TYPES[kind])
    yield pair("Name", service.value("service-name", "name") or "(Not Specified)")
    yield pair("Description", service.value("description", "text") or "(Not Specified)")
    yield pair("Customer Id", service.values.get("customer", "1"), "Creation Origin", "manual")
    yield pair("Last Status Change", stamp(since))
    yield pair("Last Mgmt Change", stamp(since))
    if kind == "vprn":
        yield from _vprn_lines(device, service, up)
    else:
        yield pair("Admin State", updown(not service.shutdown), "Oper State", updown(up))
        mtu = service.value("service-mtu", "mtu", default="1514") if kind == "vpls" else "0"
        yield pair("MTU", mtu, "Def. Mesh VC Id", service["id"])
    yield pair("SAP Count", len(attached), "SDP Bind Count", len(bound))
    if kind == "vpls":
        routed = "Enabled" if service.has("allow-ip-int-bind") else "Disabled"
        yield pair("Snd Flush on Fail", "Disabled", "Host Conn Verify", "Disabled")
        yield pair("Propagate MacFlush", "Disabled", "Per Svc Hashing", "Disabled")
        yield pair("Allow IP Intf Bind", routed)
        yield pair("Def. Gateway IP", "None")
        yield pair("Def. Gateway MAC", "None")
        yield pair("Temp Flood Time", "Disabled", "Temp Flood", "Inactive")
        yield pair("Temp Flood Chg Cnt", 0)
    yield " "
    yield from section("Service Access & Destination Points")
    yield "Identifier                               Type         AdmMTU  OprMTU  Adm  Opr"
    yield SINGLE
    for sap in attached:
        mtu_, adm = sap_mtu(device, sap["sap"]), updown(not sap.shutdown)
        opr = updown(sap_up(device, service, sap))
        yield f"{'sap:' + sap['sap']:<40} {'null':<12} {mtu_:<7} {mtu_:<7} {adm:<4} {opr}"
    for spoke in bound:
        state = spoke_state(device, spoke)
        mtu_ = _spoke_mtu(device, spoke)
        adm, opr = updown(not spoke.shutdown), updown(state is not None and state.up)
        name = f"sdp:{spoke['id']} S({far_end(device, spoke)})"
        yield f"{name:<40} {'Spok':<12} {0:<7} {mtu_:<7} {adm:<4} {opr}"
    yield DOUBLE


def _spoke_mtu(device: SrosDevice, spoke: Branch) -> int:
    number = int(spoke["id"].partition(":")[0])
    state = next((s for s in device.router.state.sdps if s.sdp.sdp_id == number), None)
    return state.path_mtu if state is not None else 0


def _vprn_lines(device: SrosDevice, service: Branch, up: bool) -> Lines:
    target = service.one("vrf-target")
    facts = next(v for v in device.router.facts.vrfs if v.name == service["id"])
    asn = service.value("autonomous-system", "asn") or next(
        (bgp.asn for bgp in device.router.facts.bgp if bgp.vrf == service["id"]), "None"
    )
    router_id = next((i.ip for i in device.router.interfaces.values() if i.name == "system"), None)
    yield pair("Admin State", updown(not service.shutdown), "Oper State", updown(up))
    yield ""
    yield pair("Route Dist.", facts.rd or "None", "VPRN Type", "regular")
    yield pair("Oper Route Dist", facts.rd or "None")
    yield pair("Oper RD Type", "configured" if facts.rd else "none")
    yield pair("AS Number", asn, "Router Id", service.value("router-id", "id") or router_id)
    yield pair("ECMP", "Enabled", "ECMP Max Routes", facts.ecmp)
    yield pair("Max IPv4 Routes", "No Limit")
    yield "Auto Bind Tunnel"
    mode = service.value("auto-bind-tunnel", "resolution", "mode") or "disabled"
    yield pair("Resolution", mode)
    yield pair("Max IPv6 Routes", "No Limit")
    yield pair("Ignore NH Metric", "Disabled")
    yield pair("Hash Label", "Disabled")
    targets = target.row.text(target.values).removeprefix("vrf-target ") if target else "None"
    yield pair("Vrf Target", targets)
    yield pair("Vrf Import", service.value("vrf-import", "policy1") or "None")
    yield pair("Vrf Export", service.value("vrf-export", "policy1") or "None")
    yield pair("MVPN Vrf Target", "None")
    yield pair("MVPN Vrf Import", "None")
    yield pair("MVPN Vrf Export", "None")
    yield pair("Car. Sup C-VPN", "Disabled")
    yield pair("Label mode", "vrf")
    yield pair("BGP VPN Backup", "Disabled")
    yield ""


@shows(SERVICE + " > interface [<name:name>]")
def service_interface(device: SrosDevice, values: Values) -> Lines:
    service = find(device, values["service"])
    header = (
        "Interface-Name                   Adm       Opr(v4/v6)  Type    Port/SapId",
        "   IP-Address                                                  PfxState",
    )
    rows = interface_rows(device, service["id"], values.get("name"))
    return table("Interface Table", header, rows, "Interfaces : {}")


@shows(SERVICE + " > all")
def service_all(device: SrosDevice, values: Values) -> Lines:
    service = find(device, values["service"])
    yield from service_base(device, values)
    if list(spokes(service)):
        yield from sdp_details(device, list(spokes(service)))
    for sap in saps(service):
        yield from sap_lines(device, service, sap)
    if service.row.keyword == "vprn":
        yield from service_interface(device, values)


@shows(SERVICE + " > fdb [detail]")
def service_fdb(device: SrosDevice, values: Values) -> Lines:
    service = find(device, values["service"])
    if service.row.keyword != "vpls":
        raise Mistake("MINOR: CLI Service is not a VPLS.")
    header = (
        "ServId    MAC               Source-Identifier       Type     Last Change",
        "                                                    Age",
    )
    name = f"Forwarding Database, Service {service['id']}"
    return table(name, header, _fdb_rows(device, service), "No. of MAC Entries: {}")


def _fdb_rows(device: SrosDevice, service: Branch) -> Lines:
    now = device.router.clock.now
    provider = device.router.provider
    bridge = provider.bridges.get(int(service["id"])) if provider is not None else None
    if bridge is None:
        return
    for point in bridge.points:
        if isinstance(point, InterfacePoint):
            since = stamp(device.router.ages.since("interface", point.name))
            for own in bridge.macs(point):
                yield columns((9, 17, 23, 8), service["id"], mac(own), point, "Intf", since)
    for address, entry in bridge.fdb(now).items():
        seconds = (now - entry.seen) // 1_000_000
        aged, learned = f"L/{seconds}", stamp(entry.learned)
        yield columns((9, 17, 23, 8), service["id"], mac(address), entry.point, aged, learned)


@shows("show > service > fdb-mac")
def fdb_mac(device: SrosDevice, values: Values) -> Lines:
    header = ("ServId    MAC               Source-Identifier       Type     Last Change",)
    rows = [
        row
        for service in services(device.configuration)
        if service.row.keyword == "vpls"
        for row in _fdb_rows(device, service)
    ]
    return table("Service Forwarding Database", header, rows, "No. of Entries: {}")
