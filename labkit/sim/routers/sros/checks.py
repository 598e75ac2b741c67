"""What SR OS refuses although the words are right: objects that must exist, or must not be in use.

`check` is asked before a line is set or an object created, `existing` before one that is there is
entered, `removal` before one is removed; all raise Mistake in the vendor's words.  Where nobody
could find the exact words of a device the message keeps the vendor's form (`MINOR: APP text`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from ipaddress import IPv4Interface

from labkit.sim.routers.sros.configuration import Configuration
from labkit.sim.routers.sros.port import port_mode
from labkit.sim.routers.sros.schema import BAD_PARAMETER, MISSING, Mistake
from labkit.sim.routers.sros.tree import Branch
from labkit.sim.routers.sros.walk import TypedRow

_Check = Callable[[Configuration, Branch, TypedRow], None]


def check(configuration: Configuration, parent: Branch, step: TypedRow) -> None:
    """Refuse what cannot be set or created below `parent`."""
    found = _CHECKS.get(step.row.path.removeprefix("configure/"))
    if found is not None:
        found(configuration, parent, step)


def removal(configuration: Configuration, node: Branch, step: TypedRow) -> None:
    """Refuse to remove what others stand on: an object, or a line of `node`."""
    found = _REMOVALS.get(step.row.path.removeprefix("configure/"))
    if found is not None:
        found(configuration, node, step)


def existing(configuration: Configuration, node: Branch, step: TypedRow) -> None:
    """Refuse words that make an object something else than it was created as."""
    customer = step.values.get("customer")
    if customer is not None and customer != node.values.get("customer"):
        raise Mistake(f"MINOR: SVCMGR Service {node['id']} is not a service of customer {customer}")
    if step.row.path == "configure/service/sdp":
        for delivery in ("mpls", "gre"):
            if delivery in step.values and delivery != _delivery(node):
                raise Mistake(f"MINOR: SVCMGR SDP {node['id']} has another delivery mechanism")


def _delivery(sdp: Branch) -> str:
    """How an SDP delivers: GRE if nothing was said."""
    return "mpls" if "mpls" in sdp.values else "gre"


def _customer_removal(configuration: Configuration, node: Branch, step: TypedRow) -> None:
    used = {service.values.get("customer") for service in services(configuration)}
    if node["id"] in used | {"1"}:
        raise Mistake(f"MINOR: SVCMGR Customer {node['id']} is in use")


def _service_removal(configuration: Configuration, node: Branch, step: TypedRow) -> None:
    """A service is removed last: first what is attached to it (7750 SR Services Guide)."""
    for keyword in ("interface", "sap", "spoke-sdp"):
        if node.has(keyword):
            raise Mistake(
                f"MINOR: SVCMGR Service {node['id']} still has {keyword}s, delete them first"
            )


def _sdp_removal(configuration: Configuration, node: Branch, step: TypedRow) -> None:
    for service in services(configuration):
        for spoke in service.all("spoke-sdp"):
            if spoke["id"].partition(":")[0] == node["id"]:
                raise Mistake(f"MINOR: SVCMGR SDP {node['id']} is in use")


def _refers(configuration: Configuration, name: str, *paths: str) -> None:
    """Refuse if a line at one of these paths (below `router`) has this name."""
    for path in paths:
        for each in configuration.config.all("router", *path.split("/")):
            if name in each.values.values():
                raise Mistake(f'MINOR: CLI "{name}" is in use by {path.split("/")[0].upper()}.')


def _interface_removal(configuration: Configuration, node: Branch, step: TypedRow) -> None:
    _system_stays(configuration, node, step)
    protocols = ("isis/interface", "mpls/interface", "ldp/interface-parameters/interface")
    _refers(configuration, node["name"], *protocols, "rsvp/interface")


def _system_stays(configuration: Configuration, node: Branch, step: TypedRow) -> None:
    if node["name"] == "system":
        raise Mistake("MINOR: CLI The system interface cannot be deleted.")


def _path_removal(configuration: Configuration, node: Branch, step: TypedRow) -> None:
    _refers(configuration, node["name"], "mpls/lsp/primary", "mpls/lsp/secondary")


def _lsp_removal(configuration: Configuration, node: Branch, step: TypedRow) -> None:
    for lsp in configuration.config.all("service", "sdp", "lsp"):
        if lsp["name"] == node["name"]:
            raise Mistake(f'MINOR: CLI LSP "{node["name"]}" is in use by an SDP.')


def _mpls_removal(configuration: Configuration, node: Branch, step: TypedRow) -> None:
    for lsp in node.all("lsp"):
        _lsp_removal(configuration, lsp, step)


def _rsvp_removal(configuration: Configuration, node: Branch, step: TypedRow) -> None:
    if configuration.config.has("router", "mpls"):
        raise Mistake("MINOR: CLI RSVP is in use by MPLS.")


def _rsvp_interface_removal(configuration: Configuration, node: Branch, step: TypedRow) -> None:
    used = configuration.config.all("router", "mpls", "interface")
    if any(each["name"] == node["name"] for each in used):
        raise Mistake(f'MINOR: CLI Interface "{node["name"]}" is in use by MPLS.')


def _ports(configuration: Configuration) -> dict[str, Branch]:
    return {node["port"]: node for node in configuration.config.all("port")}


def _port(configuration: Configuration, parent: Branch, step: TypedRow) -> None:
    port = step.values.get("port", "")
    if port not in _ports(configuration):
        raise Mistake(BAD_PARAMETER, step.column + len(step.row.keyword) + 1)


def _encap(configuration: Configuration, parent: Branch, step: TypedRow) -> None:
    """The tags of a port that is in use stay as they are."""
    port = parent.parent
    assert port is not None
    name, wanted = port["port"], step.values.get("encap", "null")
    if wanted == parent.value("encap-type", "encap", default="null"):
        return
    if any(sap["sap"] == name for sap in saps(configuration)):
        raise Mistake(f"MINOR: PMGR Port {name} has a SAP")
    if (user := _user(configuration, name)) is not None:
        raise Mistake(f'MINOR: PMGR Port {name} is in use by interface "{user["name"]}"')


def _mode(configuration: Configuration, parent: Branch, step: TypedRow) -> None:
    port = parent.parent
    assert port is not None
    name, wanted = port["port"], step.values.get("mode")
    if wanted != "access" and any(sap["sap"] == name for sap in saps(configuration)):
        raise Mistake(f"MINOR: PMGR Port {name} has a SAP")
    # A hybrid port wants a tag in a network interface's port; here there are none.
    if wanted not in (None, "network") and (user := _user(configuration, name)) is not None:
        raise Mistake(f'MINOR: PMGR Port {name} is in use by interface "{user["name"]}"')


def _user(configuration: Configuration, port: str) -> Branch | None:
    """The interface of the base router that a port carries."""
    interfaces = configuration.config.all("router", "interface")
    return next((each for each in interfaces if each.value("port", "port") == port), None)


def _network_port(configuration: Configuration, parent: Branch, step: TypedRow) -> None:
    _port(configuration, parent, step)
    name = step.values["port"]
    if port_mode(_ports(configuration)[name]) == "access":
        raise Mistake(f"MINOR: PIP Port {name} is in access mode")
    user = _user(configuration, name)
    if user is not None and user is not parent:
        raise Mistake(f'MINOR: PIP Port {name} is in use by interface "{user["name"]}"')


def _sap(configuration: Configuration, parent: Branch, step: TypedRow) -> None:
    name = step.values["sap"]
    port = _ports(configuration).get(name)
    if port is None:
        raise Mistake(BAD_PARAMETER, step.column + len(step.row.keyword) + 1)
    if port_mode(port) != "access":
        raise Mistake(f"MINOR: SVCMGR Port {name} is not in access mode")
    if any(sap["sap"] == name for sap in saps(configuration)):
        raise Mistake("MINOR: SVCMGR #1003 sap is already in use")
    ethernet = port.one("ethernet")
    if ethernet is not None and ethernet.value("encap-type", "encap", default="null") != "null":
        raise Mistake(f"MINOR: SVCMGR SAP {name} does not fit the port's encapsulation")


def saps(configuration: Configuration) -> Iterator[Branch]:
    """Every SAP of the router."""
    config = configuration.config
    yield from config.all("service", "vprn", "interface", "sap")
    yield from config.all("service", "vpls", "sap")
    yield from config.all("mirror", "mirror-dest", "sap")


def services(configuration: Configuration) -> Iterator[Branch]:
    """Every service of the router."""
    config = configuration.config
    yield from config.all("service", "vprn")
    yield from config.all("service", "vpls")
    yield from config.all("mirror", "mirror-dest")


def _service(configuration: Configuration, parent: Branch, step: TypedRow) -> None:
    number = step.values["id"]
    if any(service["id"] == number for service in services(configuration)):
        raise Mistake(f"MINOR: SVCMGR Service id {number} is already in use")
    if step.row.keyword == "mirror-dest" or "create" not in step.values:
        return
    customer = step.values.get("customer")
    if customer is None:
        raise Mistake(MISSING)
    if not any(each["id"] == customer for each in parent.all("customer")):
        raise Mistake(f"MINOR: SVCMGR Customer {customer} does not exist")


def _spoke(configuration: Configuration, parent: Branch, step: TypedRow) -> None:
    sdp = step.values["id"].partition(":")[0]
    if not any(each["id"] == sdp for each in configuration.config.all("service", "sdp")):
        raise Mistake(f"MINOR: SVCMGR SDP {sdp} does not exist")
    for service in services(configuration):
        if any(spoke["id"] == step.values["id"] for spoke in service.all("spoke-sdp")):
            raise Mistake(
                f"MINOR: SVCMGR SDP {step.values['id']} is already in use by service"
                f" {service['id']}"
            )


def _mirror_source(configuration: Configuration, parent: Branch, step: TypedRow) -> None:
    """A source copies into a mirror service that is there."""
    number = step.values["id"]
    if not any(each["id"] == number for each in configuration.config.all("mirror", "mirror-dest")):
        raise Mistake(f'MINOR: CLI Invalid service id "{number}".')


def _interface(configuration: Configuration, parent: Branch, step: TypedRow) -> None:
    name = step.values["name"]
    if not any(each["name"] == name for each in configuration.config.all("router", "interface")):
        raise Mistake(f'MINOR: CLI Interface "{name}" does not exist.')


def _address(configuration: Configuration, parent: Branch, step: TypedRow) -> None:
    address = IPv4Interface(step.values["address"])
    inside = address.network.prefixlen < 31
    edges = (address.network.network_address, address.network.broadcast_address)
    if (inside and address.ip in edges) or not int(address.ip) or address.ip.is_multicast:
        raise Mistake(BAD_PARAMETER, step.column + len(step.row.keyword) + 1)
    if parent.values.get("name") == "system" and address.network.prefixlen != 32:
        raise Mistake("MINOR: CLI The system interface address must have a prefix length of 32.")
    owner = parent.parent
    for other in owner.all("interface") if owner is not None else ():
        taken = other.value("address", "address")
        if other is not parent and taken and IPv4Interface(taken).network.overlaps(address.network):
            raise Mistake(f'MINOR: PIP Subnet overlaps that of interface "{other["name"]}"')


def _path(configuration: Configuration, parent: Branch, step: TypedRow) -> None:
    mpls = parent.parent
    assert mpls is not None
    if not any(path["name"] == step.values["path"] for path in mpls.all("path")):
        raise Mistake(f'MINOR: CLI MPLS path "{step.values["path"]}" does not exist.')


def _lsp(configuration: Configuration, parent: Branch, step: TypedRow) -> None:
    name = step.values["name"]
    lsps = configuration.config.all("router", "mpls", "lsp")
    if _delivery(parent) != "mpls":
        raise Mistake(f"MINOR: SVCMGR SDP {parent['id']} is not an MPLS SDP")
    if not any(each["name"] == name for each in lsps):
        raise Mistake(f'MINOR: SVCMGR LSP "{name}" does not exist')


def _as_unset(check: _Check) -> _Check:
    """`no mode` leaves access mode, even when it is written `no mode access`."""
    return lambda configuration, node, step: check(configuration, node, replace(step, values={}))


_CHECKS: dict[str, _Check] = {
    "port": _port,
    "port/ethernet/mode": _mode,
    "port/ethernet/encap-type": _encap,
    "debug/mirror-source": _mirror_source,
    "debug/mirror-source/port": _port,
    "router/interface/port": _network_port,
    "router/interface/address": _address,
    "router/isis/interface": _interface,
    "router/mpls/interface": _interface,
    "router/rsvp/interface": _interface,
    "router/ldp/interface-parameters/interface": _interface,
    "router/mpls/lsp/primary": _path,
    "router/mpls/lsp/secondary": _path,
    "service/vprn": _service,
    "service/vpls": _service,
    "mirror/mirror-dest": _service,
    "service/sdp/lsp": _lsp,
    "service/vprn/interface/address": _address,
    "service/vprn/interface/sap": _sap,
    "service/vpls/sap": _sap,
    "service/vpls/spoke-sdp": _spoke,
    "mirror/mirror-dest/sap": _sap,
    "mirror/mirror-dest/spoke-sdp": _spoke,
}

_REMOVALS: dict[str, _Check] = {
    "service/customer": _customer_removal,
    "service/sdp": _sdp_removal,
    "service/vprn": _service_removal,
    "service/vpls": _service_removal,
    "router/interface": _interface_removal,
    "router/mpls": _mpls_removal,
    "router/mpls/interface": _system_stays,
    "router/mpls/lsp": _lsp_removal,
    "router/mpls/path": _path_removal,
    "port/ethernet/mode": _as_unset(_mode),
    "port/ethernet/encap-type": _as_unset(_encap),
    "router/rsvp": _rsvp_removal,
    "router/rsvp/interface": _rsvp_interface_removal,
}
