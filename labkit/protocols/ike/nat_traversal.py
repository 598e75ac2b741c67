"""NAT traversal (RFC 3947): find a NAT, move to port 4500, follow the ports.

Each end tells the other the hashes of the addresses and ports it sees (NAT-D).  If any differs
there is a NAT, IKE moves to UDP port 4500 with the fifth message, and Phase 2 asks for ESP in
UDP.  An authentic message from another port means that the NAT has changed its mind.

Must not know: how ESP is put into UDP (the router does), states.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from ipaddress import IPv4Address

from labkit.protocols.ike import keys
from labkit.protocols.ike.context import Context
from labkit.protocols.ike.events import NatChecked, PortsChanged
from labkit.protocols.ike.sa import IkeSa
from labkit.protocols.ike.values import ChildSa, NatPath, Role
from labkit.protocols.wire.isakmp import NatDetection, NatOriginalAddress, Payload

PORT = 4500

Ports = tuple[int, int]
"""Ours and the peer's."""


def detection(sa: IkeSa) -> tuple[NatDetection, ...]:
    """Our NAT-D payloads: the peer's address and port as we see them, then our own."""
    return tuple(map(NatDetection, _hashes(sa))) if sa.nat_traversal else ()


def _hashes(sa: IkeSa) -> tuple[bytes, bytes]:
    return (
        keys.nat_detection(sa.hash, sa.cookies, sa.peer.packed, sa.peer_port),
        keys.nat_detection(sa.hash, sa.cookies, sa.local.packed, sa.local_port),
    )


def compare(context: Context, sa: IkeSa, payloads: Iterable[Payload]) -> None:
    """The peer's NAT-D payloads: first us as it sees us, then each address it may have."""
    seen = [payload.data for payload in payloads if isinstance(payload, NatDetection)]
    if len(seen) >= 2 and sa.nat_traversal:
        peer, local = _hashes(sa)
        sa.local_behind_nat, sa.peer_behind_nat = seen[0] != local, peer not in seen[1:]
        context.tell(sa, NatChecked, sa.local_behind_nat, sa.peer_behind_nat)


def float_ports(context: Context, sa: IkeSa) -> None:
    """The initiator moves to port 4500, if there is a NAT and it is not there already."""
    if sa.nat and sa.local_port != PORT:
        _move(context, sa, (PORT, PORT))


def follow(context: Context, sa: IkeSa) -> None:
    """An authentic message came: answer to where it came from."""
    if sa.nat and context.ports[0] == PORT:
        _move(context, sa, context.ports)


def follow_esp(context: Context, child: ChildSa, peer_port: int) -> None:
    """An authentic ESP packet came from `peer_port`: answer there, if the peer is behind a NAT."""
    now = child.nat_path
    if now is None or not now.peer_behind_nat or peer_port == now.peer_port:
        return
    old, new = (now.local_port, now.peer_port), (now.local_port, peer_port)
    before = child.local, old[0], child.peer, old[1]
    for sa in context.sas:
        if (sa.local, sa.local_port, sa.peer, sa.peer_port) == before:
            sa.local_port, sa.peer_port = new
    _move_children(context, child.local, child.peer, old, new)
    event = PortsChanged(child.local, child.peer, child.connection, old, new)
    context.events.append(event)


def _move(context: Context, sa: IkeSa, ports: tuple[int, int]) -> None:
    old = sa.local_port, sa.peer_port
    if old != ports:
        sa.local_port, sa.peer_port = ports
        _move_children(context, sa.local, sa.peer, old, ports)
        context.tell(sa, PortsChanged, old, ports)


def _move_children(
    context: Context, local: IPv4Address, peer: IPv4Address, old: Ports, new: Ports
) -> None:
    for spi, child in context.children.items():
        path = child.nat_path
        if path is None or (child.local, child.peer) != (local, peer):
            continue
        if (path.local_port, path.peer_port) == old:
            path = replace(path, local_port=new[0], peer_port=new[1])
            context.children[spi] = replace(child, nat_path=path)


# --------------------------------------------------------------------------- Phase 2


def path(sa: IkeSa) -> NatPath | None:
    """What an ESP SA under `sa` has to know of the NAT."""
    if not sa.nat:
        return None
    return NatPath(sa.local_port, sa.peer_port, sa.local_behind_nat, sa.peer_behind_nat)


def original_addresses(sa: IkeSa) -> tuple[NatOriginalAddress, NatOriginalAddress]:
    """NAT-OAi and NAT-OAr for transport mode: both ends as we see them (RFC 3947 §5.2)."""
    ends = (sa.local, sa.peer) if sa.role is Role.INITIATOR else (sa.peer, sa.local)
    return NatOriginalAddress(ends[0]), NatOriginalAddress(ends[1])


# --------------------------------------------------------------------------- the next Phase 1


def ports_towards(context: Context, local: IPv4Address, peer: IPv4Address) -> tuple[int, int]:
    """Where a new Phase 1 begins: the NAT may let through no other ports than those in use."""
    for sa in reversed(context.sas):
        if sa.nat and sa.established_at is not None and (sa.local, sa.peer) == (local, peer):
            return sa.local_port, sa.peer_port
    for child in reversed(list(context.children.values())):
        if child.nat_path is not None and (child.local, child.peer) == (local, peer):
            return child.nat_path.local_port, child.nat_path.peer_port
    return 500, 500
