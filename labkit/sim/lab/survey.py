"""Reads a snapshot off a live network: states as the routers themselves have them.

Called in the owner's thread.  Must not change anything, draw no entropy and take no time.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from labkit.capture.ike_reader import IkeKey
from labkit.sim.lab.journal import Journal
from labkit.sim.lab.snapshot import (
    Address,
    BgpSession,
    Label,
    LinkState,
    Lsp,
    NodeState,
    Reach,
    Service,
    Snapshot,
    Tunnel,
    TunnelEnd,
    Virtual,
    kind_of,
)
from labkit.sim.lab.world import World
from labkit.sim.model.facts import BASE
from labkit.sim.net.ipsec import IpsecEngine
from labkit.sim.net.link import Link
from labkit.sim.net.network import Network
from labkit.sim.net.node import Node
from labkit.sim.net.router import Router
from labkit.sim.net.tables import LabelAction, PopTransport, Swap, ToPseudowire


def snapshot(world: World, journal: Journal, start: int) -> Snapshot:
    """The lab as it stands after so many starts."""
    network = world.network
    routers = [node for node in network.nodes.values() if isinstance(node, Router)]
    owners = _owners(network)
    return Snapshot(
        world.checkpoint,
        network.clock.now,
        tuple(_node(node) for node in network.nodes.values()),
        tuple(_link(network, link) for link in network.links.values()),
        tuple(_sessions(routers, owners)),
        tuple(_reach(network, routers, owners)),
        tuple(_virtuals(routers)),
        tuple(_paths(network, routers)),
        tuple(_services(routers)),
        tunnel(routers),
        tuple(_mirrored(network, routers)),
        {
            name: {label: _label(action) for label, action in node.tables.lfib.items()}
            for name, node in network.nodes.items()
        },
        tuple(journal.drops()),
        journal.ipsec(),
        tuple(_ike_keys(routers)),
        start,
    )


def _owners(network: Network) -> dict[IPv4Address, str]:
    """Who has an address, whether its interface is up or not."""
    return {
        interface.facts.address.ip: node.name
        for node in network.nodes.values()
        for interface in node.interfaces.values()
        if interface.facts.address is not None
    }


def _node(node: Node) -> NodeState:
    addresses = tuple(
        Address(each.name, str(each.facts.address), each.up, each.facts.port or "")
        for each in node.interfaces.values()
        if each.facts.address is not None
    )
    spec = node.spec
    kind = kind_of(spec.role)
    return NodeState(node.name, kind, spec.role, spec.platform, spec.site or "", spec.at, addresses)


def _link(network: Network, link: Link) -> LinkState:
    ends = [network.nodes[end.node].ports[end.port] for end in (link.spec.a, link.spec.b)]
    shut = [str(port.ref) for port in ends if not port.enabled]
    impaired = [
        text
        for text, wrong in (
            (f"loss {link.loss:.0%}", link.loss > 0),
            (f"duplicate {link.duplicate:.0%}", link.duplicate > 0),
            (f"delay {link.delay / 1000:g} ms", link.delay != link.spec.delay),
            (f"MTU {link.mtu}", link.mtu != link.spec.mtu),
        )
        if wrong
    ]
    if not link.up:
        state, why = "cut", "the cable is cut"
    elif shut:
        state, why = "down", f"shut: {', '.join(shut)}"
    else:
        state, why = ("impaired", ", ".join(impaired)) if impaired else ("up", "")
    frames = sum(port.counters.out_packets for port in ends)
    a, b = link.spec.a, link.spec.b
    macs = [port.mac for port in ends]
    names = link.name, link.spec.kind, a.node, a.port, b.node, b.port
    return LinkState(*names, state, why, frames, *macs)


# --------------------------------------------------------------------------- protocols


def _sessions(routers: list[Router], owners: dict[IPv4Address, str]) -> Iterator[BgpSession]:
    seen: set[tuple[frozenset[str], str]] = set()
    for router in routers:
        for neighbor in router.bgp.neighbors.values():
            far = owners.get(neighbor.facts.address, str(neighbor.facts.address))
            key = frozenset((router.name, far)), "eBGP"
            if key not in seen:
                seen.add(key)
                state = neighbor.session.state.value if neighbor.facts.enabled else "Disabled"
                yield BgpSession(router.name, far, "eBGP", state, neighbor.established)
        for address, peer in router.bgp.vpn_peers.items():
            far = owners.get(address, str(address))
            key = frozenset((router.name, far)), "VPN-IPv4"
            if key not in seen:
                seen.add(key)
                yield BgpSession(router.name, far, "VPN-IPv4", peer.state, peer.up)


def _reach(
    network: Network, routers: list[Router], owners: dict[IPv4Address, str]
) -> Iterator[Reach]:
    for router in routers:
        for routes in router.tables.routes.values():
            for route in routes:
                if route.protocol not in ("bgp", "bgp-vpn"):
                    continue
                via = [
                    network.topology.router_of(hop.lsp.far_end) or str(hop.lsp.far_end)
                    if hop.lsp is not None
                    else _owner(owners, hop.gateway)
                    for hop in route.next_hops
                ]
                yield Reach(router.name, str(route.prefix), tuple(via))


def _owner(owners: dict[IPv4Address, str], address: IPv4Address | None) -> str:
    return "the link itself" if address is None else owners.get(address, str(address))


def _virtuals(routers: list[Router]) -> Iterator[Virtual]:
    for router in routers:
        for (_, vrid), machine in router.vrrp.instances.items():
            for address in machine.group.addresses:
                yield Virtual(router.name, vrid, str(address), machine.state.value)


def _paths(network: Network, routers: list[Router]) -> Iterator[Lsp]:
    for router in routers:
        for lsp in router.state.lsps:
            tail = network.topology.router_of(lsp.to) if lsp.to is not None else None
            hops = lsp.path.hops if lsp.path is not None and lsp.up else ()
            yield Lsp(
                lsp.name, router.name, tail or str(lsp.to), hops, "" if lsp.up else lsp.reason
            )


def _services(routers: list[Router]) -> Iterator[Service]:
    found: dict[tuple[str, int], list[tuple[str, bool]]] = {}
    for router in routers:
        for vrf in router.facts.vrfs:
            if vrf.service_id is not None and vrf.name != BASE:
                found.setdefault(("VPRN", vrf.service_id), []).append((router.name, vrf.enabled))
        for vpls in router.state.vpls:
            key = "VPLS", vpls.vpls.service_id
            found.setdefault(key, []).append((router.name, vpls.up))
        for mirror in router.state.mirrors:
            key = "mirror", mirror.mirror.service_id
            found.setdefault(key, []).append((router.name, mirror.up))
    for (kind, number), members in found.items():
        yield Service(kind, number, tuple(members))


def _mirrored(network: Network, routers: list[Router]) -> Iterator[str]:
    for router in routers:
        if router.provider is None:
            continue
        for service_id, source in router.provider.mirrors.sources.items():
            state = router.provider.mirrors.destinations.get(service_id)
            if source.enabled and state is not None and state.up:
                for port, _ in source.ports:
                    live = router.ports.get(port)
                    if live is not None and live.link is not None:
                        yield live.link.name


def _label(action: LabelAction) -> Label:
    match action:
        case Swap():
            return Label("swap", action.label, action.port)
        case PopTransport():
            return Label("pop")
        case ToPseudowire():
            return Label("pseudowire", mirror=action.mirror)
    return Label("route")


# --------------------------------------------------------------------------- IPsec


def _ike_keys(routers: list[Router]) -> Iterator[IkeKey]:
    for router in routers:
        for each in router.ipsec.secrets() if router.ipsec is not None else ():
            cookies = each.initiator_cookie, each.responder_cookie
            yield IkeKey(router.name, *cookies, each.cipher_key)


def tunnel(routers: list[Router]) -> Tunnel:
    """What the gateways' own SAs say."""
    ends = tuple(_end(each.name, each.ipsec, each) for each in routers if each.ipsec is not None)
    esp = [bool(end.spis) for end in ends]
    ike = [end.ike for end in ends]
    if any(esp):
        state = "up" if all(esp) else "half"
    elif ends and all(each == "QM_IDLE" for each in ike):
        state = "ike"
    elif any(ike):
        state = "negotiating"
    else:
        state = "ready" if any(end.applied for end in ends) else "none"
    return Tunnel(state, ends)


def _end(name: str, engine: IpsecEngine, router: Router) -> TunnelEnd:
    alive = [sa for sa in engine.ike.ike_sas(router.clock.now) if not sa.deleted]
    pairs = [pair for ident in engine.idents for pair in ident.pairs if pair.outbound is not None]
    peer = str(pairs[-1].child.peer) if pairs else str(alive[-1].peer) if alive else ""
    return TunnelEnd(
        name,
        peer,
        alive[-1].state if alive else "",
        tuple(pair.child.inbound_spi for pair in pairs),
        sum(ident.counters.encaps for ident in engine.idents),
        sum(ident.counters.decaps for ident in engine.idents),
        bool(engine.idents) or engine.isakmp_on,
    )
