"""`oam vprn-ping` and `vprn-trace`: does a VPN lead to an address, and by which PE?

The messages of the real commands are not published.  Here an MPLS echo request about the VPN's
prefix (RFC 8029 section 3.2.5) goes under the labels that the VPN's packets to the address go
under; the PE that has the prefix answers in the VPN, so both ways are tried.  What `vprn-trace`
says of the responder's route is what that router has.
Must not know labels, nor who answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.cli.jobs import Interrupt, Job, Wait
from labkit.cli.nokia_sros.cursor import Command
from labkit.cli.nokia_sros.oam import Waiting, answer_to
from labkit.cli.nokia_sros.ping import NO_SOURCE, SECOND, milliseconds, source_is_local
from labkit.cli.nokia_sros.schema import Mistake
from labkit.cli.nokia_sros.service import find
from labkit.net.lsp_ping import EchoAnswer, LspPing
from labkit.net.tables import Route
from labkit.wire import mpls_echo
from labkit.wire.mpls_echo import VpnPrefix

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.shell import SrosShell
    from labkit.net.node import Node

REQUEST_SIZE = 84
"""Bytes of a request below the labels: IP with router alert, UDP, the header and one prefix."""
HOPS = 4
_RULE = "-" * 76
_OWNERS = {"bgp-vpn": "bgpVpn", "connected": "local", "bgp": "bgp", "static": "static"}


@dataclass
class VpnProbe:
    """Requests from one VPN's source to one destination."""

    shell: SrosShell
    vrf: str
    values: dict[str, str]
    handle: int
    sent: int = 0

    @property
    def source(self) -> IPv4Address:
        return IPv4Address(self.values["source"])

    @property
    def destination(self) -> IPv4Address:
        return IPv4Address(self.values["destination"])

    @property
    def size(self) -> int:
        return max(int(self.values.get("size", "0")), REQUEST_SIZE)

    def fec(self) -> VpnPrefix | None:
        """The prefix that leads to the destination, None if none does."""
        node = self.shell.device.router
        route = node.lookup(self.vrf, self.destination)
        if route is None:
            return None
        rib = node.state.ribs.get(self.vrf)
        path = rib.best.get(route.prefix) if rib is not None else None
        own = next((vrf.rd for vrf in node.facts.vrfs if vrf.name == self.vrf), None)
        rd = path.rd if path is not None and path.rd else own
        return VpnPrefix(rd, route.prefix) if rd else None

    def one(self, ttl: int) -> Waiting[tuple[EchoAnswer, int] | None]:
        """Send a request and wait for its answer, and how long it took in microseconds."""
        start, fec = self.shell.now(), self.fec()
        self.sent += 1
        request = (self.handle, self.sent)

        def send(pings: LspPing) -> None:
            if fec is not None:
                way = (self.vrf, self.source, fec, self.destination)
                pings.send_in_vpn(*way, *request, ttl=ttl, size=self.size)

        timeout = int(self.values.get("timeout", "5")) * SECOND
        answer = yield from answer_to(self.shell, request, timeout, send)
        return (answer, answer.time - start) if answer is not None else None

    def pause(self, start: int) -> Job:
        """Wait until the next request may go."""
        turn = start + int(self.values.get("interval", "1")) * SECOND
        if self.shell.now() < turn:
            yield Wait(turn)


def _probe(shell: SrosShell, values: dict[str, str]) -> VpnProbe:
    """Raises Mistake for what is no VPRN, or no source of it."""
    service = find(shell.device, values["service"])
    if service.row.keyword != "vprn":
        raise Mistake(f"MINOR: CLI Service {values['service']} is not a VPRN.")
    if not source_is_local(shell.device, values["service"], values["source"]):
        raise Mistake(NO_SOURCE)
    return VpnProbe(shell, values["service"], values, shell.device.next_ping())


def vprn_ping(shell: SrosShell, command: Command) -> Job:
    """Run `oam vprn-ping`."""
    probe = _probe(shell, command.values)
    count = int(probe.values.get("count", "1"))
    shell.write(f"{'Sequence':<8} {'Node-id':<38} {'Reply-Path':<10} {'Size':<8} RTT\n{_RULE}\n")
    try:
        while probe.sent < count:
            start = shell.now()
            shell.write(f"[Send request Seq. {probe.sent + 1}.]\n")
            found = yield from probe.one(int(probe.values.get("ttl", "255")))
            shell.write(_answered(probe, found))
            if probe.sent < count:
                yield from probe.pause(start)
    except Interrupt:
        shell.write("^C\n")
    shell.write(f"{_RULE}\n")


def _answered(probe: VpnProbe, found: tuple[EchoAnswer, int] | None) -> str:
    if found is None:
        return "Request timed out.\n"
    answer, took = found
    if answer.message.code != mpls_echo.EGRESS:
        return f"{probe.sent:<8} {f'{answer.source}:cpm':<38} No route to destination\n"
    where = f"{answer.source}:cpm"
    return f"{probe.sent:<8} {where:<38} {'In-Band':<10} {probe.size:<8} {milliseconds(took)}\n"


def vprn_trace(shell: SrosShell, command: Command) -> Job:
    """Run `oam vprn-trace`."""
    probe = _probe(shell, command.values)
    low, high = (int(probe.values.get(k, d)) for k, d in (("min_ttl", "1"), ("max_ttl", str(HOPS))))
    probes = int(probe.values.get("probes", "1"))
    head = f"TTL Seq Reply {'Node-id':<23} {'Rcvd-on':<16} {'Reply-Path':<10} RTT"
    shell.write(f"{head}\n{_RULE}\n")
    try:
        for ttl in range(low, high + 1):
            arrived = False
            for number in range(1, probes + 1):
                shell.write(f"[Send request TTL: {ttl}, Seq. {number}.]\n")
                found = yield from probe.one(ttl)
                shell.write("".join(f"{line}\n" for line in _hop(probe, ttl, number, found)))
                arrived = arrived or found is not None
            if arrived:
                break
    except Interrupt:
        shell.write("^C\n")
    shell.write(f"{_RULE}\n")


def _hop(
    probe: VpnProbe, ttl: int, number: int, found: tuple[EchoAnswer, int] | None
) -> Iterator[str]:
    if found is None:
        yield "Request timed out."
        return
    answer, took = found
    yield (
        f"{ttl:<3} {number:<3} {1:<5} {answer.source!s:<23} {'cpm':<16} {'In-Band':<10} "
        f"{milliseconds(took)}"
    )
    own = probe.shell.device.router
    system = own.interfaces.get("system")
    yield from _route(probe, own, "Requestor", system.ip if system is not None else None)
    for node in own.network.nodes.values():
        interface = node.interfaces.get("system")
        if interface is not None and interface.ip == answer.source:
            yield from _route(probe, node, "Responder", answer.source)


def _route(probe: VpnProbe, node: Node, who: str, address: IPv4Address | None) -> Iterator[str]:
    """What one end has to say of its way to the destination."""
    route = node.lookup(probe.vrf, probe.destination)
    yield f"  {who} {address} Route: {route.prefix if route is not None else '0.0.0.0/0'}"
    if route is None:
        return
    vrf = next((each for each in node.facts.vrfs if each.name == probe.vrf), None)
    rib = node.state.ribs.get(probe.vrf)
    learned = route.protocol == "bgp-vpn" and rib is not None
    path = rib.best.get(route.prefix) if learned and rib is not None else None
    label = path.label if path is not None else 0
    owner, preference = _OWNERS.get(route.protocol, route.protocol), route.preference
    yield f"    Vpn Label: {label} Metrics {route.metric} Pref {preference} Owner {owner}"
    yield f"    Next Hops: {' '.join(_next_hops(node, route))}"
    exported = vrf.export_targets if vrf is not None else frozenset()
    targets = sorted(path.targets if path is not None else exported)
    listed = " ".join(f"[{number}]: {target}" for number, target in enumerate(targets, 1))
    yield f"    Route Targets: {listed}"


def _next_hops(node: Node, route: Route) -> Iterator[str]:
    for number, hop in enumerate(route.next_hops, 1):
        if hop.lsp is not None:
            yield f"[{number}] rsvp tunnel"
        else:
            index = list(node.interfaces).index(hop.interface or "") + 1
            address = hop.gateway or route.prefix.network_address
            yield f"[{number}] ifIdx {index} nextHopIp {address}"
