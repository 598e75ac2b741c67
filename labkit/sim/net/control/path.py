"""A BGP route with its attributes, and the order in which BGP prefers such routes.

RFC 4271 §9.1.2.2 with the vendors' steps around it: weight first (IOS), a locally originated
route next, and between two external routes the older one (IOS) before the lower router ID.
Must not know: sessions, policies, tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Literal

from labkit.sim.model.facts import BASE

Origin = Literal["igp", "egp", "incomplete"]
_ORIGIN_RANK: dict[Origin, int] = {"igp": 0, "egp": 1, "incomplete": 2}
LOCAL_WEIGHT = 32768
NO_ADDRESS = IPv4Address(0)


@dataclass(frozen=True, slots=True)
class BgpPath:
    """One entry of an Adj-RIB-In, or a route that originates here (`peer` is None)."""

    prefix: IPv4Network
    next_hop: IPv4Address
    as_path: tuple[int, ...] = ()
    origin: Origin = "igp"
    med: int | None = None
    local_preference: int | None = None
    weight: int = 0
    peer: IPv4Address | None = None
    router_id: IPv4Address = NO_ADDRESS
    """The BGP identifier of the speaker that advertised it."""
    external: bool = False
    vrf: str = BASE
    received: int = 0
    """Microseconds at which it was learned."""
    rd: str | None = None
    """With `targets` and `label`: a VPN-IPv4 route (RFC 4364 §4.3)."""
    targets: frozenset[str] = frozenset()
    label: int | None = None

    @property
    def local(self) -> bool:
        return self.peer is None


@dataclass(frozen=True, slots=True)
class RibEntry:
    """A path and what the decision process made of it: what `show … bgp` prints."""

    path: BgpPath
    valid: bool
    best: bool = False
    multipath: bool = False
    installed: bool = False
    """It forwards packets: active in the routing table."""
    rib_failure: bool = False
    """Best, but another protocol owns the prefix in the routing table."""
    reason: str = ""
    """Why it is not valid."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A valid path with the IGP metric to its next hop."""

    path: BgpPath
    igp_metric: int = 0


def _attributes(candidate: Candidate) -> tuple[int, ...]:
    """What multipath routes must agree in, best first when sorted."""
    path = candidate.path
    preference = 100 if path.local_preference is None else path.local_preference
    return (
        -path.weight,
        -preference,
        0 if path.local else 1,
        len(path.as_path),
        _ORIGIN_RANK[path.origin],
        path.med or 0,
        0 if path.external else 1,
        candidate.igp_metric,
    )


def _rank(candidate: Candidate, oldest_first: bool) -> tuple[tuple[int, ...], int, int, int]:
    path = candidate.path
    age = path.received if oldest_first and path.external else 0
    return _attributes(candidate), age, int(path.router_id), int(path.peer or 0)


def select(
    candidates: Iterable[Candidate], maximum_paths: int = 1, oldest_first: bool = False
) -> list[BgpPath]:
    """The best path first, then those used beside it; empty if there are no candidates.

    `oldest_first`: between external routes that tie, the one learned first wins (IOS).
    """
    ranked = sorted(candidates, key=lambda each: _rank(each, oldest_first))
    if not ranked:
        return []
    best = ranked[0]
    equal = [
        each.path
        for each in ranked
        if _attributes(each) == _attributes(best) and each.path.as_path[:1] == best.path.as_path[:1]
    ]
    return equal[: max(1, maximum_paths)]
