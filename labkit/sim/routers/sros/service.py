"""A router's services and what they are attached to: SAPs, spoke SDPs, and whether they are up.

Joins the configuration's objects to the control plane's states; must not know how either is
shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from labkit.sim.model import facts as f
from labkit.sim.net.control.services import SapState
from labkit.sim.net.tables import Pseudowire
from labkit.sim.routers.sros.checks import services
from labkit.sim.routers.sros.port import port_mtu
from labkit.sim.routers.sros.schema import Mistake
from labkit.sim.routers.sros.tree import Branch

if TYPE_CHECKING:
    from labkit.sim.routers.sros.device import SrosDevice


def find(device: SrosDevice, number: str) -> Branch:
    """A service by its ID.  Raises Mistake if there is none."""
    for node in services(device.configuration):
        if node["id"] == number:
            return node
    raise Mistake(f'MINOR: CLI Invalid service id "{number}".')


def service_up(device: SrosDevice, node: Branch) -> bool:
    """Whether a service is operational."""
    state, number = device.router.state, int(node["id"])
    if node.row.keyword == "vpls":
        return any(each.up for each in state.vpls if each.vpls.service_id == number)
    if node.row.keyword == "mirror-dest":
        return any(each.up for each in state.mirrors if each.mirror.service_id == number)
    return vprn_enabled(node)


def saps(service: Branch) -> Iterator[Branch]:
    yield from service.all("sap")
    yield from service.all("interface", "sap")


def sap_state(device: SrosDevice, sap: Branch) -> SapState | None:
    """The state of a SAP that belongs to a VPLS or a mirror; a VPRN's follows its interface."""
    state = device.router.state
    known = [each for vpls in state.vpls for each in vpls.saps]
    known += [mirror.sap for mirror in state.mirrors if mirror.sap is not None]
    return next((each for each in known if each.sap.port == sap["sap"]), None)


def sap_up(device: SrosDevice, service: Branch, sap: Branch) -> bool:
    state = sap_state(device, sap)
    if state is not None:
        return state.up
    port = device.router.ports.get(sap["sap"])
    below = port is not None and port.up
    above = service_up(device, service) and not sap.shutdown
    parent = sap.parent
    return below and above and parent is not None and not parent.shutdown


def spokes(service: Branch) -> Iterator[Branch]:
    """Its pseudowires: spoke SDPs."""
    return iter(service.all("spoke-sdp"))


def spoke_state(device: SrosDevice, spoke: Branch) -> Pseudowire | None:
    sdp_id, _, circuit = spoke["id"].partition(":")
    return device.router.state.tables.pseudowires.get((int(sdp_id), int(circuit)))


def far_end(device: SrosDevice, spoke: Branch) -> str:
    sdp_id = spoke["id"].partition(":")[0]
    for node in device.node("service", "sdp"):
        if node["id"] == sdp_id:
            return node.value("far-end", "address") or "0.0.0.0"
    return "0.0.0.0"


def sap_mtu(device: SrosDevice, port: str) -> int:
    return next((port_mtu(node) for node in device.node("port") if node["port"] == port), 0)


# --------------------------------------------------------------------------- facts


def vprn_enabled(vprn: Branch) -> bool:
    """Whether a VPRN may work: it stays down until it has a route distinguisher (7750 SR Services
    Guide)."""
    return not vprn.shutdown and bool(vprn.value("route-distinguisher", "rd"))


def compile_vrf(vprn: Branch) -> f.Vrf:
    """The VRF of a VPRN."""
    target = vprn.one("vrf-target")
    values = target.values if target is not None else {}
    both = values.get("target")
    bind = vprn.one("auto-bind-tunnel")
    mode = bind.value("resolution", "mode") if bind is not None else ""
    rsvp = bind is not None and bind.has("resolution-filter", "rsvp")
    return f.Vrf(
        vprn["id"],
        int(vprn["id"]),
        vprn.value("route-distinguisher", "rd") or None,
        _targets(values.get("import", both)),
        _targets(values.get("export", both)),
        auto_bind=mode == "any" or (mode == "filter" and rsvp),
        ecmp=max(1, int(vprn.value("ecmp", "paths", default="1"))),
        enabled=vprn_enabled(vprn),
        customer=int(vprn.values.get("customer", "1")),
    )


def compile_sdp(node: Branch) -> f.Sdp:
    """One SDP."""
    signaling = node.value("signaling", "type", default="tldp")
    lsps = tuple(lsp["name"] for lsp in node.all("lsp"))
    return f.Sdp(
        int(node["id"]),
        node.address("far-end", "address"),
        lsps if "mpls" in node.values else (),
        enabled=not node.shutdown,
        signaling="tldp" if signaling == "tldp" else "off",
        path_mtu=int(node.value("path-mtu", "mtu", default="0")),
    )


def compile_vpls(node: Branch) -> f.Vpls:
    """One VPLS and what is attached to it."""
    return f.Vpls(
        int(node["id"]),
        node.value("service-name", "name"),
        int(node.values.get("customer", "1")),
        saps=tuple(compile_sap(sap) for sap in node.all("sap")),
        spokes=tuple(compile_spoke(each) for each in node.all("spoke-sdp")),
        allow_ip_int_bind=node.has("allow-ip-int-bind"),
        enabled=not node.shutdown,
        mtu=int(node.value("service-mtu", "mtu", default="1514")),
    )


def compile_sap(node: Branch) -> f.Sap:
    """One SAP of a VPLS or a mirror."""
    return f.Sap(node["sap"], enabled=not node.shutdown)


def compile_spoke(node: Branch) -> f.SpokeSdp:
    """One spoke SDP."""
    sdp, _, circuit = node["id"].partition(":")
    return f.SpokeSdp(int(sdp), int(circuit), enabled=not node.shutdown)


def _targets(text: str | None) -> frozenset[str]:
    return frozenset({text}) if text else frozenset()
