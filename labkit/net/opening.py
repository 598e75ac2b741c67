"""Opening an ESP packet of a known SA: what is inside, or what was wrong, counted and told.

Must not know: how the SA was found, what becomes of what was inside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit import esp
from labkit.net import encapsulation, events
from labkit.net.ident import Ident, SaPair
from labkit.wire import DecodeError
from labkit.wire.ipv4 import IPv4

if TYPE_CHECKING:
    from labkit.net.node import Node


def opened(node: Node, packet: IPv4, ident: Ident, pair: SaPair) -> IPv4 | None:
    """The packet inside an ESP packet (RFC 4303 §3.4); None if it is dropped."""
    assert pair.inbound is not None
    spi, connection = pair.child.inbound_spi, pair.inbound_id
    try:
        payload, protocol = pair.inbound.open(packet.payload)
        return encapsulation.unwrap(pair.child, packet, payload, protocol)
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
