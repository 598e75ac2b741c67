"""MP-BGP for VPN-IPv4 as a function (RFC 4364): who exports what to whom.

iBGP sessions between system addresses, export of a VRF's active routes with RD, route targets
and one label per VRF, and import by route target.  No UPDATE is sent for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address

from labkit.sim.model.facts import BASE, Bgp, BgpNeighbor, Vrf
from labkit.sim.net.control.igp import Spf
from labkit.sim.net.control.path import BgpPath
from labkit.sim.net.control.rib import Rib
from labkit.sim.net.control.view import LabelSpaces, View


@dataclass(frozen=True, slots=True)
class VpnSession:
    """An iBGP session for VPN-IPv4 as one end sees it."""

    neighbor: BgpNeighbor
    peer: str | None
    """The router at the other end; None if nobody has the address."""
    up: bool


def sessions(view: View, spf: Spf, node: str) -> tuple[VpnSession, ...]:
    """The configured VPN-IPv4 neighbours of a router, and whether each session stands."""
    bgp = base_bgp(view, node)
    if bgp is None:
        return ()
    return tuple(
        VpnSession(neighbor, view.owner_of(neighbor.address), _stands(view, spf, node, neighbor))
        for neighbor in bgp.neighbors
        if "vpn-ipv4" in neighbor.families
    )


def base_bgp(view: View, node: str) -> Bgp | None:
    """The BGP instance of the base router."""
    return next((bgp for bgp in view.facts[node].bgp if bgp.vrf == BASE), None)


def _stands(view: View, spf: Spf, node: str, neighbor: BgpNeighbor) -> bool:
    other = view.owner_of(neighbor.address)
    own = view.system_address(node)
    if other is None or own is None or other == node:
        return False
    if (node, other) not in spf.distance or (other, node) not in spf.distance:
        return False
    near, far = base_bgp(view, node), base_bgp(view, other)
    if near is None or far is None or not near.enabled or not far.enabled:
        return False
    back = next((each for each in far.neighbors if each.address == own), None)
    return (
        back is not None
        and neighbor.enabled
        and back.enabled
        and "vpn-ipv4" in back.families
        and neighbor.remote_as == far.asn
        and back.remote_as == near.asn
    )


def export(view: View, labels: LabelSpaces, node: str, vrf: Vrf, rib: Rib) -> list[BgpPath]:
    """The VPN-IPv4 routes a PE makes of one VRF: all it uses, but not what came by MP-BGP."""
    system = view.system_address(node)
    if system is None or vrf.rd is None or not vrf.enabled or not vrf.export_targets:
        return []
    label = labels.label(node, ("vrf", vrf.name))
    found = []
    for route in rib.routes:
        if route.protocol not in ("connected", "static", "bgp"):
            continue
        path = BgpPath(route.prefix, system)
        if route.protocol == "bgp":
            path = replace(rib.best[route.prefix], next_hop=system, weight=0)
        found.append(
            replace(
                path,
                local_preference=100,
                peer=system,
                router_id=system,
                external=False,
                vrf=BASE,
                received=0,
                rd=vrf.rd,
                targets=vrf.export_targets,
                label=label,
            )
        )
    return found


def received(
    view: View,
    sessions_of: Mapping[str, tuple[VpnSession, ...]],
    exported: Mapping[str, tuple[BgpPath, ...]],
    node: str,
) -> tuple[BgpPath, ...]:
    """The VPN-IPv4 routes a PE keeps: from sessions that stand, with a target it imports."""
    wanted = {target for vrf in view.facts[node].vrfs for target in vrf.import_targets}
    kept: dict[IPv4Address, tuple[BgpPath, ...]] = {}
    for session in sessions_of.get(node, ()):
        if session.up and session.peer is not None:
            routes = exported.get(session.peer, ())
            kept[session.neighbor.address] = tuple(p for p in routes if p.targets & wanted)
    return tuple(path for paths in kept.values() for path in paths)


def imported(vrf: Vrf, paths: tuple[BgpPath, ...]) -> tuple[BgpPath, ...]:
    """The part of the received routes that one VRF takes."""
    if not vrf.enabled:
        return ()
    return tuple(replace(path, vrf=vrf.name) for path in paths if path.targets & vrf.import_targets)
