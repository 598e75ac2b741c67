"""Dead peer detection (RFC 3706): asking R-U-THERE, and giving a peer up.

On demand, as IOS does by default: asked only if packets go out to a peer that was not heard for
`interval` seconds.  `periodic`: asked after every such silence.  Then every `retry` seconds;
five questions without an answer are the end.  Any authentic message or ESP packet is an answer.

Must not know: how answers are recognised (`informational`, `quick_mode`), what the router does
without the peer.
"""

from __future__ import annotations

from labkit.ike import informational
from labkit.ike.configuration import Dpd
from labkit.ike.context import Context
from labkit.ike.events import PeerDead
from labkit.ike.payloads import ISAKMP, R_U_THERE
from labkit.ike.sa import SECOND, IkeSa
from labkit.wire.isakmp import Notification

QUESTIONS = 5


def due(context: Context, sa: IkeSa) -> int | None:
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


def on_timer(context: Context, sa: IkeSa) -> None:
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
