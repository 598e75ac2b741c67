"""The pages of one SAP and of one spoke SDP, with what went over them.

Layouts after outputs of SR OS 22 to 24 in public lab guides, without the lines of later releases.
A port here has null encapsulation, so that all its frames are those of its one SAP.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.cli.nokia_sros.page import (
    DOUBLE,
    SINGLE,
    Lines,
    section,
    stamp,
    title,
    updown,
    wide,
)
from labkit.cli.nokia_sros.service import (
    binding_type,
    far_end,
    sap_mtu,
    sap_state,
    sap_up,
    spoke_state,
)
from labkit.cli.nokia_sros.tree import Node
from labkit.net.link import Counters

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.device import SrosDevice

NONE = "n/a"


# --------------------------------------------------------------------------- SAPs


def sap_lines(device: SrosDevice, service: Node, sap: Node) -> Lines:
    """A SAP's page."""
    mtu, up = sap_mtu(device, sap["sap"]), updown(sap_up(device, service, sap))
    since = stamp(device.router.ages.port(sap["sap"]))
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


def _sap_flags(device: SrosDevice, service: Node, sap: Node) -> tuple[str, ...]:
    state = sap_state(device, sap)
    if state is not None:
        return state.flags
    flags = ["ServiceAdminDown"] if service.shutdown else []
    flags += ["SapAdminDown"] if sap.shutdown else []
    port = device.router.ports.get(sap["sap"])
    return (*flags, *(() if port is not None and port.up else ("PortOperDown",)))


# --------------------------------------------------------------------------- spoke SDPs


def sdp_details(device: SrosDevice, spokes: list[Node], asked: str | None = None) -> Lines:
    """The page of each spoke SDP, or of the one that was `asked` for."""
    one = f"Service Destination Point (Sdp Id : {asked}) Details"
    yield from title(one if asked else "Services: Service Destination Points Details")
    for spoke in spokes:
        yield from section(f" Sdp Id {spoke['id']}  -({far_end(device, spoke)})")
        yield from _spoke(device, spoke)
    yield from (SINGLE, f"Number of SDPs : {len(spokes)}", SINGLE, DOUBLE)


def _spoke(device: SrosDevice, spoke: Node) -> Lines:
    state = spoke_state(device, spoke)
    sdp_id, _, circuit = spoke["id"].partition(":")
    key = (int(sdp_id), int(circuit))
    labels = (state.ingress_label, state.egress_label) if state is not None else (None, None)
    lsp = next((s for s in device.router.state.sdps if s.sdp.sdp_id == key[0]), None)
    since = stamp(device.router.ages.pseudowire(*key))
    up = updown(state is not None and state.up)
    mesh = binding_type(spoke) == "Mesh"
    yield wide("Description", spoke.value("description", "text") or "(Not Specified)")
    yield wide("SDP Id", spoke["id"], "Type", "Mesh" if mesh else "Spoke")
    yield wide("Mesh Descr" if mesh else "Spoke Descr", "(Not Specified)")
    yield wide("VC Type", "Ether", "VC Tag", NONE)
    yield wide(
        "Admin Path MTU",
        lsp.sdp.path_mtu if lsp else 0,
        "Oper Path MTU",
        lsp.path_mtu if lsp else 0,
    )
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
