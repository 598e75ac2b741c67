"""How an IKE SA comes to be from this side: a request finds one, or makes one.

Also the successor of one whose end is near: it is made while the old one lives, if the ESP SAs
with the peer are in use, by the end that initiated the old one (else by the other, later).  An
IKE SA that is not renewed ends, its ESP SAs live on, and the next request makes another.

Must not know: what the exchanges do (`main_mode`, `aggressive_mode`, `quick_mode`), timers.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from labkit.protocols.ike import aggressive_mode, esp_sas, main_mode, nat_traversal, quick_mode
from labkit.protocols.ike.context import Context
from labkit.protocols.ike.events import (
    KeyFound,
    KeyMissing,
    PeerCreated,
    PolicyMissing,
    RequestFailed,
    SaRequested,
)
from labkit.protocols.ike.sa import IkeSa
from labkit.protocols.ike.values import Request, Role


def request(context: Context, wanted: Request) -> None:
    """Negotiate an SA, with a new Phase 1 if there is none; no effect while one is under way."""
    if _pending(context, wanted):
        return
    sa = _serving(context, wanted.local, wanted.peer)
    if sa is not None:
        context.tell(sa, SaRequested, wanted)
        if sa.established:
            quick_mode.begin(context, sa, wanted)
        else:
            sa.waiting.append(wanted)
        return
    sa = _new(context, wanted.local, wanted.peer)
    context.tell(sa, SaRequested, wanted)
    reason = _begin(context, sa, wanted)
    if reason is not None:
        context.tell(sa, RequestFailed, wanted, reason)


def greet(context: Context, local: IPv4Address, peer: IPv4Address) -> None:
    """Phase 1 with a peer for its own sake, if there is none and none is being made."""
    if _serving(context, local, peer) is None:
        _begin(context, _new(context, local, peer), None)


def _new(context: Context, local: IPv4Address, peer: IPv4Address) -> IkeSa:
    cookie = context.randbytes(8)
    ports = nat_traversal.ports_towards(context, local, peer)
    ends = local, ports[0], peer, ports[1]
    return IkeSa(*ends, Role.INITIATOR, cookie, created=context.now)


def _begin(context: Context, sa: IkeSa, waiting: Request | None) -> str | None:
    """Send the first message; or why that cannot be."""
    context.tell(sa, PeerCreated, sa.peer_port, Role.INITIATOR)
    if not context.configuration.policies:
        context.tell(sa, PolicyMissing)
        return "no policy"
    if context.psk_for(sa.peer) is None:
        context.tell(sa, KeyMissing, Role.INITIATOR)
        return "no pre-shared key"
    context.tell(sa, KeyFound)
    context.sas.append(sa)
    if waiting is not None:
        sa.waiting.append(waiting)
    told = context.told_of(sa.peer)
    wants_aggressive = (
        told is not None and told.aggressive and context.configuration.aggressive_mode
    )
    (aggressive_mode if wants_aggressive else main_mode).begin(context, sa)
    return None


def _serving(context: Context, local: IPv4Address, peer: IPv4Address) -> IkeSa | None:
    """The IKE SA to use: the newest that is established, else one being made."""
    return max(_between(context, local, peer), key=lambda sa: sa.established_at or -1, default=None)


def _between(context: Context, local: IPv4Address, peer: IPv4Address) -> list[IkeSa]:
    ends = local, peer
    return [sa for sa in context.sas if not sa.deleted and (sa.local, sa.peer) == ends]


def _pending(context: Context, wanted: Request) -> bool:
    purpose = _purpose(wanted)
    return any(purpose == _purpose(other) for sa in context.sas for other in _open_in(sa))


def _purpose(wanted: Request) -> tuple[object, ...]:
    return wanted.local, wanted.peer, wanted.local_selector, wanted.remote_selector


def _open_in(sa: IkeSa) -> Iterator[Request]:
    """The requests that an IKE SA has not yet satisfied or refused."""
    yield from sa.waiting
    for node in sa.nodes.values():
        if node.request is not None and not node.over:
            yield node.request


# --------------------------------------------------------------------------- successors


def renewal_due(sa: IkeSa) -> int | None:
    """When a successor of an IKE SA is to be made."""
    if sa.renewed or not sa.established or sa.expires_at is None:
        return None
    return sa.expires_at - esp_sas.margin(sa.agreed.lifetime, sa.role)


def renew(context: Context, sa: IkeSa) -> None:
    """Make it, if the SAs with the peer are in use and nobody has made one."""
    sa.renewed = True
    others = [other for other in _between(context, sa.local, sa.peer) if other is not sa]
    in_use = any(
        context.lives[child.inbound_spi].used
        for child in context.children.values()
        if (child.local, child.peer) == (sa.local, sa.peer)
    )
    if in_use and not any(other.created > sa.created for other in others):
        _begin(context, _new(context, sa.local, sa.peer), None)
