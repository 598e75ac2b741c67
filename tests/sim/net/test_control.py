"""The provider's tables follow from facts and link states alone."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from labkit.sim.model import facts as f
from labkit.sim.model.topology import PortRef
from labkit.sim.net.control.evaluate import ControlPlane, RouterState, evaluate
from labkit.sim.net.control.path import BgpPath
from labkit.sim.net.control.view import LabelSpaces, View
from labkit.sim.net.tables import PopTransport, Route, Swap, ToPseudowire, ToVrf, longest_match
from tests.sim.net import provider_facts as given

SITE_B = IPv4Network("10.16.16.0/24")
SITE_A = IPv4Network("10.15.15.0/24")


def learned(node: str) -> BgpPath:
    """Site B's prefix as R5 (with the prepend) or R6 has it from the customer."""
    primary = node == "R6"
    peer = IPv4Address("198.51.100.2" if primary else "203.0.113.2")
    return BgpPath(
        SITE_B,
        peer,
        (65116,) if primary else (65116, 65116),
        peer=peer,
        router_id=IPv4Address("10.16.16.16"),
        external=True,
        vrf="100",
    )


def run(
    facts: dict[str, f.DeviceFacts] | None = None,
    cut: tuple[str, ...] = (),
    edges: tuple[str, ...] = ("R5", "R6"),
) -> dict[str, RouterState]:
    """Evaluate topology A with some links cut; `edges` have site B's route."""
    ports = frozenset(
        end
        for link in given.TOPOLOGY.links.values()
        if link.name not in cut
        for end in (link.a, link.b)
    )
    paths = {node: (learned(node),) for node in edges}
    view = View(given.TOPOLOGY, facts or given.network_facts(), ports, paths)
    return evaluate(view, LabelSpaces())


def route(state: RouterState, prefix: IPv4Network, vrf: str = "100") -> Route | None:
    return next((r for r in state.tables.routes[vrf] if r.prefix == prefix), None)


def without_spoke(device: f.DeviceFacts, sdp_id: int) -> f.DeviceFacts:
    """The device with one spoke of VPLS 101 shut down."""
    vpls = device.vpls[0]
    spokes = tuple(replace(s, enabled=s.sdp_id != sdp_id) for s in vpls.spokes)
    return replace(device, vpls=(replace(vpls, spokes=spokes),))


def test_r2_has_exactly_the_five_routes_of_the_vpn() -> None:
    """The customer's LANs are not known to the provider."""
    prefixes = [str(r.prefix) for r in run()["R2"].tables.routes["100"]]
    assert prefixes == [
        "10.15.15.0/24",
        "10.16.16.0/24",
        "192.0.2.24/29",
        "198.51.100.0/24",
        "203.0.113.0/24",
    ]


@pytest.mark.parametrize("node", ["R5", "R6"])
def test_site_b_edges_prefer_r2_to_site_a(node: str) -> None:
    """R6 by IGP metric, R5 on a tie by the lower router ID."""
    best = route(run()[node], SITE_A)
    assert best is not None
    assert best.announced_next_hops == (IPv4Address("10.10.10.2"),)
    assert len(best.next_hops[0].labels) == 2


def test_r5_keeps_its_own_longer_path_inactive_and_does_not_export_it() -> None:
    """The prepend makes R6's route win even at R5."""
    states = run()
    best = route(states["R5"], SITE_B)
    assert best is not None
    assert best.protocol == "bgp-vpn"
    (own,) = states["R5"].entries("100")
    assert own.valid
    assert not own.best
    assert SITE_B not in {path.prefix for path in states["R5"].vpn_advertised}


def test_losing_the_primary_moves_site_b_to_r5() -> None:
    """Without R6's route R5's own becomes active and is exported."""
    states = run(cut=("b-primary",), edges=("R5",))
    best = route(states["R2"], SITE_B)
    assert best is not None
    assert best.announced_next_hops == (IPv4Address("10.10.10.5"),)
    assert route(states["R2"], IPv4Network("198.51.100.0/24")) is None


def test_equal_paths_go_by_the_lowest_next_hop_system_address() -> None:
    """R2 to R5 goes by R4, not by R6, both ways."""
    states = run()
    hops = {
        (node, lsp.name): lsp.path.hops for node in states for lsp in states[node].lsps if lsp.path
    }
    assert hops["R2", "to-R5"] == ("R2", "R4", "R5")
    assert hops["R5", "to-R2"] == ("R5", "R4", "R2")
    assert hops["R6", "to-R3"] == ("R6", "R2", "R1", "R3")


def test_every_lsp_can_be_walked_label_by_label_to_its_egress() -> None:
    """Push, swap and a real label at the egress (no penultimate hop popping)."""
    states = run()
    for head, state in states.items():
        for lsp in state.lsps:
            assert lsp.path is not None, (head, lsp)
            node, port, label = head, lsp.path.port, lsp.path.label
            while True:
                end = next(p for p in given.TOPOLOGY.ports if (p.node, p.port) == (node, port))
                node = given.TOPOLOGY.ports[end].far_end(node).node
                action = states[node].tables.lfib[label]
                if isinstance(action, PopTransport):
                    break
                assert isinstance(action, Swap)
                port, label = action.port, action.label
            assert node == lsp.path.hops[-1]


def test_cutting_r2_r6_reroutes_the_lsps() -> None:
    """R6 reaches R2 over R5 and R4 then."""
    states = run(cut=("r2-r6",))
    (lsp,) = [lsp for lsp in states["R6"].lsps if lsp.name == "to-R2"]
    assert lsp.up
    assert lsp.path is not None
    assert lsp.path.hops == ("R6", "R5", "R4", "R2")


def test_an_lsp_needs_rsvp_on_every_link_of_its_way() -> None:
    """One transit interface without RSVP, and the LSPs over it fail."""
    facts = given.network_facts()
    mpls = facts["R4"].mpls
    assert mpls is not None
    without = replace(mpls, rsvp_interfaces=mpls.rsvp_interfaces - {"toR5"})
    states = run({**facts, "R4": replace(facts["R4"], mpls=without)})
    up = {lsp.name: lsp.up for lsp in states["R2"].lsps}
    assert up == {"to-R1": True, "to-R3": True, "to-R5": False, "to-R6": True}
    assert route(states["R2"], IPv4Network("203.0.113.0/24")) is None


def test_no_two_routers_give_out_the_same_label() -> None:
    """So that a label in a capture names its router."""
    states = run(given.with_mirror(given.network_facts()))
    labels = [label for state in states.values() for label in state.tables.lfib]
    assert len(labels) == len(set(labels))
    assert max(states["R1"].tables.lfib) == 261143


def test_a_label_stays_when_something_else_changes() -> None:
    """Label spaces remember, so that an unrelated change renumbers nothing."""
    spaces = LabelSpaces()
    ports = frozenset(given.TOPOLOGY.ports)
    view = View(given.TOPOLOGY, given.network_facts(), ports)
    before = evaluate(view, spaces)
    cut = given.TOPOLOGY.links["r4-r5"]
    less = View(given.TOPOLOGY, given.network_facts(), ports - {cut.a, cut.b})
    evaluate(less, spaces)
    assert evaluate(view, spaces) == before


def test_what_is_kept_from_the_view_before_changes_nothing() -> None:
    """Through links that fail and return and routes that come and go, in any order, a control
    plane says what a fresh one with its labels says."""
    plane, facts = ControlPlane(), given.network_facts()
    mirrored = given.with_mirror(facts)
    cut = given.TOPOLOGY.links["r4-r5"]
    every = frozenset(given.TOPOLOGY.ports)
    fewer = every - {cut.a, cut.b}
    steps: list[tuple[dict[str, f.DeviceFacts], frozenset[PortRef], tuple[str, ...]]] = [
        (facts, every, ()),
        (facts, every, ("R5",)),
        (facts, every, ("R5", "R6")),
        (facts, fewer, ("R5", "R6")),
        (mirrored, fewer, ("R6",)),
        (mirrored, every, ("R5", "R6")),
        (facts, every, ()),
    ]
    seen = []
    for told, ports, edges in steps:
        view = View(given.TOPOLOGY, told, ports, {node: (learned(node),) for node in edges})
        fresh = evaluate(view, deepcopy(plane.labels))
        seen.append(plane.evaluate(view))
        assert seen[-1] == fresh
    assert seen[0] != seen[1] != seen[2] != seen[3] != seen[4] != seen[5]


def test_the_vpn_label_leads_into_the_vrf_and_the_pseudowire_label_to_the_bridge() -> None:
    """What R2 gives out, R2 understands."""
    actions = set(run()["R2"].tables.lfib.values())
    assert ToVrf("100") in actions
    assert ToPseudowire(101, 21, 101) in actions


def test_a_spoke_shut_at_r1_takes_r3s_routed_interface_down() -> None:
    """And R3's routes of the VPN with it, while R2 notices nothing."""
    facts = given.network_facts()
    states = run({**facts, "R1": without_spoke(facts["R1"], 13)})
    assert "toCustomerSiteA" not in states["R3"].interfaces_up
    assert not states["R3"].vpls[0].up
    assert states["R3"].vpn_advertised == ()
    assert "toCustomerSiteA" in states["R2"].interfaces_up


def test_a_wrong_route_target_on_r2_leaves_it_without_the_vpns_routes() -> None:
    """R2 imports nothing, and nobody imports from R2: R3 takes over at R6."""
    facts = given.network_facts()
    wrong = frozenset({"target:65000:101"})
    vrf = replace(facts["R2"].vrfs[0], import_targets=wrong, export_targets=wrong)
    states = run({**facts, "R2": replace(facts["R2"], vrfs=(vrf,))})
    assert route(states["R2"], SITE_B) is None
    best = route(states["R6"], SITE_A)
    assert best is not None
    assert best.announced_next_hops == (IPv4Address("10.10.10.3"),)


def test_a_vpn_session_needs_both_ends_to_agree() -> None:
    """A wrong peer AS on one end is enough."""
    facts = given.network_facts()
    bgp = facts["R6"].bgp[0]
    first, *rest = bgp.neighbors
    neighbors = (replace(first, remote_as=65001), *rest)
    changed = replace(facts["R6"], bgp=(replace(bgp, neighbors=neighbors), facts["R6"].bgp[1]))
    states = run({**facts, "R6": changed})
    up = {str(s.neighbor.address): s.up for s in states["R6"].vpn_sessions}
    assert up == {"10.10.10.2": False, "10.10.10.3": True, "10.10.10.5": True}
    assert [s.up for s in states["R2"].vpn_sessions] == [True, True, False]


def test_without_auto_bind_no_vpn_route_resolves() -> None:
    """A BGP next hop without a tunnel is inaccessible."""
    facts = given.network_facts()
    vrf = replace(facts["R2"].vrfs[0], auto_bind=False)
    states = run({**facts, "R2": replace(facts["R2"], vrfs=(vrf,))})
    assert route(states["R2"], SITE_B) is None
    assert all(not entry.valid for entry in states["R2"].entries("100", vpn_routes=True))


def mirror_up(facts: dict[str, f.DeviceFacts]) -> bool:
    """Whether a frame mirrored at R6 would find its way out of R1's port."""
    states = run(facts)
    source = next(iter(states["R6"].mirrors), None)
    sniffer = next(iter(states["R1"].mirrors), None)
    if source is None or source.spoke is None or not source.spoke.up or not source.up:
        return False
    label = source.spoke.labels[-1]
    known = isinstance(states["R1"].tables.lfib.get(label), ToPseudowire)
    return known and sniffer is not None and sniffer.up


def test_a_mirror_needs_every_one_of_its_parts() -> None:
    """SDP 61, SDP 16 for its signalling, the far end, the SAP, and both services."""
    facts = given.with_mirror(given.network_facts())
    assert mirror_up(facts)
    r1, r6 = facts["R1"], facts["R6"]
    sniffer, source = r1.mirrors[0], r6.mirrors[0]
    no_16 = tuple(s for s in r1.sdps if s.sdp_id != 16)
    no_61 = tuple(replace(s, enabled=False) for s in r6.sdps)
    other = (given.system(5),)
    broken = [
        {"R1": replace(r1, sdps=no_16)},
        {"R6": replace(r6, sdps=no_61)},
        {"R1": replace(r1, mirrors=(replace(sniffer, remote_far_ends=other),))},
        {"R1": replace(r1, mirrors=(replace(sniffer, sap=None),))},
        {"R1": replace(r1, mirrors=(replace(sniffer, enabled=False),))},
        {"R6": replace(r6, mirrors=(replace(source, enabled=False),))},
        {"R6": replace(r6, mirrors=(replace(source, spoke=None),))},
        {"R6": replace(r6, mirrors=())},
    ]
    assert [mirror_up({**facts, **change}) for change in broken] == [False] * len(broken)


def site_b_view(facts: f.DeviceFacts, cut: tuple[str, ...] = ()) -> RouterState:
    """Site B's gateway with what both provider edges advertise to it."""
    paths = []
    for peer, edge in (("198.51.100.1", 6), ("203.0.113.1", 5)):
        for prefix in ("10.15.15.0/24", "192.0.2.24/29"):
            address = IPv4Address(peer)
            path = BgpPath(IPv4Network(prefix), address, (65000,), peer=address)
            paths.append(replace(path, external=True, router_id=given.system(edge)))
    ports = frozenset(
        end
        for link in given.TOPOLOGY.links.values()
        if link.name not in cut
        for end in (link.a, link.b)
    )
    view = View(given.TOPOLOGY, {"Site-B-GW-Router": facts}, ports, {facts.hostname: tuple(paths)})
    return evaluate(view, LabelSpaces())["Site-B-GW-Router"]


def ways(state: RouterState, address: str) -> set[tuple[str | None, str]]:
    found = longest_match(state.tables.routes[""], IPv4Address(address))
    return {(hop.interface, str(hop.gateway)) for hop in found.next_hops} if found else set()


BOTH = {
    ("GigabitEthernet0/1", "198.51.100.1"),
    ("GigabitEthernet0/2", "203.0.113.1"),
}


def test_site_b_installs_site_a_over_both_edges() -> None:
    """`maximum-paths 2`, equal attributes."""
    state = site_b_view(given.site_b())
    assert ways(state, "10.15.15.15") == BOTH
    assert ways(state, "192.0.2.28") == BOTH
    assert ways(state, "192.168.1.1") == set()


def test_a_recursive_static_route_leaks_over_both_edges_and_a_pinned_one_does_not() -> None:
    """The original write-up's route, and its repair."""
    prefix = IPv4Network("192.168.1.0/24")
    leaky = f.StaticRoute(prefix, IPv4Address("192.0.2.28"))
    pinned = f.StaticRoute(prefix, IPv4Address("198.51.100.1"))
    site_b = given.site_b()
    assert ways(site_b_view(replace(site_b, static_routes=(leaky,))), "192.168.1.1") == BOTH
    state = site_b_view(replace(site_b, static_routes=(pinned,)))
    assert ways(state, "192.168.1.1") == {("GigabitEthernet0/1", "198.51.100.1")}


def test_a_floating_static_route_takes_over_when_its_interface_goes_down() -> None:
    """Distance decides while both resolve; a connected subnet that is gone resolves nothing."""
    prefix = IPv4Network("192.168.1.0/24")
    routes = (
        f.StaticRoute(prefix, IPv4Address("198.51.100.1")),
        f.StaticRoute(prefix, IPv4Address("203.0.113.1"), distance=200),
    )
    site_b = replace(given.site_b(), static_routes=routes)
    assert ways(site_b_view(site_b), "192.168.1.1") == {("GigabitEthernet0/1", "198.51.100.1")}
    failed = site_b_view(site_b, cut=("b-primary",))
    assert ways(failed, "192.168.1.1") == {("GigabitEthernet0/2", "203.0.113.1")}


def test_two_static_routes_through_each_other_are_not_installed() -> None:
    """Resolution that only leads in a circle leads nowhere, and ends."""
    routes = (
        f.StaticRoute(IPv4Network("10.1.0.0/16"), IPv4Address("10.2.0.1")),
        f.StaticRoute(IPv4Network("10.2.0.0/16"), IPv4Address("10.1.0.1")),
    )
    state = site_b_view(replace(given.site_b(), static_routes=routes))
    assert ways(state, "10.1.0.1") == set()
