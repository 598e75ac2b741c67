"""`show router [N] interface … detail` and `show router [N] status`: pages about an instance.

After the field names of Nokia's guides; only what this router has is on them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.cli.nokia_sros.page import DOUBLE, SINGLE, Lines, mac, pair, section, stamp, updown
from labkit.cli.nokia_sros.tree import Node
from labkit.model.facts import BASE

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.device import SrosDevice

_PROTOCOLS = {"ISIS": "isis", "MPLS": "mpls", "RSVP": "rsvp", "LDP": "ldp", "BGP": "bgp"}
_ABSENT = "Not configured"


def interface_details(device: SrosDevice, vrf: str, name: str, nodes: list[Node]) -> Lines:
    """The pages of these interfaces, below the table's title."""
    yield ""
    yield from (DOUBLE, name, DOUBLE)
    for node in nodes:
        yield from _interface(device, vrf, node)
    yield SINGLE
    yield f"Interfaces : {len(nodes)}"
    yield DOUBLE


def _interface(device: SrosDevice, vrf: str, node: Node) -> Lines:
    name = node["name"]
    up = name in device.router.state.interfaces_up
    live = device.router.interfaces.get(name)
    yield from section("Interface")
    yield pair("If Name", name, name=17)
    yield pair("Admin State", updown(not node.shutdown), "Oper (v4/v6)", f"{updown(up)}/Down", 17)
    protocols = [
        p for p, word in _PROTOCOLS.items() if vrf == BASE and _runs_on(device, word, name)
    ]
    yield pair("Protocols", " ".join(protocols) or "None", name=17)
    if node.has("address"):
        yield pair("IP Addr/mask", node.value("address", "address"), "Address Type", "Primary", 17)
    yield from section("Details")
    yield pair("Description", node.value("description", "text") or "(Not Specified)", name=17)
    since = stamp(device.router.ages.interface(name))
    yield pair("Last Oper Chg", since, "Global If Index", _index(device, name), 17)
    if node["name"] != "system" and not node.has("loopback"):
        where, word = _attached(node)
        yield pair(word, where, name=17)
    if live is not None:
        yield pair("MAC Address", mac(live.mac), "IP Oper MTU", live.facts.ip_mtu, 17)
        limits = "Enabled" if live.facts.unreachables else "Disabled"
        yield pair("Unreachables", limits, name=17)


def _runs_on(device: SrosDevice, protocol: str, name: str) -> bool:
    return any(each["name"] == name for each in device.node("router", protocol, "interface"))


def _attached(node: Node) -> tuple[str, str]:
    sap = node.one("sap")
    if node.has("vpls"):
        return node.value("vpls", "name"), "VPLS Name"
    if sap is not None:
        return sap["sap"], "SAP Id"
    return node.value("port", "port") or "n/a", "Port Id"


def _index(device: SrosDevice, name: str) -> int:
    names = list(device.router.interfaces)
    return names.index(name) + 1 if name in names else 0


def status(device: SrosDevice, vrf: str, title: str) -> Lines:
    """Which protocols an instance runs."""
    yield ""
    yield from (DOUBLE, f"Router Status ({title})", DOUBLE)
    yield f"{'':<25}{'Admin State':<35}Oper State"
    yield SINGLE
    vprn = next((n for n in device.node("service", "vprn") if n["id"] == vrf), None)
    down = vprn is not None and vprn.shutdown
    yield _state("Router", not down, not down)
    for name, word in _PROTOCOLS.items():
        path = ("router", word) if vprn is None else (word,)
        node = vprn.one(word) if vprn is not None else next(device.node(*path), None)
        label = "ISIS-0" if name == "ISIS" else name
        if node is None:
            yield f"{label:<25}{_ABSENT:<35}{_ABSENT}"
        else:
            yield _state(label, not node.shutdown, not node.shutdown and not down)
    ecmp = vprn.value("ecmp", "paths") if vprn is not None else ""
    base = next((n.value("ecmp", "paths") for n in device.node("router")), "")
    yield ""
    yield f"{'Max IPv4 Routes':<25}No Limit"
    yield f"{'ECMP Max Routes':<25}{(ecmp if vprn is not None else base) or 1}"
    yield f"{'Triggered Policies':<25}No"
    yield DOUBLE


def _state(name: str, admin: bool, oper: bool) -> str:
    return f"{name:<25}{updown(admin):<35}{updown(oper)}"
