"""`show service …` and `show mirror mirror-dest`: services, SAPs, SDPs and the FDB."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from labkit.cli.nokia_sros.apply import port_mtu
from labkit.cli.nokia_sros.checks import services
from labkit.cli.nokia_sros.page import (
    DOUBLE,
    SINGLE,
    Lines,
    age,
    mac,
    pair,
    section,
    stamp,
    table,
    title,
    updown,
)
from labkit.cli.nokia_sros.schema import Mistake
from labkit.cli.nokia_sros.show_router import interface_rows
from labkit.cli.nokia_sros.tree import Node
from labkit.net.control.services import SapState, SdpState
from labkit.net.tables import Pseudowire
from labkit.net.vpls import VplsInstance

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.device import SrosDevice

Values = dict[str, str]
TYPES = {"vprn": "VPRN", "vpls": "VPLS", "mirror-dest": "Mirror"}
OVERHEAD = 22
"""Bytes that Ethernet and two labels take from the core's MTU: what an SDP can carry."""


def find(device: SrosDevice, number: str) -> Node:
    """A service by its ID.  Raises Mistake if there is none."""
    for node in services(device.configuration):
        if node["id"] == number:
            return node
    raise Mistake(f'MINOR: CLI Invalid service id "{number}".')


def service_up(device: SrosDevice, node: Node) -> bool:
    """Whether a service is operational."""
    state, number = device.router.state, int(node["id"])
    if node.row.keyword == "vpls":
        return any(each.up for each in state.vpls if each.vpls.service_id == number)
    if node.row.keyword == "mirror-dest":
        return any(each.up for each in state.mirrors if each.mirror.service_id == number)
    return not node.shutdown


def service_using(device: SrosDevice, values: Values) -> Lines:
    header = ("ServiceId    Type      Adm  Opr  CustomerId Service Name",)
    wanted = {
        "mirror-dest" if word == "mirror" else word
        for word in ("vprn", "vpls", "mirror")
        if word in values
    }

    def rows() -> Lines:
        for node in sorted(services(device.configuration), key=lambda each: int(each["id"])):
            if wanted and node.row.keyword not in wanted:
                continue
            adm, opr = updown(not node.shutdown), updown(service_up(device, node))
            name = node.value("service-name", "name")
            customer = node.values.get("customer", "1")
            kind = TYPES[node.row.keyword]
            yield f"{node['id']:<12} {kind:<9} {adm:<4} {opr:<4} {customer:<10} {name}".rstrip()

    lines = list(table("Services ", header, rows(), "Matching Services : {}"))
    return iter([*lines[:-1], SINGLE, lines[-1]])


def customer(device: SrosDevice, values: Values) -> Lines:
    yield from title("Customers ")
    count = 0
    for node in device.node("service", "customer"):
        if values.get("customer") not in (None, node["id"]):
            continue
        count += 1
        yield pair("Customer-ID", node["id"], name=19)
        yield pair("Contact", node.value("contact", "text") or "(Not Specified)", name=19)
        yield pair("Description", node.value("description", "text") or "(Not Specified)", name=19)
        yield pair("Phone", node.value("phone", "text") or "(Not Specified)", name=19)
        yield ""
    yield from (SINGLE, f"Total Customers : {count}", SINGLE, DOUBLE)


# --------------------------------------------------------------------------- SAPs


def saps(service: Node) -> Iterator[Node]:
    yield from service.all("sap")
    yield from service.all("interface", "sap")


def sap_up(device: SrosDevice, service: Node, sap: Node) -> bool:
    port = device.router.ports.get(sap["sap"])
    below = port is not None and port.up
    above = not service.shutdown and not sap.shutdown
    parent = sap.parent
    return below and above and parent is not None and not parent.shutdown


def _sap_rows(device: SrosDevice, wanted: list[tuple[Node, Node]]) -> Lines:
    for service, sap in wanted:
        adm, opr = updown(not sap.shutdown), updown(sap_up(device, service, sap))
        yield f"{sap['sap']:<31} {service['id']:<10} {1:<5}  {'none':<7} {1:<5} {'none':<6} {adm:<4} {opr}"


_SAP_HEADER = (
    "PortId                          SvcId      Ing.  Ing.    Egr.  Egr.   Adm  Opr",
    "                                           QoS   Fltr    QoS   Fltr        ",
)


def sap_using(device: SrosDevice, values: Values) -> Lines:
    found = [
        (service, sap)
        for service in services(device.configuration)
        for sap in saps(service)
        if values.get("sap") in (None, sap["sap"])
    ]
    lines = list(
        table(
            "Service Access Points ", _SAP_HEADER, _sap_rows(device, found), "Number of SAPs : {}"
        )
    )
    return iter([*lines[:-1], SINGLE, lines[-1]])


def service_sap(device: SrosDevice, values: Values) -> Lines:
    service = find(device, values["service"])
    if "sap" in values:
        return _sap_page(device, service, values["sap"])
    found = [(service, sap) for sap in saps(service)]
    name = f"SAP(Summary), Service {service['id']}"
    lines = list(table(name, _SAP_HEADER, _sap_rows(device, found), "Number of SAPs : {}"))
    return iter([*lines[:-1], SINGLE, lines[-1]])


def _sap_page(device: SrosDevice, service: Node, name: str) -> Lines:
    sap = next((each for each in saps(service) if each["sap"] == name), None)
    if sap is None:
        raise Mistake(f'MINOR: CLI Invalid SAP "{name}".')
    return _sap_lines(device, service, sap)


def _sap_lines(device: SrosDevice, service: Node, sap: Node) -> Lines:
    up = sap_up(device, service, sap)
    flags = _sap_flags(device, service, sap)
    yield from title("Service Access Points(SAP)")
    yield pair("Service Id", service["id"])
    yield pair("SAP", sap["sap"], "Encap", "null")
    yield pair("Description", sap.value("description", "text") or "(Not Specified)")
    yield pair("Admin State", updown(not sap.shutdown), "Oper State", updown(up))
    yield pair("Flags", " ".join(flags) or "None")
    yield pair("Multi Svc Site", "None")
    yield pair("Admin MTU", _mtu(device, sap["sap"]), "Oper MTU", _mtu(device, sap["sap"]))
    yield DOUBLE


def _sap_flags(device: SrosDevice, service: Node, sap: Node) -> tuple[str, ...]:
    state = device.router.state
    known: list[SapState] = [each for vpls in state.vpls for each in vpls.saps]
    known += [mirror.sap for mirror in state.mirrors if mirror.sap is not None]
    for each in known:
        if each.sap.port == sap["sap"]:
            return each.flags
    flags = ["ServiceAdminDown"] if service.shutdown else []
    flags += ["SapAdminDown"] if sap.shutdown else []
    port = device.router.ports.get(sap["sap"])
    return (*flags, *(() if port is not None and port.up else ("PortOperDown",)))


def _mtu(device: SrosDevice, port: str) -> int:
    return next((port_mtu(node) for node in device.node("port") if node["port"] == port), 0)


# --------------------------------------------------------------------------- SDPs


def _sdp_row(device: SrosDevice, state: SdpState) -> str:
    sdp = state.sdp
    node = next(each for each in device.node("service", "sdp") if each["id"] == str(sdp.sdp_id))
    path = device.router.ports.get(state.lsp.path.port) if state.lsp and state.lsp.path else None
    room = path.mtu - OVERHEAD if path is not None and state.up else 0
    far = str(sdp.far_end) if sdp.far_end is not None else ""
    delivery, lsp = ("MPLS", "R") if "mpls" in node.values else ("GRE", "n/a")
    signal = "TLDP" if sdp.signaling == "tldp" else "None"
    mtu = node.value("path-mtu", "mtu", default="0")
    return (
        f"{sdp.sdp_id:<6} {mtu:<7} {room:<7} {far:<16} {updown(sdp.enabled):<4} "
        f"{updown(state.up):<11} {delivery:<7} {lsp:<5} {signal}"
    )


def sdp(device: SrosDevice, values: Values) -> Lines:
    wanted = values.get("sdp")
    states = [s for s in device.router.state.sdps if wanted in (None, str(s.sdp.sdp_id))]
    if wanted is not None and not states:
        raise Mistake(f'MINOR: CLI Invalid SDP id "{wanted}".')
    rows = [_sdp_row(device, state) for state in states]
    if wanted is None:
        return _sdp_table("Services: Service Destination Points", rows, "")
    if "detail" not in values:
        return _sdp_table(f"Service Destination Point (Sdp Id : {wanted})", rows, None)
    return _sdp_page(device, states[0])


def _sdp_table(name: str, rows: list[str], count: str | None) -> Lines:
    wide, dash = "=" * 76, "-" * 76
    yield ""
    yield from (wide, name, wide)
    yield "SdpId  AdmMTU  OprMTU  Far End          Adm  Opr         Del     LSP   Sig"
    yield dash
    yield from rows
    if count is not None:
        yield from (dash, f"Number of SDPs : {len(rows)}", dash)
        yield "Legend: R = RSVP, L = LDP, B = BGP, M = MPLS-TP, n/a = Not Applicable"
    yield wide


def _sdp_page(device: SrosDevice, state: SdpState) -> Lines:
    sdp_ = state.sdp
    since = device.router.ages.sdp(sdp_.sdp_id)
    yield from title(f"Service Destination Point (Sdp Id : {sdp_.sdp_id}) Details")
    yield from section(f" Sdp Id {sdp_.sdp_id}  -{sdp_.far_end}")
    yield pair("SDP Id", sdp_.sdp_id, "SDP Source", "manual", 21)
    yield pair("Admin State", updown(sdp_.enabled), "Oper State", updown(state.up), 21)
    yield pair(
        "Signaling", "TLDP" if sdp_.signaling == "tldp" else "None", "Far End", sdp_.far_end, 21
    )
    yield pair("Last Status Change", stamp(since), "Flags", " ".join(state.flags) or "None", 21)
    yield ""
    yield from section("RSVP/Static LSPs")
    yield "Associated LSP List :"
    for name in sdp_.lsps:
        up = state.lsp is not None and state.lsp.name == name
        yield pair("Lsp Name", name, name=21)
        yield pair("Admin State", "Up", "Oper State", updown(up), 21)
    yield DOUBLE


def _spokes(service: Node) -> Iterator[Node]:
    yield from service.all("spoke-sdp")


def _spoke_state(device: SrosDevice, spoke: Node) -> Pseudowire | None:
    sdp_id, _, circuit = spoke["id"].partition(":")
    return device.router.state.tables.pseudowires.get((int(sdp_id), int(circuit)))


def _far_end(device: SrosDevice, spoke: Node) -> str:
    sdp_id = spoke["id"].partition(":")[0]
    for node in device.node("service", "sdp"):
        if node["id"] == sdp_id:
            return node.value("far-end", "address") or "0.0.0.0"
    return "0.0.0.0"


def sdp_using(device: SrosDevice, values: Values) -> Lines:
    header = (
        "SvcId      SdpId              Type   Far End              Opr   I.Label E.Label",
        "                                                          State         ",
    )

    def rows() -> Lines:
        for service in services(device.configuration):
            for spoke in _spokes(service):
                if values.get("sdp") not in (None, spoke["id"].partition(":")[0]):
                    continue
                state = _spoke_state(device, spoke)
                up = updown(state is not None and state.up)
                ingress = state.ingress_label if state is not None else None
                egress = state.egress_label if state is not None else None
                far = _far_end(device, spoke)
                yield f"{service['id']:<10} {spoke['id']:<18} {'Spok':<6} {far:<20} {up:<5} {ingress!s:<7} {egress!s}"

    lines = list(table("SDP Using", header, rows(), "Number of SDPs : {}"))
    return iter([*lines[:-1], SINGLE, lines[-1]])


def service_sdp(device: SrosDevice, values: Values) -> Lines:
    service = find(device, values["service"])
    found = [s for s in _spokes(service) if values.get("spoke") in (None, s["id"])]
    if "spoke" in values and not found:
        raise Mistake(f'MINOR: CLI Invalid SDP binding "{values["spoke"]}".')
    if "detail" in values:
        return _sdp_details(device, service, found)
    header = ("SdpId            Type     Far End addr        Adm     Opr       I.Lbl     E.Lbl",)

    def rows() -> Lines:
        for spoke in found:
            state = _spoke_state(device, spoke)
            adm, opr = updown(not spoke.shutdown), updown(state is not None and state.up)
            labels = (state.ingress_label, state.egress_label) if state else (None, None)
            yield (
                f"{spoke['id']:<16} {'Spok':<8} {_far_end(device, spoke):<19} {adm:<7} {opr:<9} "
                f"{labels[0]!s:<9} {labels[1]!s}"
            )

    lines = list(
        table("Services: Service Destination Points", header, rows(), "Number of SDPs : {}")
    )
    return iter([*lines[:-1], SINGLE, lines[-1]])


def _sdp_details(device: SrosDevice, service: Node, spokes: list[Node]) -> Lines:
    yield from title("Service Destination Points(Sdps) Details")
    for spoke in spokes:
        state = _spoke_state(device, spoke)
        ingress = state.ingress_label if state is not None else None
        egress = state.egress_label if state is not None else None
        yield from section(f" Sdp Id {spoke['id']}  -({_far_end(device, spoke)})")
        yield pair("Description", spoke.value("description", "text") or "(Not Specified)")
        yield pair("SDP Id", spoke["id"], "Type", "Spoke")
        yield pair("VC Type", "Ether", "VC Tag", "n/a")
        yield pair(
            "Admin State",
            updown(not spoke.shutdown),
            "Oper State",
            updown(state is not None and state.up),
        )
        yield pair("Far End", _far_end(device, spoke), "Delivery", "MPLS")
        yield pair("Ingress Label", ingress, "Egress Label", egress)
        yield pair("Signaling", "TLDP", "Control Word", "Not Preferred")
        yield pair("Flags", (state.reason if state is not None else "") or "None")
    yield from (SINGLE, f"Number of SDPs : {len(spokes)}", SINGLE, DOUBLE)


# --------------------------------------------------------------------------- a service's pages


def service_base(device: SrosDevice, values: Values) -> Lines:
    service = find(device, values["service"])
    return _base(device, service)


def _base(device: SrosDevice, service: Node) -> Lines:
    kind = service.row.keyword
    up = service_up(device, service)
    since = device.router.ages.service(int(service["id"]))
    attached = list(saps(service))
    spokes = list(_spokes(service))
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
    yield pair("SAP Count", len(attached), "SDP Bind Count", len(spokes))
    if kind == "vpls":
        bound = "Enabled" if service.has("allow-ip-int-bind") else "Disabled"
        yield pair("Snd Flush on Fail", "Disabled", "Host Conn Verify", "Disabled")
        yield pair("Allow IP Intf Bind", bound)
    yield " "
    yield from section("Service Access & Destination Points")
    yield "Identifier                               Type         AdmMTU  OprMTU  Adm  Opr"
    yield SINGLE
    for sap in attached:
        mtu_, adm = _mtu(device, sap["sap"]), updown(not sap.shutdown)
        opr = updown(sap_up(device, service, sap))
        yield f"{'sap:' + sap['sap']:<40} {'null':<12} {mtu_:<7} {mtu_:<7} {adm:<4} {opr}"
    for spoke in spokes:
        state = _spoke_state(device, spoke)
        adm, opr = updown(not spoke.shutdown), updown(state is not None and state.up)
        name = f"sdp:{spoke['id']} S({_far_end(device, spoke)})"
        yield f"{name:<40} {'Spok':<12} {0:<7} {9190:<7} {adm:<4} {opr}"
    yield DOUBLE


def _vprn_lines(device: SrosDevice, service: Node, up: bool) -> Lines:
    target = service.one("vrf-target")
    facts = next(v for v in device.router.facts.vrfs if v.name == service["id"])
    asn = service.value("autonomous-system", "asn") or next(
        (bgp.asn for bgp in device.router.facts.bgp if bgp.vrf == service["id"]), "None"
    )
    router_id = next((i.ip for i in device.router.interfaces.values() if i.name == "system"), None)
    yield pair("Admin State", updown(not service.shutdown), "Oper State", updown(up))
    yield ""
    yield pair("Route Dist.", facts.rd or "None", "VPRN Type", "regular")
    yield pair("AS Number", asn, "Router Id", service.value("router-id", "id") or router_id)
    yield pair("ECMP", "Enabled", "ECMP Max Routes", facts.ecmp)
    yield pair(
        "Auto Bind Tunnel", service.value("auto-bind-tunnel", "resolution", "mode") or "disabled"
    )
    yield pair(
        "Vrf Target",
        target.row.text(target.values).removeprefix("vrf-target ") if target else "None",
    )
    yield pair("Vrf Import", service.value("vrf-import", "policy1") or "None")
    yield pair("Vrf Export", service.value("vrf-export", "policy1") or "None")


def service_interface(device: SrosDevice, values: Values) -> Lines:
    service = find(device, values["service"])
    header = (
        "Interface-Name                   Adm       Opr(v4/v6)  Type    Port/SapId",
        "   IP-Address                                                  PfxState",
    )
    rows = interface_rows(device, service["id"], values.get("name"))
    return table("Interface Table", header, rows, "Interfaces : {}")


def service_all(device: SrosDevice, values: Values) -> Lines:
    service = find(device, values["service"])
    return _all(device, service, values)


def _all(device: SrosDevice, service: Node, values: Values) -> Lines:
    yield from _base(device, service)
    if list(_spokes(service)):
        yield from _sdp_details(device, service, list(_spokes(service)))
    for sap in saps(service):
        yield from _sap_lines(device, service, sap)
    if service.row.keyword == "vprn":
        yield from service_interface(device, values)


def service_fdb(device: SrosDevice, values: Values) -> Lines:
    service = find(device, values["service"])
    if service.row.keyword != "vpls":
        raise Mistake("MINOR: CLI Service is not a VPLS.")
    header = (
        "ServId    MAC               Source-Identifier        Type     Last Change",
        "                                                     Age",
    )
    return table(
        f"Forwarding Database, Service {service['id']}",
        header,
        _fdb_rows(device, service),
        "No. of MAC Entries: {}",
    )


def _bridge(device: SrosDevice, service: Node) -> VplsInstance | None:
    provider = device.router.provider
    return provider.bridges.get(int(service["id"])) if provider is not None else None


def _fdb_rows(device: SrosDevice, service: Node) -> Lines:
    now = device.router.clock.now
    bridge = _bridge(device, service)
    if bridge is None:
        return
    for address, entry in bridge.fdb(now).items():
        seconds = (now - entry.seen) // 1_000_000
        yield f"{service['id']:<9} {mac(address)} {entry.point!s:<24} {f'L/{seconds}':<8} {stamp(entry.learned)}"


def fdb_mac(device: SrosDevice, values: Values) -> Lines:
    header = ("ServId    MAC               Source-Identifier        Type     Last Change",)
    rows = [
        row
        for service in services(device.configuration)
        if service.row.keyword == "vpls"
        for row in _fdb_rows(device, service)
    ]
    return table("Service Forwarding Database", header, rows, "No. of Entries: {}")


def clear_fdb(device: SrosDevice, values: Values) -> Lines:
    bridge = _bridge(device, find(device, values["service"]))
    if bridge is not None:
        bridge.flush()
    return iter(())


def service_arp(device: SrosDevice, values: Values) -> Lines:
    service = find(device, values["service"])
    header = ("IP Address      MAC Address       Type    Expiry     Interface         SAP",)

    def rows() -> Lines:
        for name, interface in device.router.interfaces.items():
            if interface.vrf == service["id"]:
                for entry in interface.arp.entries.values():
                    if entry.mac is not None:
                        left = age(4 * 3600 * 1_000_000 - (device.router.clock.now - entry.learned))
                        yield f"{entry.address!s:<15} {mac(entry.mac)} {'Dynamic':<7} {left:<10} {name:<17}"

    return table("ARP Table", header, rows())


# --------------------------------------------------------------------------- mirrors


def mirror_dest(device: SrosDevice, values: Values) -> Lines:
    found = [n for n in device.node("mirror", "mirror-dest") if values.get("id") in (None, n["id"])]
    if "id" not in values:
        return _mirror_table(device, found)
    if not found:
        raise Mistake(f'MINOR: CLI Invalid service id "{values["id"]}".')
    return _mirror_page(device, found[0])


def _mirror_table(device: SrosDevice, found: list[Node]) -> Lines:
    header = (
        "Id         Type   Adm  Opr  Destination                   SDP Lbl/    Slice",
        "                                                          SAP QoS",
    )

    def rows() -> Lines:
        for node in found:
            adm, opr = updown(not node.shutdown), updown(service_up(device, node))
            sap, spoke = node.one("sap"), node.one("spoke-sdp")
            where = f"SAP {sap['sap']}" if sap else f"SDP {spoke['id']}" if spoke else "None"
            state = _spoke_state(device, spoke) if spoke is not None else None
            label = state.egress_label if state is not None else "n/a"
            size = node.value("slice-size", "bytes", default="None")
            yield f"{node['id']:<10} {'Ether':<6} {adm:<4} {opr:<4} {where:<29} {label!s:<11} {size}"

    return table("Mirror Services", header, rows())


def _mirror_page(device: SrosDevice, node: Node) -> Lines:
    number = int(node["id"])
    state = next((m for m in device.router.state.mirrors if m.mirror.service_id == number), None)
    remote = (
        "Yes" if node.one("remote-source") and list(node.all("remote-source", "far-end")) else "No"
    )
    yield from title("Mirror Service")
    yield pair("Service Id", node["id"], "Type", "Ether")
    yield pair("Description", node.value("description", "text") or "(Not Specified)")
    yield pair(
        "Admin State", updown(not node.shutdown), "Oper State", updown(service_up(device, node))
    )
    yield pair(
        "Forwarding Class", node.value("fc", "class", default="be"), "Remote Sources", remote
    )
    yield pair("Slice", node.value("slice-size", "bytes", default="0"))
    sap, spoke = node.one("sap"), node.one("spoke-sdp")
    if sap is not None:
        yield pair("Destination SAP", sap["sap"], "Egr QoS Policy", 1)
    yield SINGLE
    if spoke is not None:
        wire = state.spoke if state is not None else None
        label = wire.egress_label if wire is not None else None
        yield "Mirror Services SDP"
        yield SINGLE
        yield "SdpId        IP Addr         CfgEgrLbl OprEgrLbl Signal RemSrc State"
        yield f"{spoke['id']:<12} {_far_end(device, spoke):<15} {'None':<9} {label!s:<9} {'TLDP':<6} {'No':<6} {updown(wire is not None and wire.up)}"
        yield SINGLE
    if state is not None and state.remote_labels:
        yield from ("Remote Sources", SINGLE, "Far End         Ingress Label")
        yield from (f"{far!s:<15} {label!s}" for far, label in state.remote_labels)
        yield SINGLE
    yield from ("Local Sources", SINGLE)
    yield from _local_sources(device, node["id"])
    yield DOUBLE


def _local_sources(device: SrosDevice, number: str) -> Lines:
    source = next(
        (s for s in device.configuration.debug.all("mirror-source") if s["id"] == number), None
    )
    if source is None:
        yield "No Mirror configuration"
        return
    yield pair("Admin State", updown(not source.shutdown))
    for port in source.all("port"):
        ways = " ".join(
            word.capitalize()[:3] for word in ("egress", "ingress") if word in port.values
        )
        yield f"-Port                                      {port['port']:<32} {ways}"
