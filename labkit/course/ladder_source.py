"""Where a ladder comes from: a running lab's journal and keys, or the frames of a capture.

Knows the lab; must not know widgets.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace

from labkit.capture import pcap
from labkit.capture.isakmp import IkeKey, IkeReader, isakmp_of
from labkit.course.ladder import Ladder, Rung, Side, build, read
from labkit.lab.lab import Lab
from labkit.lab.world import World
from labkit.net.router import Router


def gateways(lab: Lab) -> tuple[str, str]:
    """The two routers that speak IKE, in the topology's order."""
    found = [
        name
        for name, node in lab.world.network.nodes.items()
        if isinstance(node, Router) and node.ipsec is not None
    ]
    return found[0], found[1]


def ike_keys(lab: Lab) -> list[IkeKey]:
    """What each gateway encrypts IKE with: two keys for one SA if their secrets differ."""
    return lab.owner.call(lambda: list(_keys(lab)))


def _keys(lab: Lab) -> Iterable[IkeKey]:
    for name, node in lab.world.network.nodes.items():
        if isinstance(node, Router) and node.ipsec is not None:
            for each in node.ipsec.secrets():
                cookies = each.initiator_cookie, each.responder_cookie
                yield IkeKey(name, *cookies, each.cipher_key)


def esp_counters(lab: Lab) -> dict[str, tuple[int, int]]:
    """Packets encapsulated and decapsulated by each gateway, all its flows together."""

    def count() -> dict[str, tuple[int, int]]:
        found = {}
        for name in gateways(lab):
            engine = lab.world.network.router(name).ipsec
            idents = engine.idents if engine is not None else ()
            found[name] = (
                sum(each.counters.encaps for each in idents),
                sum(each.counters.decaps for each in idents),
            )
        return found

    return lab.owner.call(count)


def from_lab(lab: Lab, *, decrypt: bool = True) -> Ladder:
    """The ladder of all that IKE did since the lab started."""
    return build(lab.journal.entries(), gateways(lab), ike_keys(lab) if decrypt else None)


def from_frames(frames: Iterable[tuple[int, bytes]], lab: Lab, *, decrypt: bool = True) -> Ladder:
    """The ladder as a capture point saw it: only the messages that passed there.

    `frames` are (time in microseconds, Ethernet frame).  A message that the journal knows brings
    the states of both ends along; one that it does not know stands alone.
    """
    whole = from_lab(lab, decrypt=decrypt)
    left, right = whole.left, whole.right
    known = whole.messages
    rungs: list[Rung] = []
    for time, frame in frames:
        found = isakmp_of(frame)
        if found is None:
            continue
        packet, payload = found
        same = next((each for each in known if each.payload == payload), None)
        if same is not None:
            known.remove(same)
            rungs.append(replace(same, time=time))
            continue
        names = {each.address: each.name for each in (left, right)}
        sender = names.get(packet.src, str(packet.src))
        to_right = packet.src == left.address or packet.dst == right.address
        rungs.append(Rung(time, Side(""), Side(""), sender, to_right, payload))
    ladder = Ladder(left, right, rungs, decrypt)
    read(rungs, IkeReader(ike_keys(lab) if decrypt else ()))
    return ladder


class Tapped:
    """The IKE frames of one capture point, gathered as they come.

    The ring of the last frames forgets under load; so what matters of it is kept here, and what
    came before is read from the link's file where the lab writes one.
    """

    def __init__(self, lab: Lab, link: str) -> None:
        self._lab = lab
        self._link = link
        self._lock = threading.Lock()
        self._world: World | None = None
        self._next = 0
        self._frames: list[tuple[int, bytes]] = []

    def frames(self) -> list[tuple[int, bytes]]:
        """(time, frame) of every IKE message so far, oldest first; a restart begins anew."""
        with self._lock:
            if self._world is not self._lab.world:
                self._lab.owner.call(self._begin)
            for frame in self._lab.live.since(self._next):
                self._next = frame.number + 1
                if frame.link == self._link and isakmp_of(frame.data) is not None:
                    self._frames.append((frame.time, frame.data))
            return list(self._frames)

    def _begin(self) -> None:
        """In the owner's thread, so that file and ring meet without a gap."""
        self._world, self._frames = self._lab.world, []
        path = self._lab.records.captures.get(self._link)
        if path is not None:
            self._lab.records.settle()
            found = ((each.time, each.data) for each in pcap.read(path))
            self._frames = [each for each in found if isakmp_of(each[1]) is not None]
            self._next = self._lab.live.total
