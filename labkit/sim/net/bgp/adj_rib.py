"""What is kept of what a neighbour says, and what it is told (RFC 4271 §9.1).

In: a route with our own AS in its path is a loop and stays out; the rest passes the neighbour's
import policies, which may change it or refuse it.  They are asked when a route arrives, so that an
edited policy holds once the neighbour has sent its routes again (RFC 2918).

Out: IOS offers the best paths of its BGP table; SR OS offers the active routes of the VRF, whatever
their protocol, to its export policies.  Towards another AS the own AS is prepended, the next hop
is the own address, and LOCAL_PREF and a foreign MED stay inside.

Must not know: sessions, connections.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network

from labkit.protocols.wire import bgp as wire
from labkit.sim.model.facts import Bgp, BgpNeighbor, DeviceFacts
from labkit.sim.net.control import policy
from labkit.sim.net.control.path import BgpPath, Origin
from labkit.sim.net.control.rib import Rib

# --------------------------------------------------------------------------- Adj-RIB-Out


_ORIGINS: dict[Origin, int] = {"igp": wire.IGP, "egp": wire.EGP, "incomplete": wire.INCOMPLETE}
_POLICY_WORDS = {"connected": "direct"}


@dataclass(frozen=True, slots=True)
class Announcement:
    """The attributes that a prefix is announced with."""

    next_hop: IPv4Address
    as_path: tuple[int, ...]
    origin: Origin = "igp"
    med: int | None = None


AdjRibOut = dict[IPv4Network, Announcement]


def adj_rib_out(
    facts: DeviceFacts,
    neighbor: BgpNeighbor,
    asn: int,
    source: IPv4Address,
    rib: Rib,
    from_table: bool,
) -> AdjRibOut:
    """Everything an external neighbour hears from us; `from_table` is SR OS's way."""
    policies = policy.policies_of(facts)
    out: AdjRibOut = {}
    for offer, origin in _offers(rib, neighbor, from_table):
        passed = policy.apply(neighbor.export_policies, policies, offer, neighbor.export_default)
        if passed is not None:
            path = (asn, *passed.as_path)
            out[passed.prefix] = Announcement(source, path, origin, passed.med)
    return out


def _offers(
    rib: Rib, neighbor: BgpNeighbor, from_table: bool
) -> list[tuple[policy.Attributes, Origin]]:
    """The routes that come into question, as a policy sees them."""
    found: list[tuple[policy.Attributes, Origin]] = []
    if not from_table:
        for prefix, path in sorted(rib.best.items()):
            if path.peer != neighbor.address:
                found.append((_seen(prefix, "bgp", path), path.origin))
        return found
    for route in rib.routes:
        best = rib.best.get(route.prefix) if route.protocol.startswith("bgp") else None
        if best is not None and best.peer == neighbor.address:
            continue
        word = _POLICY_WORDS.get(route.protocol, route.protocol)
        found.append((_seen(route.prefix, word, best), best.origin if best else "igp"))
    return found


def _seen(prefix: IPv4Network, protocol: str, path: BgpPath | None) -> policy.Attributes:
    """Our own MED goes to the neighbour, one that was learned does not."""
    if path is None:
        return policy.Attributes(prefix, protocol)
    return policy.Attributes(prefix, protocol, path.as_path, path.med if path.local else None)


def updates(before: Mapping[IPv4Network, Announcement], after: AdjRibOut) -> list[wire.Update]:
    """The messages that bring a neighbour from one Adj-RIB-Out to the next."""
    found = []
    gone = tuple(sorted(set(before) - set(after)))
    if gone:
        found.append(wire.Update(withdrawn=gone))
    together: dict[Announcement, list[IPv4Network]] = {}
    for prefix, announcement in sorted(after.items()):
        if before.get(prefix) != announcement:
            together.setdefault(announcement, []).append(prefix)
    for announcement, prefixes in together.items():
        found.append(wire.Update(tuple(prefixes), _attributes(announcement)))
    return found


def _attributes(announcement: Announcement) -> tuple[wire.Attribute, ...]:
    attributes: list[wire.Attribute] = [
        wire.Origin(_ORIGINS[announcement.origin]),
        wire.AsPath.sequence(announcement.as_path),
        wire.NextHop(announcement.next_hop),
    ]
    if announcement.med is not None:
        attributes.append(wire.MultiExitDisc(announcement.med))
    return tuple(attributes)


# --------------------------------------------------------------------------- Adj-RIB-In


_HEARD: dict[int, Origin] = {number: origin for origin, number in _ORIGINS.items()}


def offered(
    bgp: Bgp,
    neighbor: BgpNeighbor,
    router_id: IPv4Address,
    prefix: IPv4Network,
    update: wire.Update,
    now: int,
) -> BgpPath | None:
    """One prefix of an UPDATE that came `now` as the neighbour sent it; None if it lacks a
    mandatory attribute.

    `router_id` is the BGP identifier that the neighbour has said.
    """
    as_path, next_hop = update.attribute(wire.AsPath), update.attribute(wire.NextHop)
    if as_path is None or next_hop is None:
        return None
    med, origin = update.attribute(wire.MultiExitDisc), update.attribute(wire.Origin)
    return BgpPath(
        prefix,
        next_hop.address,
        as_path.asns,
        _HEARD.get(origin.value if origin else wire.INCOMPLETE, "incomplete"),
        med.value if med else None,
        None,
        neighbor.weight,
        peer=neighbor.address,
        router_id=router_id,
        external=neighbor.remote_as != bgp.asn,
        vrf=bgp.vrf,
        received=now,
    )


def admitted(facts: DeviceFacts, bgp: Bgp, neighbor: BgpNeighbor, path: BgpPath) -> BgpPath | None:
    """What the import policies make of a path that was offered, None if it is refused."""
    if bgp.asn in path.as_path:
        return None
    given = policy.Attributes(path.prefix, "bgp", path.as_path, path.med, weight=path.weight)
    kept = policy.apply(
        neighbor.import_policies, policy.policies_of(facts), given, neighbor.import_default
    )
    if kept is None:
        return None
    return replace(
        path,
        as_path=kept.as_path,
        med=kept.med,
        local_preference=kept.local_preference,
        weight=kept.weight,
    )
