"""`show router ldp bindings`: which label stands for which pseudowire, by peer (RFC 4447).

Read off the pseudowires that the control plane has come to.  LDP on links is not what this
network uses: there are no bindings of prefixes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.cli.nokia_sros.page import DOUBLE, Lines, table
from labkit.cli.nokia_sros.service import find
from labkit.cli.nokia_sros.show_mpls import protocol, system
from labkit.model.facts import MirrorDest, Vpls

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.device import SrosDevice

Values = dict[str, str]
_ETHERNET = 14
"""What a service's MTU counts of a frame and LDP's interface MTU does not."""
_LEGEND = (
    "Legend: U - Label In Use,  N - Label Not In Use, W - Label Withdrawn",
    "        S - Status Signaled Up,  D - Status Signaled Down",
    "        E - Epipe Service, V - VPLS Service, M - Mirror Service",
    "        A - Apipe Service, F - Fpipe Service, I - IES Service, R - VPRN service",
    "        P - Ipipe Service, WP - Label Withdraw Pending, C - Cpipe Service",
    "        BU - Alternate For Fast Re-Route, TLV - (Type, Length: Value)",
)
_PREFIX = (
    "Prefix                                      IngLbl                    EgrLbl",
    "Peer                                        EgrIntf/LspId             ",
    "EgrNextHop                                                            ",
)
_NOTHING = "No Matching Entries Found"


@dataclass(frozen=True, slots=True)
class Binding:
    """A pseudowire as LDP knows it: who gave out which label for it."""

    kind: str
    """"V" for a VPLS, "M" for a mirror, "?" for what no service here has."""
    peer: IPv4Address
    vc_id: int
    service: int | None
    sdp: str
    ingress: int | None
    egress: int | None
    healthy: bool
    """The peer says that its end forwards."""
    mtu: int
    far_mtu: int | None


def bindings(device: SrosDevice) -> list[Binding]:
    """The labels of services exchanged with every peer."""
    node = device.router
    own = [*_own(device)]
    taken = {(each.peer, each.vc_id) for each in own}
    found = own + [each for each in _unknown(device) if (each.peer, each.vc_id) not in taken]
    standing = node.state.ldp_peers
    return sorted((b for b in found if b.peer in standing), key=lambda b: (b.vc_id, int(b.peer)))


def _service(node_facts: tuple[Vpls | MirrorDest, ...], number: int) -> tuple[str, int]:
    """The letter of a service and its MTU."""
    for each in node_facts:
        if each.service_id == number:
            return ("V", each.mtu) if isinstance(each, Vpls) else ("M", 0)
    return "?", 0


def _own(device: SrosDevice) -> Iterator[Binding]:
    state, told = device.router.state, device.router.facts
    ends = {each.sdp.sdp_id: each.sdp.far_end for each in state.sdps}
    for wire in state.tables.pseudowires.values():
        peer = ends.get(wire.sdp_id)
        if peer is None:
            continue
        kind, mtu = _service((*told.vpls, *told.mirrors), wire.service_id)
        healthy = "PWPeerFaultStatusBits" not in wire.reason
        far = _far_mtu(device, peer, wire.vc_id) if wire.egress_label is not None else None
        yield Binding(kind, peer, wire.vc_id, wire.service_id, str(wire.sdp_id),
                      wire.ingress_label, wire.egress_label, healthy, mtu, far)  # fmt: skip
    for mirror in state.mirrors:
        for peer, label in mirror.remote_labels:
            number = mirror.mirror.service_id
            yield Binding("M", peer, number, number, "R. Src", label, None, True, 0, None)


def _far_mtu(device: SrosDevice, peer: IPv4Address, vc_id: int) -> int | None:
    for node in device.router.network.nodes.values():
        system_ = node.interfaces.get("system")
        if system_ is not None and system_.ip == peer:
            for vpls in node.facts.vpls:
                if any(spoke.vc_id == vc_id for spoke in vpls.spokes):
                    return vpls.mtu
    return None


def _unknown(device: SrosDevice) -> Iterator[Binding]:
    """Labels that peers have signalled for what no service here has: they are kept."""
    own = IPv4Address(system(device))
    for node in device.router.network.nodes.values():
        address = node.interfaces.get("system")
        ends = {s.sdp.sdp_id for s in node.state.sdps if s.sdp.far_end == own}
        if address is None or address.ip is None or node is device.router:
            continue
        for wire in node.state.tables.pseudowires.values():
            label = wire.ingress_label
            if wire.sdp_id in ends and label is not None:
                mtu = _far_mtu(device, address.ip, wire.vc_id)
                yield Binding("?", address.ip, wire.vc_id, None, "--", None, label, False, 0, mtu)


def ldp_bindings(device: SrosDevice, values: Values) -> Lines:
    protocol(device, "ldp", values)
    number = values.get("service")
    services = "prefixes" not in values and "active" not in values
    if "active" in values:
        header = ("Prefix                                      Op        ",
                  "IngLbl                                      EgrLbl",
                  "EgrNextHop                                  EgrIf/LspId")  # fmt: skip
        yield from _none("LDP IPv4 Prefix Bindings (Active)", header)
        return
    yield from (
        "",
        DOUBLE,
        f"LDP Bindings (IPv4 LSR ID {system(device)}:0)",
        "             (IPv6 LSR ID ::[0])",
        DOUBLE,
        *_LEGEND,
    )
    if "services" not in values and number is None:
        yield from list(_none("LDP IPv4 Prefix Bindings", _PREFIX))[1:]
    if services:
        found = [b for b in bindings(device) if number in (None, str(b.service))]
        if number is not None and not found:
            _known(device, number)
        yield from _services(found)


def _known(device: SrosDevice, number: str) -> None:
    """Raises Mistake if there is no such service."""
    find(device, number)


def _none(name: str, header: tuple[str, ...]) -> Lines:
    return table(name, header, (_NOTHING,))


def _services(found: list[Binding]) -> Lines:
    header = (
        "Type                VCId                SDPId               IngLbl        LMTU",
        "Peer                SvcId                                   EgrLbl        RMTU",
    )

    def rows() -> Lines:
        for each in found:
            ingress = f"{each.ingress}U" if each.ingress is not None else "--"
            sign = "S" if each.healthy else "D"
            egress = f"{each.egress}{sign}" if each.egress is not None else "--"
            service = each.service if each.service is not None else "Ukwn"
            local, far = _mtu(each.mtu), _mtu(each.far_mtu)
            yield f"{each.kind + '-Eth':<19} {each.vc_id:<19} {each.sdp:<19} {ingress:<13} {local}"
            yield f"{f'{each.peer}:0':<19} {service:<39} {egress:<13} {far}"

    body = list(rows()) or [_NOTHING]
    count = f"No. of VC Labels: {len(found)}" if found else None
    return table("LDP Service FEC 128 Bindings", header, body, count)


def _mtu(service_mtu: int | None) -> str:
    return str(service_mtu - _ETHERNET) if service_mtu else "None"
