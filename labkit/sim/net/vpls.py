"""A VPLS instance: MAC learning, ageing and flooding (RFC 4762), with a routed interface on it.

Attachment points are SAPs, spoke SDPs, and routed interfaces.  A frame never leaves where it came
in; spoke SDPs have no split horizon among each other.  Must not know: labels, links, IP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

LOCAL_AGE = 300_000_000
"""Microseconds until a MAC learned on a SAP is forgotten (SR OS default)."""
REMOTE_AGE = 900_000_000
"""The same for a MAC learned on a pseudowire."""


@dataclass(frozen=True, slots=True)
class SapPoint:
    port: str

    def __str__(self) -> str:
        return f"sap:{self.port}"


@dataclass(frozen=True, slots=True)
class SpokePoint:
    sdp_id: int
    vc_id: int

    def __str__(self) -> str:
        return f"sdp:{self.sdp_id}:{self.vc_id}"


@dataclass(frozen=True, slots=True)
class InterfacePoint:
    """A routed VPLS interface."""

    name: str

    def __str__(self) -> str:
        return "cpm"


Point = SapPoint | SpokePoint | InterfacePoint


@dataclass(frozen=True, slots=True)
class FdbEntry:
    """Where a MAC is, since when, and when it last sent."""

    point: Point
    learned: int
    seen: int

    @property
    def expires(self) -> int:
        return self.seen + (LOCAL_AGE if isinstance(self.point, SapPoint) else REMOTE_AGE)


class VplsInstance:
    """One bridge.  `deliver(point, frame)` is called for every copy that leaves."""

    def __init__(self, service_id: int, deliver: Callable[[Point, bytes], None]) -> None:
        self.service_id = service_id
        self.up = False
        self.points: frozenset[Point] = frozenset()
        """Those that are up."""
        self._deliver = deliver
        self._fdb: dict[bytes, FdbEntry] = {}
        self._owners: dict[InterfacePoint, Callable[[], Iterable[bytes]]] = {}

    def attach_interface(self, name: str, macs: Callable[[], Iterable[bytes]]) -> None:
        """Bind a routed interface; `macs()` are the addresses it answers for right now."""
        self._owners[InterfacePoint(name)] = macs

    def detach_interface(self, name: str) -> None:
        self._owners.pop(InterfacePoint(name), None)

    def macs(self, point: InterfacePoint) -> list[bytes]:
        """The addresses that a routed interface answers for right now."""
        return list(self._owners[point]()) if point in self._owners else []

    def settle(self, up: bool, points: frozenset[Point]) -> None:
        """Take a new state; what was learned on points that are gone is forgotten."""
        self.up, self.points = up, points if up else frozenset()
        self._fdb = {m: e for m, e in self._fdb.items() if e.point in self.points}

    def flush(self) -> None:
        """`clear service id … fdb all`."""
        self._fdb.clear()

    def fdb(self, now: int) -> dict[bytes, FdbEntry]:
        """The entries that have not aged, by MAC."""
        return {m: e for m, e in sorted(self._fdb.items()) if now < e.expires}

    def receive(self, frame: bytes, source: Point, now: int) -> None:
        """Bridge a frame that came in at `source`."""
        if not self.up or source not in self.points or len(frame) < 14:
            return
        dst, src = frame[:6], frame[6:12]
        if not isinstance(source, InterfacePoint):
            self._learn(src, source, now)
        for target in self._targets(dst, source, now):
            self._deliver(target, frame)

    def learn(self, mac: bytes, point: Point, now: int) -> bool:
        """Know an address without having seen a frame of it; false if it is known already."""
        known = self._fdb.get(mac)
        fresh = known is not None and now < known.expires
        if fresh or not self.up or point not in self.points:
            return False
        if not isinstance(point, InterfacePoint):
            self._learn(mac, point, now)
        return True

    def _learn(self, mac: bytes, point: Point, now: int) -> None:
        if mac[0] & 1:
            return
        known = self._fdb.get(mac)
        fresh = known is not None and known.point == point and now < known.expires
        learned = known.learned if fresh and known is not None else now
        self._fdb[mac] = FdbEntry(point, learned, now)

    def _targets(self, dst: bytes, source: Point, now: int) -> list[Point]:
        if not dst[0] & 1:
            for point, macs in self._owners.items():
                if point in self.points and dst in macs():
                    return [point] if point != source else []
            known = self._fdb.get(dst)
            if known is not None and now < known.expires:
                return [known.point] if known.point != source else []
        return [point for point in sorted(self.points, key=str) if point != source]
