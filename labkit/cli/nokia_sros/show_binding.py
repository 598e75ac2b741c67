"""`show service sap-using|sdp|sdp-using` and `show service id N sap|sdp`: attachments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.cli.nokia_sros.checks import services
from labkit.cli.nokia_sros.commands import SERVICE, shows
from labkit.cli.nokia_sros.page import (
    SINGLE,
    Lines,
    columns,
    table,
    updown,
)
from labkit.cli.nokia_sros.schema import Mistake
from labkit.cli.nokia_sros.service import (
    binding_type,
    far_end,
    find,
    sap_up,
    saps,
    spoke_state,
    spokes,
)
from labkit.cli.nokia_sros.show_attachment import sap_lines, sdp_details
from labkit.cli.nokia_sros.tree import Node
from labkit.net.control.services import SdpState

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.device import SrosDevice

Values = dict[str, str]
_USING = (10, 18, 6, 20, 5, 7)
_SAP_WIDTHS = (31, 10, 6, 7, 5, 6, 4)
_SAP_HEADER = (
    "PortId                          SvcId      Ing.  Ing.    Egr.  Egr.   Adm  Opr",
    "                                           QoS   Fltr    QoS   Fltr        ",
)


def _sap_rows(device: SrosDevice, wanted: list[tuple[Node, Node]]) -> Lines:
    for service, sap in wanted:
        adm, opr = updown(not sap.shutdown), updown(sap_up(device, service, sap))
        yield columns(_SAP_WIDTHS, sap["sap"], service["id"], 1, "none", 1, "none", adm, opr)


@shows("show > service > sap-using [sap <sap:port>]")
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


@shows(SERVICE + " > sap [<sap:port>]")
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
    return sap_lines(device, service, sap)


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
                yield columns(
                    _USING, number, spoke["id"], binding_type(spoke), far, up, ingress, egress
                )

    lines = list(table("SDP Using", header, rows(), "Number of SDPs : {}"))
    return iter([*lines[:-1], SINGLE, lines[-1]])


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
            kind, far = binding_type(spoke), far_end(device, spoke)
            widths = (16, 8, 19, 7, 9, 9)
            yield columns(widths, spoke["id"], kind, far, adm, opr, *labels)

    lines = list(
        table("Services: Service Destination Points", header, rows(), "Number of SDPs : {}")
    )
    return iter([*lines[:-1], SINGLE, lines[-1]])
