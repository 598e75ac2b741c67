"""What a neighbour's UPDATE leaves in the Adj-RIB-In (RFC 4271 §9.1.1, §9): one path a prefix.

A route with our own AS in its path is a loop and stays out; the rest passes the neighbour's
import policies, which may change it or refuse it.  They are asked when a route arrives, so that
an edited policy holds once the neighbour has sent its routes again (RFC 2918).
Must not know: sessions, connections.
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

from labkit.model.facts import Bgp, BgpNeighbor, DeviceFacts
from labkit.net.control import policy
from labkit.net.control.path import BgpPath, Origin
from labkit.wire import bgp as wire

_ORIGINS: dict[int, Origin] = {wire.IGP: "igp", wire.EGP: "egp", wire.INCOMPLETE: "incomplete"}


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
        _ORIGINS.get(origin.value if origin else wire.INCOMPLETE, "incomplete"),
        med.value if med else None,
        None,
        neighbor.weight,
        peer=neighbor.address,
        peer_as=neighbor.remote_as or 0,
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
