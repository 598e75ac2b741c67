"""`oam lsp-ping`, `lsp-trace` and `sdp-ping`: is a label switched path really one?

Sends MPLS echo requests (RFC 8029) along the router's own LSPs and prints what comes back.  The
messages of `sdp-ping` are not published: here an MPLS echo along the SDP's LSP stands for one,
and what it says of the responding SDP is what that router has.
Must not know labels, nor who answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from labkit.protocols.wire import mpls_echo
from labkit.sim.net.control.lsp import LspState
from labkit.sim.net.control.services import SdpState
from labkit.sim.net.lsp_ping import EchoAnswer, LspPing
from labkit.sim.routers.jobs import Interrupt, Job, Wait
from labkit.sim.routers.probe import Waiting
from labkit.sim.routers.sros.commands import runs
from labkit.sim.routers.sros.cursor import Command
from labkit.sim.routers.sros.page import updown
from labkit.sim.routers.sros.ping import SECOND, loss, milliseconds, round_trips
from labkit.sim.routers.sros.schema import Mistake

if TYPE_CHECKING:
    from labkit.sim.routers.sros.device import SrosDevice
    from labkit.sim.routers.sros.shell import SrosShell

REQUEST_SIZE = 92
"""Bytes of a request below the label: IP with router alert, UDP, the header and one RSVP FEC."""
HOPS = 30
_CODES = {
    mpls_echo.EGRESS: "EgressRtr",
    mpls_echo.NO_MAPPING: "NoFecMapping",
    mpls_echo.LABEL_SWITCHED: "DSRtrMatchLabel",
}
_RULE, _SHORT = "-" * 68, "-" * 50


@dataclass
class Probe:
    """Requests along one LSP: how they are sent, and what came of them."""

    shell: SrosShell
    lsp: LspState
    values: dict[str, str]
    handle: int
    sent: int = 0
    times: list[int] = field(default_factory=list)
    """Round trips in microseconds."""

    @property
    def count(self) -> int:
        return int(self.values.get("count", "1"))

    @property
    def size(self) -> int:
        return max(int(self.values.get("size", "0")), REQUEST_SIZE)

    def one(self, ttl: int) -> Waiting[EchoAnswer | None]:
        """Send a request and wait for its answer."""
        timeout = int(self.values.get("timeout", "5")) * SECOND
        self.sent += 1
        sequence, start = self.sent, self.shell.now()

        def send(pings: LspPing) -> None:
            pings.send(self.lsp, self.handle, sequence, ttl=ttl, size=self.size)

        answer = yield from answer_to(self.shell, (self.handle, sequence), timeout, send)
        if answer is not None:
            self.times.append(answer.time - start)
        return answer

    def pause(self, start: int) -> Job:
        """Wait for the next request's turn, if there is one."""
        turn = start + int(self.values.get("interval", "1")) * SECOND
        if self.sent < self.count and self.shell.now() < turn:
            yield Wait(turn)


def answer_to(
    shell: SrosShell, request: tuple[int, int], timeout: int, send: Callable[[LspPing], None]
) -> Waiting[EchoAnswer | None]:
    """Send an MPLS echo request, known by its handle and sequence number, and wait for its answer
    at most `timeout` microseconds."""
    heard: list[EchoAnswer] = []

    def listen(answer: EchoAnswer) -> None:
        if (answer.message.handle, answer.message.sequence) == request:
            heard.append(answer)

    provider = shell.device.router.provider
    assert provider is not None
    stop = provider.lsp_ping.listen(listen)
    try:
        send(provider.lsp_ping)
        yield Wait(shell.now() + timeout, lambda: bool(heard))
    finally:
        stop()
    return heard[0] if heard else None


def _probe(shell: SrosShell, values: dict[str, str]) -> Probe:
    """Raises Mistake for an LSP that is not there or not up."""
    name = values["lsp"]
    lsp = next((each for each in shell.device.router.state.lsps if each.name == name), None)
    if lsp is None:
        raise Mistake(f'MINOR: CLI LSP "{name}" does not exist.')
    if not lsp.up:
        raise Mistake(f'MINOR: CLI LSP "{name}" is not operationally up.')
    return Probe(shell, lsp, values, shell.device.next_ping())


# --------------------------------------------------------------------------- LSPs


@runs(
    "oam > lsp-ping <lsp:name> { detail | size <size:92-9198> | ttl <ttl:1-255>"
    " | timeout <timeout:1-10> | interval <interval:1-10> | send-count <count:1-100> }*"
)
def lsp_ping(shell: SrosShell, command: Command) -> Job:
    """Run `oam lsp-ping`."""
    probe = _probe(shell, command.values)
    name = probe.lsp.name
    shell.write(f"LSP-PING {name}: {probe.size} bytes MPLS payload\n")
    try:
        while probe.sent < probe.count:
            start = shell.now()
            answer = yield from probe.one(int(probe.values.get("ttl", "255")))
            shell.write(_reply(probe, answer))
            yield from probe.pause(start)
    except Interrupt:
        shell.write("^C\n")
    shell.write(f"\n---- LSP {name} PING Statistics ----\n")
    got = len(probe.times)
    lost = loss(probe.sent, got)
    shell.write(f"{probe.sent} packets sent, {got} packets received, {lost}% packet loss\n")
    shell.write("".join(f"{line}\n" for line in round_trips(probe.times)))


def _reply(probe: Probe, answer: EchoAnswer | None) -> str:
    if answer is None:
        return f"Request timed out. Seq={probe.sent}\n"
    interface = _interface(probe)
    code = answer.message.code
    return (
        f"Seq={probe.sent}, send from intf {interface}, reply from {answer.source}\n"
        f"       udp-data-len={answer.size} ttl={answer.ttl} rtt={milliseconds(probe.times[-1])}"
        f" rc={code} ({_CODES.get(code, 'NoReturnCode')})\n"
    )


def _interface(probe: Probe) -> str:
    """The interface that an LSP leaves by."""
    port = probe.lsp.path.port if probe.lsp.path is not None else None
    interfaces = probe.shell.device.router.interfaces.values()
    return next((each.name for each in interfaces if each.facts.port == port), "")


@runs("oam > lsp-trace <lsp:name> { detail | max-ttl <max_ttl:1-255> | timeout <timeout:1-60> }*")
def lsp_trace(shell: SrosShell, command: Command) -> Job:
    """Run `oam lsp-trace`."""
    probe = _probe(shell, command.values)
    limit = int(probe.values.get("max_ttl", str(HOPS)))
    shell.write(
        f"lsp-trace to {probe.lsp.name}: 0 hops min, {limit} hops max, {probe.size} byte packets\n"
    )
    try:
        for ttl in range(1, limit + 1):
            answer = yield from probe.one(ttl)
            if answer is None:
                shell.write(f"{ttl}  0.0.0.0  *\n")
                continue
            code = answer.message.code
            shell.write(
                f"{ttl}  {answer.source}  rtt={milliseconds(probe.times[-1])}"
                f" rc={code}({_CODES.get(code, 'NoReturnCode')}) rsc={answer.message.subcode}\n"
            )
            if code != mpls_echo.LABEL_SWITCHED:
                return
    except Interrupt:
        shell.write("\nlsp-trace aborted by user\n")


# --------------------------------------------------------------------------- SDPs


@runs(
    "oam > sdp-ping <sdp:1-17407> { resp-sdp <resp:1-17407> | size <size:72-9198>"
    " | count <count:1-100> | timeout <timeout:1-10> | interval <interval:1-10> }*"
)
def sdp_ping(shell: SrosShell, command: Command) -> Job:
    """Run `oam sdp-ping`."""
    device, values = shell.device, command.values
    number = int(values["sdp"])
    state = next((s for s in device.router.state.sdps if s.sdp.sdp_id == number), None)
    if state is None or not state.up or state.lsp is None:
        why = "Non-Existent Local SDP-ID" if state is None else "Local SDP-ID Down"
        shell.write("".join(f"{line}\n" for line in _page(device, state, values, None)))
        shell.write(f"Request Result: Not Sent - {why}\n")
        return
    probe = Probe(shell, state.lsp, values, device.next_ping())
    try:
        if probe.count == 1:
            answer = yield from probe.one(255)
            shell.write("".join(f"{line}\n" for line in _page(device, state, values, answer)))
            shell.write(_result(probe, answer))
            return
        yield from _several(probe)
    except Interrupt:
        shell.write("Request Result: Sent - Request Terminated\n")


def _result(probe: Probe, answer: EchoAnswer | None) -> str:
    if answer is None:
        return "Request Result: Sent - Request Timeout\n"
    return f"Request Result: Sent - Reply Received\nRTT: {probe.times[-1] / 1000:.1f}(ms)\n"


def _several(probe: Probe) -> Job:
    write, times = probe.shell.write, probe.times
    write("Request        Response       RTT\n----------     ----------     -------\n")
    while probe.sent < probe.count:
        start = probe.shell.now()
        answer = yield from probe.one(255)
        took = milliseconds(times[-1]) if answer is not None else "0ms"
        write(f"{probe.sent:>6}         {'Success' if answer else 'Request Timeout':<14} {took}\n")
        yield from probe.pause(start)
    write(f"Sent: {probe.sent:>5}    Received: {len(times):>5}\n")
    if times:
        low, high, mean = min(times), max(times), sum(times) // len(times)
        write(
            f"Min: {milliseconds(low)}     Max: {milliseconds(high)}     Avg: "
            f"{milliseconds(mean)}\n"
        )


def _page(
    device: SrosDevice, state: SdpState | None, values: dict[str, str], answer: EchoAnswer | None
) -> Iterator[str]:
    """What both ends say of their SDPs."""
    own = device.router.interfaces.get("system")
    local = own.ip if own is not None else None
    far = state.sdp.far_end if state is not None else None
    there = answer.source if answer is not None else None
    yield _RULE
    yield f"Actual IP Address - Local  : {local or 'N/A'}"
    yield f"Expected Peer IP  - Remote : {local if there else 'N/A'}"
    yield f"Actual IP Address - Remote : {there or 'N/A'}"
    yield f"Expected Peer IP  - Local  : {far or 'N/A'}"
    yield f"IP Address Mismatch        : {'No' if there in (None, far) else 'Yes'}"
    yield _RULE
    yield f"{'Err SDP-ID Info':<28}{'Local':<16}Remote"
    yield _SHORT
    responding = _responding(device, values, answer)
    ours, theirs = _states(state), _states(responding)
    name = values.get("resp", "N/A") if answer is not None else "N/A"
    if answer is None or "resp" not in values:
        theirs = ("N/A", "N/A")
    yield _info("SDP-ID:", values["sdp"], name)
    yield _info("Administrative State:", ours[0], theirs[0])
    yield _info("Operative State:", ours[1], theirs[1])
    room = state.path_mtu if state is not None else 0
    yield _info("Path MTU", str(room or "N/A"), "N/A")
    used = responding is not None and responding.up
    yield _info("Response SDP Used:", "", "Yes" if used else "No")
    yield _info("IP Interface State:", updown(own is not None and own.up), "")
    yield _info("Forwarding Class", "be", "be")
    yield _info("Profile", "Out", "Out")
    yield ""


def _info(name: str, local: str, remote: str) -> str:
    return f"    {name:<24}{local:<16}{remote}".rstrip()


def _states(state: SdpState | None) -> tuple[str, str]:
    if state is None:
        return "Non-Existent", "N/A"
    return updown(state.sdp.enabled), updown(state.up)


def _responding(
    device: SrosDevice, values: dict[str, str], answer: EchoAnswer | None
) -> SdpState | None:
    """The SDP that the far end was asked to answer by, as it is there."""
    if answer is None or "resp" not in values:
        return None
    for node in device.router.network.nodes.values():
        own = node.interfaces.get("system")
        if own is not None and own.ip == answer.source:
            wanted = int(values["resp"])
            return next((s for s in node.state.sdps if s.sdp.sdp_id == wanted), None)
    return None
