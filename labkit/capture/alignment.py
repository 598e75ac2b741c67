"""Two capture points laid side by side: which packets passed both, and what changed on the way.

A packet is the same if an IP packet in it is: addresses, protocol, identification and what it
carries; TTL, checksum and everything around it may change.  Where keys open ESP, a sealed packet
and its clear inside are the same one too.  Must not know files or a screen.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass

from labkit.capture.layers import Dissection, Layer, packet_end


@dataclass(frozen=True, slots=True)
class Sighting:
    """A packet at one point: its number there, its time in microseconds, its layers."""

    number: int
    time: int
    taken: Dissection


@dataclass(frozen=True, slots=True)
class Crossing:
    """A packet at both points, or (None) at one only, and what changed on its way."""

    here: Sighting | None
    there: Sighting | None
    changes: tuple[str, ...] = ()


def align(here: Iterable[Sighting], there: Iterable[Sighting]) -> list[Crossing]:
    """Pair the packets of two points, in the order of time."""
    waiting: dict[Hashable, deque[Sighting]] = defaultdict(deque)
    others = list(there)
    for each in others:
        for key in _identities(each.taken):
            waiting[key].append(each)
    used: set[int] = set()
    found: list[Crossing] = []
    for each in here:
        twin = _twin(each, waiting, used)
        if twin is not None:
            used.add(twin.number)
        found.append(Crossing(each, twin, _changes(each, twin) if twin else ()))
    found += [Crossing(None, each) for each in others if each.number not in used]
    return sorted(found, key=_time)


def _time(crossing: Crossing) -> int:
    return min(each.time for each in (crossing.here, crossing.there) if each is not None)


def _twin(
    each: Sighting, waiting: dict[Hashable, deque[Sighting]], used: set[int]
) -> Sighting | None:
    for key in _identities(each.taken):
        queue = waiting.get(key)
        while queue and queue[0].number in used:
            queue.popleft()
        if queue:
            return queue[0]
    return None


def _identities(taken: Dissection) -> Iterator[Hashable]:
    """What a packet is known by: each IP packet that it is, the outermost first."""
    quoted = False
    for layer in taken.layers:
        if layer.protocol == "ip" and not quoted:
            known = (layer.values(f"ip.{each}")[0] for each in ("src", "dst", "proto", "id"))
            yield *known, layer.data[layer.end : packet_end(layer)]
        elif layer.protocol == "icmp":
            quoted = True  # what an error quotes is another packet
        elif layer.protocol == "arp":
            yield "arp", layer.data[layer.start : layer.end]
    if not any(layer.protocol in ("ip", "arp") for layer in taken.layers):
        yield "other", taken.frame[14:]


def _changes(here: Sighting, there: Sighting) -> tuple[str, ...]:
    """From where it was first to where it was next."""
    if there.time < here.time:
        here, there = there, here
    told = [
        *_labels(_values(here, "mpls", "mpls.label"), _values(there, "mpls", "mpls.label")),
        *_esp(here.taken, there.taken),
        *_ttl(here.taken, there.taken),
    ]
    sizes = [len(each.taken.frame) for each in (here, there)]
    if sizes[0] != sizes[1]:
        told.append(f"{sizes[0]} → {sizes[1]} bytes")
    if _values(here, "eth", "eth.src")[:1] != _values(there, "eth", "eth.src")[:1]:
        told.append("other MAC addresses")
    return tuple(told)


def _labels(here: list[str], there: list[str]) -> Iterator[str]:
    if here == there:
        return
    if not here:
        yield f"labels {' '.join(there)} pushed"
    elif not there:
        yield f"labels {' '.join(here)} popped"
    else:
        yield f"labels {' '.join(here)} → {' '.join(there)}"


def _esp(here: Dissection, there: Dissection) -> Iterator[str]:
    before, after = ("esp" in each.protocols for each in (here, there))
    if before != after:
        yield "ESP on" if after else "ESP off"


def _ttl(here: Dissection, there: Dissection) -> Iterator[str]:
    """Of the innermost packet that both have; a sealed one keeps its own within."""
    mine, theirs = _packets(here), _packets(there)
    for one in reversed(mine):
        for other in reversed(theirs):
            if _same_ends(one, other):
                before, after = (_value(each, "ip.ttl") for each in (one, other))
                if before != after:
                    yield f"TTL {before} → {after}"
                return


def _packets(taken: Dissection) -> list[Layer]:
    found = []
    for layer in taken.layers:
        if layer.protocol == "icmp":
            break
        if layer.protocol == "ip":
            found.append(layer)
    return found


def _same_ends(one: Layer, other: Layer) -> bool:
    return all(_value(one, name) == _value(other, name) for name in ("ip.src", "ip.dst", "ip.id"))


def _value(layer: Layer, name: str) -> str:
    return str(layer.values(name)[0])


def _values(each: Sighting, protocol: str, name: str) -> list[str]:
    return [_value(layer, name) for layer in each.taken.layers if layer.protocol == protocol]
