"""`oam svc-ping`: do both ends of a service agree?

The messages of the real command are not published.  Here an MPLS echo stands for one: along the
SDP's LSP with `local-sdp`, else by plain IP; what is said of the far end is what that router has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.cli.jobs import Interrupt, Job
from labkit.cli.nokia_sros.cursor import Command
from labkit.cli.nokia_sros.oam import Waiting, answer_to
from labkit.cli.nokia_sros.page import updown
from labkit.cli.nokia_sros.ping import SECOND
from labkit.model.facts import MirrorDest, Vpls, Vrf
from labkit.net.control.services import MirrorState, SdpState, VplsState
from labkit.net.lsp_ping import EchoAnswer, LspPing
from labkit.net.tables import Pseudowire

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.shell import SrosShell
    from labkit.net.node import Node

TIMEOUT = 10 * SECOND
_TYPES = {Vpls: "TLS", MirrorDest: "Mirror-Dest", Vrf: "VPRN"}
_NONE = "N/A"


@dataclass(frozen=True, slots=True)
class End:
    """One end of a service: a router, and the service there if there is one."""

    node: Node
    number: int
    far: IPv4Address | None
    """The other end's system address."""

    @property
    def facts(self) -> Vpls | MirrorDest | Vrf | None:
        told = self.node.facts
        found: list[Vpls | MirrorDest | Vrf] = [*told.vpls, *told.mirrors, *told.vrfs]
        return next((each for each in found if each.service_id == self.number), None)

    @property
    def state(self) -> VplsState | MirrorState | None:
        for vpls in self.node.state.vpls:
            if vpls.vpls.service_id == self.number:
                return vpls
        mirrors = self.node.state.mirrors
        return next((each for each in mirrors if each.mirror.service_id == self.number), None)

    @property
    def sdp(self) -> SdpState | None:
        """The SDP to the other end that the service is bound to."""
        binding = self.binding
        if binding is None:
            return None
        return next((s for s in self.node.state.sdps if s.sdp.sdp_id == binding.sdp_id), None)

    @property
    def binding(self) -> Pseudowire | None:
        """The service's spoke SDP to the other end."""
        ends = {s.sdp.sdp_id for s in self.node.state.sdps if s.sdp.far_end == self.far}
        for each in self.node.tables.pseudowires.values():
            if each.service_id == self.number and each.sdp_id in ends:
                return each
        return None

    @property
    def address(self) -> IPv4Address | None:
        system = self.node.interfaces.get("system")
        return system.ip if system is not None else None

    def basics(self) -> tuple[str, ...]:
        """Type, administrative and operational state, MTU and customer."""
        facts = self.facts
        if facts is None:
            return (_NONE, "Non-Existent", _NONE, _NONE, _NONE)
        up = self.state.up if self.state is not None else facts.enabled
        mtu = str(facts.mtu) if isinstance(facts, Vpls) else "0"
        customer = "1" if isinstance(facts, MirrorDest) else str(facts.customer)
        return (_TYPES[type(facts)], updown(facts.enabled), updown(up), mtu, customer)

    def path(self, used: bool) -> tuple[str, ...]:
        """The SDP, its states, those of the binding, and the VC ID."""
        sdp, binding = self.sdp, self.binding
        if sdp is None or binding is None:
            return ("No", *[_NONE] * 6)
        admin = "SvcSdpBindAdminDown" not in binding.reason
        states = (sdp.sdp.enabled, sdp.up, admin, binding.up)
        return (
            "Yes" if used else "No",
            str(binding.sdp_id),
            *map(updown, states),
            str(binding.vc_id),
        )


def svc_ping(shell: SrosShell, command: Command) -> Job:
    """Run `oam svc-ping`."""
    values, router = command.values, shell.device.router
    far, number = IPv4Address(values["address"]), int(values["service"])
    own = End(router, number, far)
    refused = _refused(own, "local-sdp" in values)
    answer: EchoAnswer | None = None
    result = f"Not Sent - {refused}"
    if not refused:
        try:
            answer = yield from _ask(shell, own, far, "local-sdp" in values)
            result = "Sent - Reply Received" if answer else "Sent - Request Timeout"
        except Interrupt:
            result = "Sent - Request Terminated"
    other = _far_end(own, answer)
    shell.write(f"Service-ID: {number}\n\n")
    shell.write("".join(f"{line}\n" for line in _page(own, other, values)))
    shell.write(f"Request Result: {result}\n")


def _refused(own: End, over_sdp: bool) -> str:
    """Why nothing can be sent, "" if it can."""
    if own.facts is None:
        return "Non-Existent Service-ID"
    if not over_sdp:
        return ""
    if own.sdp is None or own.binding is None:
        return "Non-Existent SDP for Service"
    if not own.sdp.up:
        return "SDP For Service Down"
    return "" if own.binding.egress_label is not None else "Non-existent Service Egress Label"


def _ask(
    shell: SrosShell, own: End, far: IPv4Address, over_sdp: bool
) -> Waiting[EchoAnswer | None]:
    request, sdp = (shell.device.next_ping(), 1), own.sdp

    def send(pings: LspPing) -> None:
        if over_sdp and sdp is not None and sdp.lsp is not None:
            pings.send(sdp.lsp, *request)
        else:
            pings.send_to(far, *request)

    return (yield from answer_to(shell, request, TIMEOUT, send))


def _far_end(own: End, answer: EchoAnswer | None) -> End | None:
    if answer is None:
        return None
    nodes = own.node.network.nodes.values()
    ends = (End(node, own.number, own.address) for node in nodes)
    return next((end for end in ends if end.address == answer.source), None)


def _page(own: End, other: End | None, values: dict[str, str]) -> Iterator[str]:
    yield "Err Info                Local           Remote"
    yield "-" * 53
    known = other is not None
    basics = ("Type", "Admin State", "Oper State", "Service-MTU", "Customer ID")
    theirs = other.basics() if other is not None else (_NONE,) * len(basics)
    yield from _rows(basics, own.basics(), theirs, known)
    yield ""
    yield from _system(own, other)
    yield ""
    names: tuple[str, ...] = (
        "SDP Path Used",
        "SDP-ID",
        "Admin State",
        "Operative State",
        "Binding Admin State",
    )
    names += ("Binding Oper State", "Binding VC ID", "Binding Type", "Binding Vc-type")
    far = other.path("remote-sdp" in values) if other is not None else (_NONE,) * 7
    kinds = [_kinds(end) for end in (own, other)]
    ours = (*own.path("local-sdp" in values), *kinds[0])
    yield from _rows(names, ours, (*far, *kinds[1]), False)
    yield _row("Binding Vlan-vc-tag", _NONE, _NONE)
    yield ""
    yield from _labels(own, other)
    yield ""


def _kinds(end: End | None) -> tuple[str, str]:
    """The binding's type and that of its circuit."""
    binding = end.binding if end is not None else None
    if binding is None:
        return _NONE, _NONE
    return "Mesh" if binding.mesh else "Spoke", "Ether"


def _rows(
    names: tuple[str, ...], local: tuple[str, ...], remote: tuple[str, ...], compared: bool
) -> Iterator[str]:
    """Rows of both ends; marked where something is down or missing, or differs though it must
    not (customers are each router's own affair)."""
    for name, ours, theirs in zip(names, local, remote, strict=True):
        differs = compared and ours != theirs and name != "Customer ID"
        yield _row(name, ours, theirs, bool({ours, theirs} & {"Down", "Non-Existent"}) or differs)


def _row(name: str, ours: object, theirs: object, wrong: bool = False) -> str:
    return f"{'==>' if wrong else '':<4}{name + ':':<20}{ours!s:<16}{theirs}".rstrip()


def _system(own: End, other: End | None) -> Iterator[str]:
    system = own.node.interfaces.get("system")
    state = updown(system is not None and system.up)
    expected = other.sdp.sdp.far_end if other is not None and other.sdp is not None else None
    yield _row("IP Interface State", state, "", state == "Down")
    yield _row("Actual IP Addr", own.address, other.address if other is not None else _NONE)
    wrong = expected is not None and expected != own.address
    yield _row("Expected Peer IP", own.far, expected or _NONE, wrong)


def _labels(own: End, other: End | None) -> Iterator[str]:
    """The labels of both ends; what one sends with the other must expect."""
    ours, theirs = own.binding, other.binding if other is not None else None
    out, back = (each.egress_label if each is not None else None for each in (ours, theirs))
    into, far_in = (each.ingress_label if each is not None else None for each in (ours, theirs))
    both = ours is not None and theirs is not None
    yield _row("Egress Label", out or 0, _far(other, back), both and out != far_in)
    yield _row("Ingress Label", into or 0, _far(other, far_in), both and into != back)
    source = "Signaled" if other is not None else _NONE
    yield _row("Egress Label Type", "Signaled", source)
    yield _row("Ingress Label Type", "Signaled", source)


def _far(other: End | None, label: int | None) -> object:
    return _NONE if other is None else label or 0
