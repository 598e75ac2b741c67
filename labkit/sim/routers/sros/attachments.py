"""What services are attached to: `show service sap-using|sdp|sdp-using`, `id N sap|sdp`.

Layouts after outputs of SR OS 22 to 24 in public lab guides, without the lines of later releases.
A port here has null encapsulation, so that all its frames are those of its one SAP.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.sim.net.control.services import SdpState
from labkit.sim.net.link import Counters
from labkit.sim.routers.sros.checks import services
from labkit.sim.routers.sros.commands import SERVICE, shows
from labkit.sim.routers.sros.page import (
    DOUBLE,
    SINGLE,
    Lines,
    columns,
    section,
    stamp,
    table,
    title,
    updown,
    wide,
)
from labkit.sim.routers.sros.schema import Mistake
from labkit.sim.routers.sros.service import (
    far_end,
    find,
    sap_mtu,
    sap_state,
    sap_up,
    saps,
    spoke_state,
    spokes,
)
from labkit.sim.routers.sros.tree import Branch

if TYPE_CHECKING:
    from labkit.sim.routers.sros.device import SrosDevice

Values = dict[str, str]
_USING = (10, 18, 6, 20, 5, 7)
_SAP_WIDTHS = (31, 10, 6, 7, 5, 6, 4)
_SAP_HEADER = (
    "PortId                          SvcId      Ing.  Ing.    Egr.  Egr.   Adm  Opr",
    "                                           QoS   Fltr    QoS   Fltr        ",
)


def _sap_table(name: str, device: SrosDevice, wanted: list[tuple[Branch, Branch]]) -> Lines:
    def rows() -> Lines:
        for service, sap in wanted:
            adm, opr = updown(not sap.shutdown), updown(sap_up(device, service, sap))
            yield columns(_SAP_WIDTHS, sap["sap"], service["id"], 1, "none", 1, "none", adm, opr)

    return table(name, _SAP_HEADER, rows(), "Number of SAPs : {}", (SINGLE,))


@shows("show > service > sap-using [sap <sap:port>]")
def sap_using(device: SrosDevice, values: Values) -> Lines:
    found = [
        (service, sap)
        for service in services(device.configuration)
        for sap in saps(service)
        if values.get("sap") in (None, sap["sap"])
    ]
    return _sap_table("Service Access Points ", device, found)


@shows(SERVICE + " > sap")
def service_sap(device: SrosDevice, values: Values) -> Lines:
    service = find(device, values["service"])
    found = [(service, sap) for sap in saps(service)]
    return _sap_table(f"SAP(Summary), Service {service['id']}", device, found)


def _sdp_row(device: SrosDevice, state: SdpState) -> str:
    sdp = state.sdp
    node = next(each for each in device.node("service", "sdp") if each["id"] == str(sdp.sdp_id))
    room = state.path_mtu
    far = str(sdp.far_end) if sdp.far_end is not None else ""
    delivery, lsp = ("MPLS", "R") if "mpls" in node.values else ("GRE", "n/a")
    signal = "TLDP" if sdp.signaling == "tldp" else "None"
    mtu = node.value("path-mtu", "mtu", default="0")
    return (
        f"{sdp.sdp_id:<6} {mtu:<7} {room:<7} {far:<16} {updown(sdp.enabled):<4} "
        f"{updown(state.up):<11} {delivery:<7} {lsp:<5} {signal}"
    )


@shows("show > service > sdp [<sdp:1-17407>]")
def sdp(device: SrosDevice, values: Values) -> Lines:
    wanted = values.get("sdp")
    states = [s for s in device.router.state.sdps if wanted in (None, str(s.sdp.sdp_id))]
    if wanted is not None and not states:
        raise Mistake(f'MINOR: CLI Invalid SDP id "{wanted}".')
    rows = [_sdp_row(device, state) for state in states]
    if wanted is None:
        return _sdp_table("Services: Service Destination Points", rows, "")
    return _sdp_table(f"Service Destination Point (Sdp Id : {wanted})", rows, None)


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


@shows("show > service > sdp-using [<sdp:1-17407>]")
def sdp_using(device: SrosDevice, values: Values) -> Lines:
    header = (
        "SvcId      SdpId              Type   Far End              Opr   I.Label E.Label",
        "                                                          State         ",
    )

    def rows() -> Lines:
        for service in services(device.configuration):
            for spoke in spokes(service):
                if values.get("sdp") not in (None, spoke["id"].partition(":")[0]):
                    continue
                state = spoke_state(device, spoke)
                up = updown(state is not None and state.up)
                ingress = state.ingress_label if state is not None else None
                egress = state.egress_label if state is not None else None
                far = far_end(device, spoke)
                number = service["id"]
                yield columns(_USING, number, spoke["id"], "Spok", far, up, ingress, egress)

    return table("SDP Using", header, rows(), "Number of SDPs : {}", (SINGLE,))


@shows(SERVICE + " > sdp { <spoke:spoke> | detail }*")
def service_sdp(device: SrosDevice, values: Values) -> Lines:
    service = find(device, values["service"])
    found = [s for s in spokes(service) if values.get("spoke") in (None, s["id"])]
    if "spoke" in values and not found:
        raise Mistake(f'MINOR: CLI Invalid SDP binding "{values["spoke"]}".')
    if "detail" in values:
        return sdp_details(device, found, values.get("spoke"))
    header = ("SdpId            Type     Far End addr        Adm     Opr       I.Lbl     E.Lbl",)

    def rows() -> Lines:
        for spoke in found:
            state = spoke_state(device, spoke)
            adm, opr = updown(not spoke.shutdown), updown(state is not None and state.up)
            labels = (state.ingress_label, state.egress_label) if state else (None, None)
            widths = (16, 8, 19, 7, 9, 9)
            far = far_end(device, spoke)
            yield columns(widths, spoke["id"], "Spok", far, adm, opr, *labels)

    name = "Services: Service Destination Points"
    return table(name, header, rows(), "Number of SDPs : {}", (SINGLE,))


NONE = "n/a"


# --------------------------------------------------------------------------- SAPs


def sap_lines(device: SrosDevice, service: Branch, sap: Branch) -> Lines:
    """A SAP's part of its service's page; the flags say why it is down."""
    mtu, up = sap_mtu(device, sap["sap"]), updown(sap_up(device, service, sap))
    since = stamp(device.router.ages.since("port", sap["sap"]))
    yield from title("Service Access Points(SAP)")
    yield wide("Service Id", service["id"])
    yield wide("SAP", sap["sap"], "Encap", "null")
    yield wide("Description", sap.value("description", "text") or "(Not Specified)")
    yield wide("Admin State", updown(not sap.shutdown), "Oper State", up)
    yield wide("Flags", " ".join(_sap_flags(device, service, sap)) or "None")
    yield wide("Multi Svc Site", "None")
    yield wide("Last Status Change", since)
    yield wide("Last Mgmt Change", stamp(device.router.booted))
    yield wide("Sub Type", "regular")
    yield wide("Dot1Q Ethertype", "0x8100", "QinQ Ethertype", "0x8100")
    yield wide("Split Horizon Group", "(Not Specified)")
    yield " "
    yield wide("Admin MTU", mtu, "Oper MTU", mtu)
    yield wide("Ingr IP Fltr-Id", NONE, "Egr IP Fltr-Id", NONE)
    yield wide("Ingr Mac Fltr-Id", NONE, "Egr Mac Fltr-Id", NONE)
    yield " "
    yield wide("Acct. Pol", "None", "Collect Stats", "Disabled")
    yield DOUBLE


def _sap_flags(device: SrosDevice, service: Branch, sap: Branch) -> tuple[str, ...]:
    state = sap_state(device, sap)
    if state is not None:
        return state.flags
    flags = ["ServiceAdminDown"] if service.shutdown else []
    flags += ["SapAdminDown"] if sap.shutdown else []
    port = device.router.ports.get(sap["sap"])
    return (*flags, *(() if port is not None and port.up else ("PortOperDown",)))


# --------------------------------------------------------------------------- spoke SDPs


def sdp_details(device: SrosDevice, spokes: list[Branch], asked: str | None = None) -> Lines:
    """The page of each spoke SDP, or of the one that was `asked` for."""
    one = f"Service Destination Point (Sdp Id : {asked}) Details"
    yield from title(one if asked else "Services: Service Destination Points Details")
    for spoke in spokes:
        yield from section(f" Sdp Id {spoke['id']}  -({far_end(device, spoke)})")
        yield from _spoke(device, spoke)
    yield from (SINGLE, f"Number of SDPs : {len(spokes)}", SINGLE, DOUBLE)


def _spoke(device: SrosDevice, spoke: Branch) -> Lines:
    state = spoke_state(device, spoke)
    sdp_id, _, circuit = spoke["id"].partition(":")
    key = (int(sdp_id), int(circuit))
    labels = (state.ingress_label, state.egress_label) if state is not None else (None, None)
    lsp = next((s for s in device.router.state.sdps if s.sdp.sdp_id == key[0]), None)
    since = stamp(device.router.ages.since("pseudowire", *key))
    up = updown(state is not None and state.up)
    yield wide("Description", spoke.value("description", "text") or "(Not Specified)")
    yield wide("SDP Id", spoke["id"], "Type", "Spoke")
    yield wide("Spoke Descr", "(Not Specified)")
    yield wide("VC Type", "Ether", "VC Tag", NONE)
    admin_mtu, oper_mtu = (lsp.sdp.path_mtu, lsp.path_mtu) if lsp else (0, 0)
    yield wide("Admin Path MTU", admin_mtu, "Oper Path MTU", oper_mtu)
    yield wide("Delivery", "MPLS")
    yield wide("Far End", far_end(device, spoke))
    yield wide("Tunnel Far End", NONE, "LSP Types", "RSVP")
    yield " "
    yield wide("Admin State", updown(not spoke.shutdown), "Oper State", up)
    yield wide("Acct. Pol", "None", "Collect Stats", "Disabled")
    yield wide("Ingress Label", labels[0], "Egress Label", labels[1])
    yield wide("Ingr Mac Fltr-Id", NONE, "Egr Mac Fltr-Id", NONE)
    yield wide("Ingr IP Fltr-Id", NONE, "Egr IP Fltr-Id", NONE)
    yield wide("Admin ControlWord", "Not Preferred", "Oper ControlWord", "False")
    yield wide("Last Status Change", since, "Signaling", "TLDP")
    yield wide("Last Mgmt Change", stamp(device.router.booted), "Force Vlan-Vc", "Disabled")
    yield wide("Endpoint", "N/A", "Precedence", 4)
    yield wide("PW Status Sig", "Enabled")
    yield wide("Flags", (state.reason if state is not None else "") or "None")
    yield " "
    yield "KeepAlive Information :"
    yield wide("Admin State", "Disabled", "Oper State", "Disabled")
    yield wide("Hello Time", 10, "Hello Msg Len", 0)
    yield wide("Max Drop Count", 3, "Hold Down Time", 10)
    yield " "
    provider = device.router.provider
    counted = provider.pseudowires.get(key) if provider is not None else None
    yield from spoke_statistics(counted or Counters())
    yield " "
    yield from section("RSVP/Static LSPs")
    yield "Associated LSP List :"
    for name in lsp.sdp.lsps if lsp is not None else ():
        yield wide("Lsp Name", name)
        used = lsp is not None and lsp.lsp is not None and lsp.lsp.name == name
        yield wide("Admin State", "Up", "Oper State", updown(used))


def spoke_statistics(counted: Counters) -> Lines:
    """What a pseudowire has let in and out."""
    yield "Statistics            :"
    yield wide("I. Fwd. Pkts.", counted.in_packets, "I. Dro. Pkts.", 0)
    yield wide("I. Fwd. Octs.", counted.in_bytes, "I. Dro. Octs.", 0)
    yield wide("E. Fwd. Pkts.", counted.out_packets, "E. Fwd. Octets", counted.out_bytes)
