"""What the gateways' IPsec said and did, and which packets ended where, kept for who draws it.

Listens to the routers of one network after another, and puts the last events in words when
somebody asks.  The events themselves do not leave here.  Used in the owner's thread only.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from labkit.protocols.ike import events as ike
from labkit.sim.lab import reasons
from labkit.sim.lab.snapshot import Drop, IpsecEvent
from labkit.sim.net import events
from labkit.sim.net.network import Network
from labkit.sim.routers.ios.log import debugging

KEPT = (
    ike.Event,
    events.IsakmpDatagram,
    events.IsakmpSwitched,
    events.InvalidSpi,
    events.ReplayError,
    events.EspAuthFailed,
    events.InvalidIdentity,
    events.NotIpsec,
)
SIZE = 6000
DROPS = 500
FLAGS = frozenset({debugging.ISAKMP, debugging.IPSEC})


class Journal:
    """The last events, oldest first; bounded."""

    def __init__(self) -> None:
        self._heard: deque[tuple[int, str, object]] = deque(maxlen=SIZE)
        """Not yet put in words."""
        self._told: deque[IpsecEvent] = deque(maxlen=SIZE)
        self._drops: deque[tuple[int, str, events.Dropped]] = deque(maxlen=DROPS)
        """Apart, because a flood of them is nothing rare."""
        self._ends: list[Callable[[], None]] = []

    def begin(self, network: Network) -> None:
        """Listen to this network from now on; what was heard before is forgotten."""
        for end in self._ends:
            end()
        for kept in (self._heard, self._told, self._drops):
            kept.clear()
        self._ends = [
            node.subscribe(partial(self.hear, node.name)) for node in network.nodes.values()
        ]

    def hear(self, node: str, time: int, event: object) -> None:
        """Something happened at a node."""
        if isinstance(event, KEPT):
            self._heard.append((time, node, event))
        elif isinstance(event, events.Dropped):
            self._drops.append((time, node, event))

    def ipsec(self) -> tuple[IpsecEvent, ...]:
        """What IKE and ESP did."""
        while self._heard:
            self._told.append(told(*self._heard.popleft()))
        return tuple(self._told)

    def drops(self) -> Iterator[Drop]:
        """The last packets that ended somewhere."""
        for time, node, event in self._drops:
            packet = event.packet
            yield Drop(time, node, str(packet.src), str(packet.dst), event.reason)


def told(time: int, node: str, event: object) -> IpsecEvent:
    """An event in words."""
    facts = _facts(event)
    if isinstance(event, ike.Event | events.IsakmpDatagram):
        facts |= {"local": event.local, "peer": event.peer}
    return IpsecEvent(
        time,
        node,
        lines=tuple(debugging.crypto_lines(event, FLAGS)),
        reason=reasons.reason(event),
        note=reasons.note(event),
        **facts,
    )


def _facts(event: object) -> dict[str, Any]:
    """What an event changes."""
    match event:
        case events.IsakmpDatagram():
            return {"kind": "sent" if event.sent else "received", "payload": event.payload}
        case ike.MessageSent() | ike.MessageReceived():
            kind = "sending" if isinstance(event, ike.MessageSent) else ""
            state = event.state if event.state != "NEW SA" else "MM_NO_STATE"
            return {"kind": kind, "state": state}
        case ike.Retransmitted():
            return {"attempt": event.attempt}
        case ike.StateChanged() if not event.message_id:
            return {"step": event.new}
        case ike.PolicyChecked() if event.verdict is None:
            return {"kind": "accepted"}
        case ike.IkeSaEstablished():
            return {"kind": "IKE up", "state": "QM_IDLE"}
        case ike.IkeSaDeleted():
            return {"kind": "IKE down", "state": "no SA", "step": "IKE_DEST_SA"}
        case ike.SaInstalled():
            return {"kind": "ESP up", "spi": event.child.inbound_spi}
        case ike.SaDeleted():
            return {"kind": "ESP down", "spi": event.child.inbound_spi}
    return {}
