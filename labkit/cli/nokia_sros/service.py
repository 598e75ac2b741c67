"""A router's services and what they are attached to: SAPs, spoke SDPs, and whether they are up.

Joins the configuration's objects to the control plane's states; must not know how either is
shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from labkit.cli.nokia_sros.apply import port_mtu, vprn_enabled
from labkit.cli.nokia_sros.checks import pseudowires, services
from labkit.cli.nokia_sros.schema import Mistake
from labkit.cli.nokia_sros.tree import Node
from labkit.net.control.services import SapState
from labkit.net.tables import Pseudowire

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.device import SrosDevice


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
    return vprn_enabled(node)


def saps(service: Node) -> Iterator[Node]:
    yield from service.all("sap")
    yield from service.all("interface", "sap")


def sap_state(device: SrosDevice, sap: Node) -> SapState | None:
    """The state of a SAP that belongs to a VPLS or a mirror; a VPRN's follows its interface."""
    state = device.router.state
    known = [each for vpls in state.vpls for each in vpls.saps]
    known += [mirror.sap for mirror in state.mirrors if mirror.sap is not None]
    return next((each for each in known if each.sap.port == sap["sap"]), None)


def sap_up(device: SrosDevice, service: Node, sap: Node) -> bool:
    state = sap_state(device, sap)
    if state is not None:
        return state.up
    port = device.router.ports.get(sap["sap"])
    below = port is not None and port.up
    above = service_up(device, service) and not sap.shutdown
    parent = sap.parent
    return below and above and parent is not None and not parent.shutdown


def spokes(service: Node) -> Iterator[Node]:
    """Its pseudowires: mesh and spoke SDPs."""
    return pseudowires(service)


def binding_type(spoke: Node) -> str:
    """What kind of pseudowire it is, as lists write it."""
    return "Mesh" if spoke.row.keyword == "mesh-sdp" else "Spok"


def spoke_state(device: SrosDevice, spoke: Node) -> Pseudowire | None:
    sdp_id, _, circuit = spoke["id"].partition(":")
    return device.router.state.tables.pseudowires.get((int(sdp_id), int(circuit)))


def far_end(device: SrosDevice, spoke: Node) -> str:
    sdp_id = spoke["id"].partition(":")[0]
    for node in device.node("service", "sdp"):
        if node["id"] == sdp_id:
            return node.value("far-end", "address") or "0.0.0.0"
    return "0.0.0.0"


def sap_mtu(device: SrosDevice, port: str) -> int:
    return next((port_mtu(node) for node in device.node("port") if node["port"] == port), 0)
