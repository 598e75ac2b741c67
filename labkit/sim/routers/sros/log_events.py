"""What SR OS says of an event: severity, application and number, subject, and the sentence.

After logs of real routers where one could be found (interfaces, BGP, SVCMGR #2103, #2108, #2210),
and after Nokia's Log Events Guide for the rest.  Knows a router by its facts.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.sim.model.facts import BASE
from labkit.sim.net.bgp.speaker import BgpNeighborChange
from labkit.sim.net.events import PortChange, StateChange
from labkit.sim.net.vrrp_process import VrrpTransition

if TYPE_CHECKING:
    from labkit.sim.net.router import Router

Lines = Iterator[tuple[str, str, str]]

_CAUSES = {
    "User reset": "STOP",
    "Admin. shutdown": "STOP",
    "Neighbor deleted": "STOP",
    "Neighbor reconfigured": "STOP",
    "BGP Notification received": "RECV_NOTIFICATION",
    "BGP Notification sent": "HOLDTIME",
}
"""Why a session ended, as events of its state machine."""
_LOST = "TCP SOCKET ERROR"


def describe(router: Router, event: object) -> Lines:
    """The lines of the log that an event makes; none for most."""
    match event:
        case PortChange(port, up):
            yield _interface(BASE, port, up)
            if any(sap == port for sap in _saps(router)):
                yield (
                    "MAJOR: SVCMGR #2210",
                    "Base",
                    "Processing of an access port state change event is finished and the status"
                    f" of all affected SAPs on port {port} has been updated.",
                )
        case StateChange():
            yield from _state(router, event)
        case VrrpTransition():
            yield from _vrrp(router, event)
        case BgpNeighborChange():
            yield _bgp(router, event)


def _saps(router: Router) -> Iterator[str]:
    facts = router.facts
    yield from (sap.port for vpls in facts.vpls for sap in vpls.saps)
    yield from (each.sap.port for each in facts.mirrors if each.sap is not None)
    yield from (each.port for each in facts.interfaces if each.vrf and each.port)


def _where(vrf: str) -> str:
    return f"vprn{vrf}" if vrf else "Base"


def _interface(vrf: str, name: str, up: bool) -> tuple[str, str, str]:
    number, what = (2005, "is operational") if up else (2004, "is not operational")
    return f"WARNING: SNMP #{number}", f"{_where(vrf)} {name}", f"Interface {name} {what}"


def _vrf(router: Router, interface: str) -> str:
    return next((each.vrf for each in router.facts.interfaces if each.name == interface), BASE)


def _state(router: Router, change: StateChange) -> Lines:
    up = _word(change.up)
    match change.kind, change.name:
        case "interface", (str(name),):
            vrf = _vrf(router, name)
            if vrf:
                text = f"Status of interface {name} in service {vrf} (customer 1) changed to"
                enabled = any(e.enabled for e in router.facts.interfaces if e.name == name)
                state = f"admin={_word(enabled)} oper={up}"
                yield "MINOR: SVCMGR #2108", _where(vrf), f"{text} {state}"
            yield _interface(vrf, name, change.up)
        case "adjacency", (str(name),):
            text = f"VR:  1: ISIS (0): Adjacency status changed to {up} for interface: {name}"
            yield "WARNING: ISIS #2045", "Base VR:  1, ISIS (0)", f"{text}, for level: l2"
        case "service", (number,):
            admin = _word(_service_enabled(router, number))
            text = f"Status of service {number} (customer 1) changed to administrative state:"
            yield "MINOR: SVCMGR #2103", "Base", f"{text} {admin}, operational state: {up}"
        case "sdp", (number,):
            admin = _word(any(s.enabled for s in router.facts.sdps if s.sdp_id == number))
            text = f"Status of SDP {number} changed to admin={admin} oper={up}"
            yield "MINOR: SVCMGR #2303", "Base", text
        case "spoke", (int(sdp), int(circuit)):
            yield from _spoke(router, sdp, circuit, up)


def _service_enabled(router: Router, number: object) -> bool:
    facts = router.facts
    enabled = {each.service_id for each in facts.vpls if each.enabled}
    return number in enabled | {each.service_id for each in facts.mirrors if each.enabled}


def _word(up: bool) -> str:
    return "up" if up else "down"


def _spoke(router: Router, sdp: int, circuit: int, up: str) -> Lines:
    wire = router.state.tables.pseudowires.get((sdp, circuit))
    if wire is None:
        return
    found = [spoke for vpls in router.facts.vpls for spoke in vpls.spokes]
    found += [each.spoke for each in router.facts.mirrors if each.spoke is not None]
    enabled = any(s.enabled for s in found if (s.sdp_id, s.vc_id) == (sdp, circuit))
    text = f"Status of SDP Bind {sdp}:{circuit} in service {wire.service_id} (customer 1) changed"
    state = f"to admin={_word(enabled)} oper={up} flags={wire.reason}"
    yield "MINOR: SVCMGR #2306", "Base", f"{text} {state}"


def _vrrp(router: Router, event: VrrpTransition) -> Lines:
    machine = router.vrrp.instances.get((event.interface, event.vrid))
    primary = machine.address if machine is not None else None
    subject = _where(_vrf(router, event.interface))
    text = f"VRRP virtual router instance {event.vrid} on interface {event.interface}"
    if event.after == "Master":
        yield (
            "MINOR: VRRP #2001",
            f"{subject} Becoming Master",
            f"{text} (primary address {primary}) changed state to master",
        )
    elif event.after == "Backup" and event.before == "Master":
        master: IPv4Address | None = machine.master if machine is not None else None
        yield (
            "MINOR: VRRP #2006",
            f"{subject} Becoming Backup",
            f"{text} (primary address {primary}) changed state to backup"
            + (f" - current master is {master}" if master is not None else ""),
        )


def _bgp(router: Router, event: BgpNeighborChange) -> tuple[str, str, str]:
    own = next((each for each in router.facts.bgp if each.vrf == event.vrf), None)
    told = own.neighbors if own is not None else ()
    group = next((each.group for each in told if each.address == event.neighbor), "")
    names = [vrf.name for vrf in router.facts.vrfs]
    number = names.index(event.vrf) + 2 if event.vrf in names else 1
    subject = f"{_where(event.vrf)} Peer {number}: {event.neighbor}"
    asn = own.asn if own is not None else 0
    text = f"(ASN {asn}) VR {number}: Group {group}: Peer {event.neighbor}:"
    if event.up:
        return "MINOR: BGP #2019", subject, f"{text} moved into established state"
    cause = _CAUSES.get(event.reason, _LOST)
    return (
        "WARNING: BGP #2020",
        subject,
        f"{text} moved from higher state ESTABLISHED to lower state IDLE due to event {cause}",
    )
