"""Whether the peer is there, and the way to it open: questions and keepalives.

Dead peer detection (RFC 3706).  On demand, as IOS does by default: asked only if packets go out to
a peer that was not heard for `interval` seconds.  `periodic`: asked after every such silence.  Then
every `retry` seconds; five questions without an answer are the end.  Any authentic message or ESP
packet is an answer.  NAT keepalives (RFC 3948 §4): the end behind a NAT sends one byte where it was
silent for as long as it is told.

Must not know: how answers are recognised (`informational`, `quick_mode`), what the router does
without the peer.
"""

from __future__ import annotations

from ipaddress import IPv4Address

from labkit.protocols.ike import informational
from labkit.protocols.ike.configuration import Dpd
from labkit.protocols.ike.context import Context
from labkit.protocols.ike.events import PeerDead
from labkit.protocols.ike.payloads import ISAKMP, R_U_THERE
from labkit.protocols.ike.sa import SECOND, IkeSa
from labkit.protocols.ike.values import Datagram
from labkit.protocols.wire.isakmp import Notification

QUESTIONS = 5
KEEPALIVE = b"\xff"

# --------------------------------------------------------------------------- dead peer detection


def question_due(context: Context, sa: IkeSa) -> int | None:
    """When something is to be done about the peer, by time alone."""
    facts = _facts(context, sa)
    if facts is None:
        return None
    if sa.questions:
        return sa.asked_at + facts.retry * SECOND
    return sa.heard_at + facts.interval * SECOND if facts.periodic else None


def sending(context: Context, sa: IkeSa) -> None:
    """A packet goes to the peer: is it time to ask whether it is there?"""
    facts = _facts(context, sa)
    silent_since = context.now - sa.heard_at
    if facts is not None and not sa.questions and silent_since >= facts.interval * SECOND:
        _ask(context, sa)


def ask_again(context: Context, sa: IkeSa) -> None:
    """Ask, ask again, or give up: what was due."""
    if sa.questions < QUESTIONS:
        _ask(context, sa)
        return
    context.tell(sa, PeerDead)
    context.end_sa(sa, "peer not responding")
    for child in list(context.children.values()):
        if (child.local, child.peer) == (sa.local, sa.peer):
            context.end_child(child, "peer not responding")


def _facts(context: Context, sa: IkeSa) -> Dpd | None:
    return context.configuration.dpd if sa.established and sa.dead_peer_detection else None


def _ask(context: Context, sa: IkeSa) -> None:
    # The first number is random, each later one is the next (RFC 3706 §6.2).
    sa.dpd_sequence = sa.dpd_sequence + 1 or int.from_bytes(context.randbytes(3), "big")
    sa.questions += 1
    sa.asked_at = context.now
    data = sa.dpd_sequence.to_bytes(4, "big")
    question = Notification(ISAKMP, R_U_THERE, b"".join(sa.cookies), data)
    informational.send_notify(context, sa, question)


# --------------------------------------------------------------------------- NAT keepalives


def next_keepalive(context: Context) -> int | None:
    """When the next keepalive is due."""
    interval = context.configuration.nat_keepalive
    if interval is None:
        return None
    sent = [context.sent_at.get(ends, 0) for ends in _paths(context)]
    return min(sent) + interval * SECOND if sent else None


def send_keepalives(context: Context) -> None:
    """Keep the NAT's mind on every path that was silent for too long."""
    interval = context.configuration.nat_keepalive
    if interval is None:
        return
    for (local, peer), (local_port, peer_port) in _paths(context).items():
        if context.sent_at.get((local, peer), 0) + interval * SECOND <= context.now:
            context.sent_at[local, peer] = context.now
            context.outbox.append(Datagram(local, local_port, peer, peer_port, KEEPALIVE))


def _paths(context: Context) -> dict[tuple[IPv4Address, IPv4Address], tuple[int, int]]:
    """The ports of every path on which we are the end behind a NAT."""
    found: dict[tuple[IPv4Address, IPv4Address], tuple[int, int]] = {}
    for child in context.children.values():
        nat = child.nat_path
        if nat is not None and nat.local_behind_nat:
            found[child.local, child.peer] = nat.local_port, nat.peer_port
    for sa in context.sas:
        if sa.established and sa.local_behind_nat:
            found[sa.local, sa.peer] = sa.local_port, sa.peer_port
    return found
