"""Where a ladder comes from: a running lab's journal and keys, or the frames of a capture.

Knows the lab; must not know widgets.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from labkit.capture.isakmp import IkeKey, IkeReader, isakmp_of
from labkit.course.ladder import Ladder, Rung, Side, build, read
from labkit.lab.lab import Lab
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
