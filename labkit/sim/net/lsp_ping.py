"""MPLS echo of a provider's router: it sends requests along its LSPs and answers those of others.

A request travels under the LSP's label alone; whoever pops it, or finds its TTL run out, answers
by plain UDP (RFC 8029 section 4).
Must not know: what a command prints, how LSPs come about.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network

from labkit.protocols.wire import DecodeError, ipv4, mpls_echo
from labkit.protocols.wire.ipv4 import IPv4
from labkit.protocols.wire.mpls_echo import MplsEcho, RsvpLsp
from labkit.protocols.wire.udp import Udp
from labkit.sim.net.control.lsp import LspState
from labkit.sim.net.node import Node

Push = Callable[[Sequence[int], str, bytes, int, int], None]
"""Labels, port, IPv4 bytes, the TTL of the outermost label, the TTL of those below."""

LSP_ID = 2560
LOCALHOST = IPv4Address("127.0.0.1")
_LOOPBACK = IPv4Network("127.0.0.0/8")
_HEADERS = ipv4.HEADER_LENGTH + len(mpls_echo.ROUTER_ALERT) + 8
_PAD = 3
"""The TLV that makes a request longer (section 3.3)."""


@dataclass(frozen=True, slots=True)
class EchoAnswer:
    """A reply and the router that sent it."""

    time: int
    source: IPv4Address
    ttl: int
    size: int
    """Bytes of the datagram's payload."""
    message: MplsEcho


class LspPing:
    """The MPLS echo of one router."""

    def __init__(self, node: Node, push: Push) -> None:
        """`push` sends a packet under labels, outermost first, by a core port."""
        self._node = node
        self._push = push
        self._listeners: list[Callable[[EchoAnswer], None]] = []
        node.udp.bind(mpls_echo.PORT, self._received)

    def listen(self, listener: Callable[[EchoAnswer], None]) -> Callable[[], None]:
        """Have `listener` called with every reply; returns how to stop it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def send(
        self, lsp: LspState, handle: int, sequence: int, *, ttl: int = 255, size: int = 0
    ) -> int | None:
        """Send a request of at least `size` bytes along an LSP; the bytes below its label.

        None if the LSP is down or this router has no system address.
        """
        system = self._system()
        if lsp.path is None or lsp.to is None or system is None:
            return None
        fec = RsvpLsp(lsp.to, lsp.tunnel_id, system, LSP_ID).encode()
        packet = self._request(system, handle, sequence, fec, size)
        self._push((lsp.path.label,), lsp.path.port, packet, ttl, 255)
        return len(packet)

    def _request(
        self, source: IPv4Address, handle: int, sequence: int, fec: bytes, size: int
    ) -> bytes:
        """A request of at least `size` bytes, from its IP header on."""
        node = self._node
        request = MplsEcho(mpls_echo.REQUEST, handle, sequence, node.clock.now, tlvs=fec)
        payload = _padded(request.encode(), size - _HEADERS)
        datagram = Udp(mpls_echo.PORT, mpls_echo.PORT, payload).encode(source, LOCALHOST)
        bare = node.ip.packet(source, LOCALHOST, ipv4.UDP, datagram, ttl=1, dont_fragment=True)
        return replace(bare, options=mpls_echo.ROUTER_ALERT).encode()

    def take(self, data: bytes, code: int) -> None:
        """What came out of a label stack here: a request is answered with `code`."""
        try:
            packet = IPv4.decode(data)
            if packet.protocol != ipv4.UDP or packet.dst not in _LOOPBACK:
                return
            datagram = Udp.decode(packet.payload, packet.src, packet.dst)
            request = MplsEcho.decode(datagram.payload)
        except DecodeError:
            return
        if datagram.destination_port == mpls_echo.PORT and request.kind == mpls_echo.REQUEST:
            self._answer(packet.src, datagram.source_port, request, code)

    def _answer(self, to: IPv4Address, port: int, request: MplsEcho, code: int) -> None:
        system = self._system()
        if system is None:
            return
        if code == mpls_echo.EGRESS and not self._is_egress(request.tlvs):
            code = mpls_echo.NO_MAPPING
        reply = replace(
            request,
            kind=mpls_echo.REPLY,
            received=self._node.clock.now,
            code=code,
            subcode=1,
            tlvs=b"",
        )
        self._node.udp.send(system, mpls_echo.PORT, to, port, reply.encode())

    def _is_egress(self, tlvs: bytes) -> bool:
        """Whether the LSP that a request asks about ends here."""
        lsp = RsvpLsp.decode(tlvs)
        return lsp is not None and lsp.end_point == self._system()

    def _received(self, datagram: Udp, packet: IPv4, vrf: str) -> None:
        try:
            message = MplsEcho.decode(datagram.payload)
        except DecodeError:
            return
        if message.kind != mpls_echo.REPLY:
            return  # By plain IP nobody asks about a label.
        answer = EchoAnswer(
            self._node.clock.now, packet.src, packet.ttl, len(datagram.payload), message
        )
        for listener in tuple(self._listeners):
            listener(answer)

    def _system(self) -> IPv4Address | None:
        interface = self._node.interfaces.get("system")
        return interface.ip if interface is not None else None


def _padded(payload: bytes, size: int) -> bytes:
    """The payload with a pad TLV, so that it comes to `size` bytes where it can."""
    room = size - len(payload) - 4
    if room < 1:
        return payload
    return payload + _PAD.to_bytes(2, "big") + room.to_bytes(2, "big") + b"\x01" + bytes(room - 1)
