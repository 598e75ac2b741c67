"""The event log: what happened in the router, as `show log log-id 99` prints it.

What SR OS says of an event, severity, application and number, subject, and the sentence, is after
logs of real routers where one could be found (interfaces, BGP, SVCMGR #2103, #2108, #2210), and
after Nokia's Log Events Guide for the rest.  Knows a router by its facts; must not know who reads.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.sim.model.facts import BASE
from labkit.sim.net.bgp.speaker import BgpNeighborChange
from labkit.sim.net.events import PortChange, StateChange
from labkit.sim.net.vrrp_process import VrrpTransition
from labkit.sim.routers.sros.page import DOUBLE, SINGLE, Lines, moment

if TYPE_CHECKING:
    from labkit.sim.net.router import Router

SIZE = 500
"""Events that the default memory log holds."""
LOGS = {99: "Default System Log", 100: "Default Serious Errors Log"}
SERIOUS = ("MAJOR", "CRITICAL")
"""The severities that log 100 takes."""


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    number: int
    time: int
    source: str
    """Severity, application and event number: `WARNING: SNMP #2004`."""
    subject: str
    text: str

    def lines(self) -> Lines:
        when = moment(self.time).strftime("%Y/%m/%d %H:%M:%S.%f")[:-4]
        yield f"{self.number} {when} UTC {self.source} {self.subject}"
        yield f'"{self.text}"'
        yield ""


class EventLog:
    """The memory log of one router: its last events."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._entries: deque[LoggedEvent] = deque(maxlen=SIZE)
        self._next = 1

    def take(self, time: int, event: object) -> None:
        """Note an event of the network if SR OS logs such a thing."""
        for described in _describe(self._router, event):
            self._entries.append(LoggedEvent(self._next, time, *described))
            self._next += 1

    def clear(self) -> None:
        self._entries.clear()
        self._next = 1

    def show(self, number: int) -> Lines:
        """Log 99, or log 100 with the serious ones alone, newest first."""
        wrapped = "wrapped" if self._next > SIZE + 1 else "not wrapped"
        entries = [e for e in self._entries if number == 99 or e.source.startswith(SERIOUS)]
        yield ""
        yield from (DOUBLE, f"Event Log {number}", DOUBLE)
        yield f"Description : {LOGS[number]}"
        yield f"Memory Log contents  [size={SIZE}   next event={self._next}  ({wrapped})]"
        yield ""
        for entry in reversed(entries):
            yield from entry.lines()

    def logs(self) -> Lines:
        """The logs that there are."""
        logged = {99: len(self._entries)}
        logged[100] = sum(entry.source.startswith(SERIOUS) for entry in self._entries)
        yield ""
        yield from (DOUBLE, "Event Logs", DOUBLE)
        yield "Log  Source   Filter Admin Oper     Logged   Dropped Dest       Dest Size"
        yield "Id            Id     State State                     Type       Id       "
        yield SINGLE
        for number, choice in ((99, "none"), (100, "1001")):
            count = f"{logged[number]:>10}         0"
            yield f"{number:>3}  M        {choice:<6} up    up    {count}  memory{SIZE:>16}"
        yield DOUBLE


# --------------------------------------------------------------------------- events


Told = Iterator[tuple[str, str, str]]
"""Source, subject and text of each line that an event of the network makes."""
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


def _describe(router: Router, event: object) -> Told:
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


def _state(router: Router, change: StateChange) -> Told:
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


def _spoke(router: Router, sdp: int, circuit: int, up: str) -> Told:
    wire = router.state.tables.pseudowires.get((sdp, circuit))
    if wire is None:
        return
    found = [spoke for vpls in router.facts.vpls for spoke in vpls.spokes]
    found += [each.spoke for each in router.facts.mirrors if each.spoke is not None]
    enabled = any(s.enabled for s in found if (s.sdp_id, s.vc_id) == (sdp, circuit))
    text = f"Status of SDP Bind {sdp}:{circuit} in service {wire.service_id} (customer 1) changed"
    state = f"to admin={_word(enabled)} oper={up} flags={wire.reason}"
    yield "MINOR: SVCMGR #2306", "Base", f"{text} {state}"


def _vrrp(router: Router, event: VrrpTransition) -> Told:
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
