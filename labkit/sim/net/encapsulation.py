"""What goes around ESP, and comes off again: tunnel or transport mode, bare or in UDP.

Through a NAT, ESP is the payload of UDP port 4500, told from IKE by its first four bytes, which
are an SPI and never zero (RFC 3948 §2).  A packet of transport mode that was through a NAT has
other addresses than those its checksum was made with, which is put right (§3.1.2).  What is wrong
with a packet is counted and told.

Must not know: which SA a packet takes, routes, what becomes of what was inside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address

from labkit.protocols import esp
from labkit.protocols.ike import ChildSa
from labkit.protocols.wire import DecodeError, ipv4
from labkit.protocols.wire.ipv4 import IPv4
from labkit.protocols.wire.isakmp import NON_ESP_MARKER
from labkit.protocols.wire.tcp import Tcp
from labkit.protocols.wire.udp import ISAKMP_PORT, NAT_TRAVERSAL_PORT, Udp
from labkit.sim.net import events
from labkit.sim.net.ident import Ident, SaPair
from labkit.sim.net.node import Node

IP_IN_IP = 4
OUTER_TTL = 255
UDP_HEADER = 8
SPI_SIZE = 4

NewPacket = Callable[..., IPv4]
"""`Forwarding.packet`: a packet of this node's own."""


def contents(child: ChildSa, packet: IPv4) -> tuple[bytes, int]:
    """What ESP has to seal of a packet, and its next header."""
    if child.transform.mode == "tunnel":
        return packet.encode(), IP_IN_IP
    return packet.payload, packet.protocol


def wrap(
    child: ChildSa, packet: IPv4, sealed: bytes, new_packet: NewPacket, df_bit: str = "copy"
) -> IPv4:
    """The packet that carries `sealed`; TOS is that of the packet inside, in tunnel mode DF too,
    unless `df_bit` says clear or set."""
    protocol, payload = ipv4.ESP, sealed
    if child.nat_path is not None:
        # RFC 3948 §2.1: no checksum, ESP has a better one.
        ports = child.nat_path.local_port, child.nat_path.peer_port
        datagram = Udp(*ports, sealed, summed=False)
        protocol, payload = ipv4.UDP, datagram.encode(child.local, child.peer)
    if child.transform.mode == "transport":
        return replace(packet, protocol=protocol, payload=payload)
    return new_packet(
        child.local,
        child.peer,
        protocol,
        payload,
        ttl=OUTER_TTL,
        tos=packet.tos,
        dont_fragment=packet.dont_fragment if df_bit == "copy" else df_bit == "set",
    )


def unwrap(child: ChildSa, packet: IPv4, opened: bytes, next_header: int) -> IPv4:
    """The packet that was protected; raises DecodeError."""
    if next_header == IP_IN_IP and child.transform.mode == "tunnel":
        return IPv4.decode(opened)
    if child.nat_path is not None:
        opened = _summed(opened, next_header, packet.src, packet.dst)
    return replace(packet, protocol=next_header, payload=opened)


def _summed(payload: bytes, protocol: int, src: IPv4Address, dst: IPv4Address) -> bytes:
    """The same, its checksum made anew for the addresses that it has come to have."""
    if protocol == ipv4.UDP:
        return Udp.decode(payload).encode(src, dst)
    if protocol == ipv4.TCP:
        return Tcp.decode(payload).encode(src, dst)
    return payload


def is_ike(payload: bytes) -> bool:
    """Whether what came to port 4500 is for IKE: marked, or a keepalive of one byte."""
    return payload.startswith(NON_ESP_MARKER) or len(payload) < SPI_SIZE


def is_ipsec(packet: IPv4) -> bool:
    """Whether a packet is ESP or for one of IKE's ports: it need not come protected."""
    if packet.protocol == ipv4.ESP:
        return True
    port = int.from_bytes(packet.payload[2:4], "big")
    return packet.protocol == ipv4.UDP and port in (ISAKMP_PORT, NAT_TRAVERSAL_PORT)


def bare(packet: IPv4, datagram: Udp) -> IPv4:
    """The ESP packet that a datagram stands for."""
    return replace(packet, protocol=ipv4.ESP, payload=datagram.payload)


def spi_of(packet: IPv4) -> int | None:
    """The SPI of an ESP packet, bare or in UDP, of which the first bytes are enough."""
    data = packet.payload
    if packet.protocol == ipv4.UDP and data[:2] == NAT_TRAVERSAL_PORT.to_bytes(2, "big"):
        data = data[UDP_HEADER:]
    elif packet.protocol != ipv4.ESP:
        return None
    return int.from_bytes(data[:SPI_SIZE], "big") if len(data) >= SPI_SIZE else None


def opened(node: Node, packet: IPv4, ident: Ident, pair: SaPair) -> IPv4 | None:
    """The packet inside an ESP packet (RFC 4303 §3.4); None if it is dropped."""
    assert pair.inbound is not None
    spi, connection = pair.child.inbound_spi, pair.inbound_id
    try:
        payload, protocol = pair.inbound.open(packet.payload)
        return unwrap(pair.child, packet, payload, protocol)
    except esp.Replayed as error:
        ident.counters.replay_failed += 1
        node.emit(events.ReplayError(packet.src, packet.dst, spi, error.sequence, connection))
    except esp.AuthenticationFailed:
        ident.counters.verify_failed += 1
        node.emit(events.EspAuthFailed(packet.src, packet.dst, spi, connection))
    except (esp.EspError, DecodeError):
        node.emit(events.Dropped("malformed ESP", packet, None))
    ident.counters.recv_errors += 1
    return None
