"""Mirror services: rows, and `show mirror mirror-dest`: where they go and what they copy."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Literal

from labkit.sim.model import facts as f
from labkit.sim.routers.sros.commands import shows
from labkit.sim.routers.sros.page import DOUBLE, SINGLE, Lines, columns, table, title, updown, yes
from labkit.sim.routers.sros.schema import Mistake
from labkit.sim.routers.sros.service import (
    compile_sap,
    compile_spoke,
    far_end,
    service_up,
    spoke_state,
)
from labkit.sim.routers.sros.tree import Branch

if TYPE_CHECKING:
    from labkit.sim.routers.sros.device import SrosDevice

ROWS = """
configure ; prompt=config plain fixed
    mirror ; plain fixed
        mirror-dest <id:1-2147483647> { type <type=ether> | create }* ; create down
            description <text:text>
            service-name <name:name>
            remote-source ; plain fixed
                far-end <address:ip> ; multi=address
            sap <sap:port> [create] ; create quiet
                description <text:text>
            spoke-sdp <id:spoke> [create] ; create up
                description <text:text>
debug ; plain fixed
    mirror-source <id:1-2147483647> ; up
        port <port:port> { egress | ingress }* ; some multi=port
"""

Values = dict[str, str]
_WIDTHS = (6, 15, 10, 10, 6, 6, 10)
_COLUMNS = "SdpId  IP Addr         CfgEgrLbl  OprEgrLbl  Signal RemSrc CfgIngLbl  OprIngLbl"
_DIRECTIONS: tuple[Literal["ingress"], Literal["egress"]] = ("ingress", "egress")


@shows("show > mirror > mirror-dest [<id:1-2147483647>]")
def mirror_dest(device: SrosDevice, values: Values) -> Lines:
    found = [n for n in device.node("mirror", "mirror-dest") if values.get("id") in (None, n["id"])]
    if "id" not in values:
        return _mirror_table(device, found)
    if not found:
        raise Mistake(f'MINOR: CLI Invalid service id "{values["id"]}".')
    return _mirror_page(device, found[0])


def _mirror_table(device: SrosDevice, found: list[Branch]) -> Lines:
    header = (
        "Id         Type   Adm  Opr  Destination                   SDP Lbl/    Slice",
        "                                                          SAP QoS",
    )

    def rows() -> Lines:
        for node in found:
            adm, opr = updown(not node.shutdown), updown(service_up(device, node))
            sap, spoke = node.one("sap"), node.one("spoke-sdp")
            where = f"SAP {sap['sap']}" if sap else f"SDP {spoke['id']}" if spoke else "None"
            state = spoke_state(device, spoke) if spoke is not None else None
            label = state.egress_label if state is not None else "n/a"
            size = node.value("slice-size", "bytes", default="None")
            yield columns((10, 6, 4, 4, 29, 11), node["id"], "Ether", adm, opr, where, label, size)

    return table("Mirror Services", header, rows())


def _mirror_page(device: SrosDevice, node: Branch) -> Lines:
    number = int(node["id"])
    state = next((m for m in device.router.state.mirrors if m.mirror.service_id == number), None)
    far_ends = list(node.all("remote-source", "far-end"))
    yield from title("Mirror Service")
    yield _pair("Service Id", node["id"], "Type", "ETH")
    yield _pair("Description", node.value("description", "text") or "(Not Specified)")
    up = updown(service_up(device, node))
    yield _pair("Admin State", updown(not node.shutdown), "Oper State", up)
    forwarding = node.value("fc", "class", default="be")
    yield _pair("Forwarding Class", forwarding, "Remote Sources", yes(bool(far_ends)))
    yield _pair("Slice", node.value("slice-size", "bytes", default="0"))
    sap, spoke = node.one("sap"), node.one("spoke-sdp")
    if sap is not None:
        yield _pair("Destination SAP", sap["sap"], "Egr QoS Policy", 1)
    yield from (SINGLE, "Legend: ETH = Ether, IPO = Iponly, UNK = Unknown")
    if spoke is not None or sap is None:
        yield from title("Mirror Services SDP")
        yield _COLUMNS
        yield SINGLE
        if spoke is None:
            yield "No Matching Entries"
        else:
            wire = state.spoke if state is not None else None
            label = wire.egress_label if wire is not None else None
            own = (spoke["id"], far_end(device, spoke))
            yield columns(_WIDTHS, *own, "None", label, "TLDP", "No", "None", "None")
        yield DOUBLE
    if far_ends:
        labels = {str(far): label for far, label in state.remote_labels} if state else {}
        yield from title("Remote Sources")
        yield "Far End Addr    Ingress Label"
        yield SINGLE
        yield from (f"{far['address']:<15} {labels.get(far['address'])}" for far in far_ends)
        yield DOUBLE
    yield ""
    yield SINGLE
    yield from ("Local Sources", SINGLE)
    yield from _local_sources(device, node["id"])
    yield DOUBLE


def _pair(left: str, value: object, right: str = "", other: object = "") -> str:
    """This page's own columns."""
    return f"{left:<17}: {value!s:<20} {f'{right:<14}: {other}' if right else ''}".rstrip()


def _local_sources(device: SrosDevice, number: str) -> Lines:
    source = next(
        (s for s in device.configuration.debug.all("mirror-source") if s["id"] == number), None
    )
    if source is None:
        yield "No Mirror configuration"
        return
    yield _pair("Admin State", updown(not source.shutdown))
    yield _pair("Total Sources", len(list(source.all("port"))))
    yield ""
    for port in source.all("port"):
        ways = " ".join(
            word.capitalize()[:3] if word in port.values else "   "
            for word in ("egress", "ingress")
        )
        yield f"{'-Port':<43}{port['port']:<29}{ways}".rstrip()


# --------------------------------------------------------------------------- facts


def compile_mirror(node: Branch) -> f.MirrorDest:
    """One mirror service."""
    sap, spoke = node.one("sap"), node.one("spoke-sdp")
    return f.MirrorDest(
        int(node["id"]),
        compile_sap(sap) if sap is not None else None,
        compile_spoke(spoke) if spoke is not None else None,
        tuple(IPv4Address(far["address"]) for far in node.all("remote-source", "far-end")),
        enabled=not node.shutdown,
    )


def mirror_sources(debug: Branch) -> tuple[f.MirrorSource, ...]:
    """What `debug mirror-source` asks for."""
    found = []
    for node in debug.all("mirror-source"):
        ports = []
        for port in node.all("port"):
            directions = frozenset(word for word in _DIRECTIONS if word in port.values)
            ports.append((port["port"], directions))
        found.append(f.MirrorSource(int(node["id"]), tuple(ports), not node.shutdown))
    return tuple(found)
