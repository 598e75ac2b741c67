"""The provider with real frames: labels, pseudowires, VRRP, BGP and mirrors on a booted lab."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from labkit.protocols.wire.ethernet import Ethernet
from labkit.protocols.wire.ipv4 import IPv4
from labkit.protocols.wire.mpls import decode_stack
from labkit.sim.model import facts as f
from labkit.sim.net.bgp.session import State as BgpState
from labkit.sim.net.bgp.speaker import BgpNeighborChange, BgpNotification
from labkit.sim.net.clock import MILLISECOND, SECOND
from labkit.sim.net.icmp import Answer, pattern
from labkit.sim.net.link import LinkChange
from labkit.sim.net.mirror import Direction
from labkit.sim.net.network import Network
from labkit.sim.net.vrrp import State
from labkit.sim.net.vrrp_process import VrrpTransition
from tests.sim.net import provider_facts as given

SITE_A, SITE_B = "Site-A-GW-Router", "Site-B-GW-Router"
LOOPBACK_A, LOOPBACK_B = IPv4Address("10.15.15.15"), IPv4Address("10.16.16.16")
GATEWAY = ("toCustomerSiteA", 101)
SOURCE = f.MirrorSource(200, (("1/1/1", frozenset({"egress", "ingress"})),))

Facts = dict[str, f.DeviceFacts]


def booted(facts: Facts | None = None) -> Network:
    """A lab that has run for a minute."""
    network = Network()
    network.configure(facts or given.network_facts())
    network.boot()
    return network


def listen(network: Network, link: str) -> list[bytes]:
    """The frames of a link from now on."""
    frames: list[bytes] = []
    network.links[link].taps.append(lambda time, frame, port: frames.append(frame))
    return frames


def ping(
    network: Network,
    node: str = SITE_B,
    destination: IPv4Address = LOOPBACK_A,
    source: IPv4Address | None = LOOPBACK_B,
) -> Answer | None:
    """One 100-byte ping and half a second: the answer to it."""
    answers: list[Answer] = []
    stop = network.nodes[node].icmp.listen(answers.append)
    network.nodes[node].icmp.send_echo(
        destination, identifier=1, sequence=1, data=pattern(72), source=source
    )
    network.run(SECOND // 2)
    stop()
    return answers[0] if answers else None


def reaches(network: Network, **how: IPv4Address | str) -> bool:
    answer = ping(network, **how)  # type: ignore[arg-type]
    return answer is not None and answer.is_reply


def echoes(frames: list[bytes]) -> list[bytes]:
    """The frames that carry the data of our pings."""
    return [frame for frame in frames if pattern(72) in frame]


def change(network: Network, node: str, **fields: object) -> None:
    """Tell one node something else."""
    network.nodes[node].configure(replace(network.nodes[node].facts, **fields))


def told_interface(device: f.DeviceFacts, name: str, **fields: object) -> tuple[f.Interface, ...]:
    """A device's interfaces with one of them changed."""
    return tuple(
        replace(each, **fields) if each.name == name else each  # type: ignore[arg-type]
        for each in device.interfaces
    )


def shut_gateway(network: Network, node: str = "R2", enabled: bool = False) -> None:
    """`shutdown` of interface toCustomerSiteA."""
    device = network.nodes[node].facts
    change(network, node, interfaces=told_interface(device, GATEWAY[0], enabled=enabled))


def state_of(network: Network, node: str) -> State:
    return network.router(node).vrrp.instances[GATEWAY].state


# --------------------------------------------------------------------------- labels


def test_a_ping_grows_by_two_labels_in_the_core_and_a_pseudowire_at_site_a() -> None:
    """114 bytes at the edge, 122 on r2-r6, 136 on r1-r2, and two hops off its TTL."""
    network = booted()
    links = ("b-primary", "r2-r6", "r1-r2", "a-access")
    taps = {link: listen(network, link) for link in links}
    answer = ping(network)
    assert answer is not None
    assert answer.ttl == 253
    sizes = {link: [len(frame) for frame in echoes(frames)] for link, frames in taps.items()}
    assert sizes == {
        "b-primary": [114, 114],
        "r2-r6": [122, 122],
        "r1-r2": [136, 136],
        "a-access": [114, 114],
    }


def test_the_core_carries_the_packet_under_a_transport_and_a_vpn_label() -> None:
    """The inner label is the one R2 gave out for its VRF; below it the IP packet as it was."""
    network = booted()
    core, edge = listen(network, "r2-r6"), listen(network, "b-primary")
    ping(network)
    stack, inner = decode_stack(Ethernet.decode(echoes(core)[0]).payload)
    (vpn,) = {path.label for path in network.router("R2").state.vpn_advertised}
    assert [label.value for label in stack][1:] == [vpn]
    assert [label.ttl for label in stack] == [255, 255]
    sent, carried = IPv4.decode(Ethernet.decode(echoes(edge)[0]).payload), IPv4.decode(inner)
    assert carried == sent.with_ttl(sent.ttl - 1)


def test_the_pseudowire_carries_the_customers_whole_frame() -> None:
    """What leaves R1's SAP is what was under the two labels."""
    network = booted()
    core, access = listen(network, "r1-r2"), listen(network, "a-access")
    ping(network)
    stack, inner = decode_stack(Ethernet.decode(echoes(core)[0]).payload)
    assert len(stack) == 2
    assert inner == echoes(access)[0]


def test_cutting_r2_r6_reroutes_and_pings_go_on() -> None:
    """R6 reaches R2 over R5 and R4."""
    network = booted()
    network.set_link("r2-r6", LinkChange(up=False))
    detour = listen(network, "r4-r5")
    assert reaches(network)
    assert len(echoes(detour)) == 2


# --------------------------------------------------------------------------- VRRP


def test_r2_is_master_and_advertises_each_second_from_the_virtual_mac() -> None:
    """VRRP version 2: TTL 255, class selector 6, 00:00:5e:00:01:65."""
    network = booted()
    assert (state_of(network, "R2"), state_of(network, "R3")) == (State.MASTER, State.BACKUP)
    frames = listen(network, "a-access")
    network.run(10 * SECOND)
    adverts = [frame for frame in frames if frame[:6].hex() == "01005e000012"]
    assert len(adverts) == 10
    assert adverts[0][6:12].hex() == "00005e000165"
    packet = IPv4.decode(adverts[0][14:])
    assert (packet.ttl, packet.tos, packet.protocol) == (255, 0xC0, 112)


def test_the_virtual_address_answers_pings() -> None:
    """`ping-reply` on both routers; only the master holds the address."""
    network = booted()
    gateway = IPv4Address("192.0.2.25")
    assert reaches(network, node=SITE_A, destination=gateway, source=IPv4Address("192.0.2.28"))


def test_shutting_r2s_interface_moves_the_gateway_to_r3_after_3_6_seconds() -> None:
    """Counted from the last advertisement; pings go by R3 then, and R2 preempts later."""
    network = booted()
    moved: list[tuple[int, VrrpTransition]] = []
    network.nodes["R3"].subscribe(
        lambda time, e: moved.append((time, e)) if isinstance(e, VrrpTransition) else None
    )
    machine = network.router("R3").vrrp.instances[GATEWAY]
    heard = (machine.next_timer() or 0) - machine.master_down_interval
    shut_gateway(network)
    assert not reaches(network)
    network.run(4 * SECOND)
    ((time, transition),) = moved
    assert (transition.before, transition.after) == ("Backup", "Master")
    assert time - heard == 3_609_375
    assert reaches(network)
    shut_gateway(network, enabled=True)
    network.run(5 * SECOND)
    assert (state_of(network, "R2"), state_of(network, "R3")) == (State.MASTER, State.BACKUP)
    # R2 has forgotten its neighbours and drops the packet that makes it ask.
    assert not reaches(network)
    assert reaches(network)


def test_cutting_r1_r2_does_not_move_the_gateway() -> None:
    """The LSP reroutes over R3 and R4."""
    network = booted()
    network.set_link("r1-r2", LinkChange(up=False))
    network.run(10 * SECOND)
    assert (state_of(network, "R2"), state_of(network, "R3")) == (State.MASTER, State.BACKUP)
    assert reaches(network)


def test_different_vrids_make_two_masters() -> None:
    """Both hold the address, each with its own virtual MAC."""
    facts = given.network_facts()
    group = replace(facts["R3"].interfaces[-1].vrrp[0], vrid=102)
    interfaces = told_interface(facts["R3"], GATEWAY[0], vrrp=(group,))
    network = booted({**facts, "R3": replace(facts["R3"], interfaces=interfaces)})
    assert state_of(network, "R2") is State.MASTER
    assert network.router("R3").vrrp.instances[GATEWAY[0], 102].state is State.MASTER


def test_a_lost_spoke_to_r3_is_unnoticed_until_r2_fails() -> None:
    """R3's routed interface is down, its VRRP in Init, its routes withdrawn."""
    network = booted()
    vpls = network.nodes["R1"].facts.vpls[0]
    spokes = tuple(replace(spoke, enabled=spoke.sdp_id == 12) for spoke in vpls.spokes)
    change(network, "R1", vpls=(replace(vpls, spokes=spokes),))
    network.run(SECOND)
    r3 = network.nodes["R3"]
    assert not r3.interfaces[GATEWAY[0]].up
    assert state_of(network, "R3") is State.INITIALIZE
    assert r3.lookup("100", IPv4Address("192.0.2.28")) is not None
    assert {str(p.prefix) for p in network.router("R3").state.vpn_advertised} == set()
    assert reaches(network)
    shut_gateway(network)
    network.run(5 * SECOND)
    assert not reaches(network)


# --------------------------------------------------------------------------- BGP


def test_site_b_learns_site_a_from_both_edges_and_they_learn_site_b() -> None:
    """Real sessions: R5 hears the prepended path."""
    network = booted()
    paths = {
        node: [p.as_path for p in network.nodes[node].learned() if str(p.prefix) == "10.16.16.0/24"]
        for node in ("R5", "R6")
    }
    assert paths == {"R5": [(65116, 65116)], "R6": [(65116,)]}
    route = network.nodes[SITE_B].lookup("", LOOPBACK_A)
    assert route is not None
    assert {hop.interface for hop in route.next_hops} == {
        "GigabitEthernet0/1",
        "GigabitEthernet0/2",
    }


def test_messages_and_prefixes_of_every_peer_are_counted() -> None:
    """Customers by their sessions, VPN-IPv4 peers by what was computed."""
    network = booted()
    (customer,) = network.router("R6").bgp.neighbors.values()
    assert (len(customer.adj_in), len(customer.adj_out), customer.established) == (1, 3, True)
    before = customer.session.received.total
    network.run(60 * SECOND)
    assert customer.session.received.total == before + 2
    peers = network.router("R5").bgp.vpn_peers
    assert list(map(str, peers)) == ["10.10.10.2", "10.10.10.3", "10.10.10.6"]
    assert [peer.prefixes_received for peer in peers.values()] == [2, 2, 2]
    assert [peer.prefixes_active for peer in peers.values()] == [2, 0, 2]
    edges = network.router(SITE_B).bgp.neighbors.values()
    assert [edge.established for edge in edges] == [True, True]


def test_losing_b_primary_moves_site_b_to_r5_within_a_second() -> None:
    """Fast fallover: both ends see their interface go down."""
    network = booted()
    changes: list[object] = []
    network.nodes[SITE_B].subscribe(lambda time, event: changes.append(event))
    network.set_link("b-primary", LinkChange(up=False))
    network.run(SECOND)
    route = network.nodes["R2"].lookup("100", LOOPBACK_B)
    assert route is not None
    assert route.announced_next_hops == (IPv4Address("10.10.10.5"),)
    assert reaches(network)
    down = BgpNeighborChange("", IPv4Address("198.51.100.1"), False, "Interface flap")
    assert down in changes
    network.set_link("b-primary", LinkChange(up=True))
    network.run(15 * SECOND)
    restored = network.nodes["R2"].lookup("100", LOOPBACK_B)
    assert restored is not None
    assert restored.announced_next_hops == (IPv4Address("10.10.10.6"),)


def test_a_link_that_loses_everything_is_noticed_when_the_hold_time_is_over() -> None:
    """The ports stay up; the routes stay for up to 90 seconds."""
    network = booted()
    network.set_link("b-primary", LinkChange(loss=1.0))
    network.run(55 * SECOND)
    before = network.nodes["R2"].lookup("100", LOOPBACK_B)
    network.run(40 * SECOND)
    after = network.nodes["R2"].lookup("100", LOOPBACK_B)
    assert before is not None
    assert after is not None
    assert before.announced_next_hops == (IPv4Address("10.10.10.6"),)
    assert after.announced_next_hops == (IPv4Address("10.10.10.5"),)
    network.set_link("b-primary", LinkChange(loss=0.0))
    network.run(30 * SECOND)
    neighbor = network.router("R6").bgp.neighbors["100", IPv4Address("198.51.100.2")]
    assert neighbor.established


def test_a_wrong_peer_as_on_r6_leaves_everything_to_r5() -> None:
    """OPEN Message Error, bad peer AS; B hears the NOTIFICATION again and again."""
    facts = given.network_facts()
    base, customers = facts["R6"].bgp
    neighbor = replace(customers.neighbors[0], remote_as=65117)
    bgp = (base, replace(customers, neighbors=(neighbor,)))
    network = Network()
    heard: list[object] = []
    network.nodes[SITE_B].subscribe(lambda time, event: heard.append(event))
    network.configure({**facts, "R6": replace(facts["R6"], bgp=bgp)})
    network.boot()
    session = network.router("R6").bgp.neighbors["100", neighbor.address].session
    assert session.state is not BgpState.ESTABLISHED
    data = (65116).to_bytes(2, "big")
    told = BgpNotification("", IPv4Address("198.51.100.1"), False, 2, 2, data)
    assert heard.count(told) > 1
    route = network.nodes["R2"].lookup("100", LOOPBACK_B)
    assert route is not None
    assert route.announced_next_hops == (IPv4Address("10.10.10.5"),)
    assert reaches(network, source=IPv4Address("203.0.113.2"))


def test_an_access_list_that_stops_tcp_kills_the_session_in_the_end() -> None:
    """BGP runs over the same forwarding path as everything else."""
    network = booted()
    acl = f.Acl("NO-TCP", (f.Ace(10, False, 6), f.Ace(20, True)))
    device = network.nodes[SITE_B].facts
    interfaces = told_interface(device, "GigabitEthernet0/1", acl_in="NO-TCP")
    change(network, SITE_B, acls=(acl,), interfaces=interfaces)
    network.run(100 * SECOND)
    neighbors = network.router(SITE_B).bgp.neighbors
    assert not neighbors["", IPv4Address("198.51.100.1")].established
    assert neighbors["", IPv4Address("203.0.113.1")].established


def test_after_a_reload_of_site_b_the_sessions_come_back() -> None:
    """R5 and R6 had no word of the end; the new connection replaces the old one."""
    network = booted()
    network.nodes[SITE_B].reload()
    network.run(120 * SECOND)
    assert all(n.established for n in network.router(SITE_B).bgp.neighbors.values())
    assert reaches(network)


def test_a_cleared_session_comes_back() -> None:
    """With a Cease on the wire, and a rest on the other side."""
    network = booted()
    network.router(SITE_B).bgp.clear("", IPv4Address("198.51.100.1"))
    neighbors = network.router(SITE_B).bgp.neighbors.values()
    assert [each.session.state.value for each in neighbors] == ["Idle", "Established"]
    network.run(20 * SECOND)
    assert all(each.established for each in neighbors)
    r6 = network.router("R6").bgp.neighbors["100", IPv4Address("198.51.100.2")]
    assert r6.session.last_reset == "BGP Notification received"


def test_without_its_export_policy_r6_advertises_nothing() -> None:
    """B loses a path, not the route."""
    facts = given.network_facts()
    base, customers = facts["R6"].bgp
    neighbor = replace(customers.neighbors[0], export_policies=())
    bgp = (base, replace(customers, neighbors=(neighbor,)))
    network = booted({**facts, "R6": replace(facts["R6"], bgp=bgp)})
    route = network.nodes[SITE_B].lookup("", LOOPBACK_A)
    assert route is not None
    assert [hop.interface for hop in route.next_hops] == ["GigabitEthernet0/2"]
    assert reaches(network, source=IPv4Address("203.0.113.2"))


def test_withdrawing_the_network_statement_withdraws_the_route() -> None:
    """An UPDATE with withdrawn routes, on the wire."""
    network = booted()
    (bgp,) = network.nodes[SITE_B].facts.bgp
    change(network, SITE_B, bgp=(replace(bgp, networks=()),))
    network.run(SECOND)
    assert network.nodes["R2"].lookup("100", LOOPBACK_B) is None


# --------------------------------------------------------------------------- mirror


def mirrored(network: Network) -> list[bytes]:
    """What the sniffer gets of one ping between the loopbacks."""
    frames = listen(network, "sniffer")
    ping(network)
    return echoes(frames)


def with_mirror(source: f.MirrorSource | None = SOURCE) -> Network:
    network = booted(given.with_mirror(given.network_facts()))
    provider = network.router("R6").provider
    assert provider is not None
    if source is not None:
        provider.mirrors.set_source(source)
    return network


def test_the_sniffer_gets_the_customers_frames_both_ways() -> None:
    """Byte for byte as they are on b-primary, labels removed."""
    network = with_mirror()
    edge = listen(network, "b-primary")
    assert mirrored(network) == echoes(edge)
    assert len(echoes(edge)) == 2


def test_the_mirror_copies_bgp_and_whatever_else_passes_the_port() -> None:
    """Half a minute brings keepalives."""
    network = with_mirror()
    frames = listen(network, "sniffer")
    network.run(35 * SECOND)
    ports = {IPv4.decode(frame[14:]).payload[:4] for frame in frames if frame[12:14] == b"\x08\0"}
    assert any(b"\x00\xb3" in ports_of for ports_of in ports)


def test_an_unsourced_ping_that_leaves_by_r5_is_not_on_r6s_mirror() -> None:
    """203.0.113.2 goes by Gi0/2, and its answer by R5 too."""
    network = with_mirror()
    frames = listen(network, "sniffer")
    backup = listen(network, "b-backup")
    assert reaches(network, source=None)
    assert echoes(frames) == []
    assert len(echoes(backup)) == 2


def test_a_second_source_on_r5_shows_what_leaves_by_the_backup_link() -> None:
    """`mirror-dest 200` over SDP 51, and one more far end at R1."""
    facts = given.with_mirror(given.network_facts())
    sniffer = replace(facts["R1"].mirrors[0], remote_far_ends=(given.system(6), given.system(5)))
    source = f.MirrorDest(200, spoke=f.SpokeSdp(51, 200))
    network = booted(
        {
            **facts,
            "R1": replace(facts["R1"], mirrors=(sniffer,)),
            "R5": replace(facts["R5"], mirrors=(source,)),
        }
    )
    provider = network.router("R5").provider
    assert provider is not None
    both: frozenset[Direction] = frozenset({"egress", "ingress"})
    provider.mirrors.set_source(f.MirrorSource(200, (("1/1/3", both),)))
    frames = listen(network, "sniffer")
    assert reaches(network, source=None)
    assert len(echoes(frames)) == 2


def test_a_vpls_that_is_removed_and_comes_back_carries_frames_again() -> None:
    """The routed interface finds its new bridge."""
    network = booted()
    vpls = network.nodes["R2"].facts.vpls
    change(network, "R2", vpls=())
    network.run(SECOND)
    assert not network.nodes["R2"].interfaces[GATEWAY[0]].up
    change(network, "R2", vpls=vpls)
    network.run(5 * SECOND)
    network.warm()
    assert state_of(network, "R2") is State.MASTER
    assert reaches(network)


def _no_sdp_61(network: Network) -> None:
    sdps = tuple(replace(s, enabled=False) for s in network.nodes["R6"].facts.sdps)
    change(network, "R6", sdps=sdps)


def _no_sdp_16(network: Network) -> None:
    sdps = tuple(s for s in network.nodes["R1"].facts.sdps if s.sdp_id != 16)
    change(network, "R1", sdps=sdps)


def _other_far_end(network: Network) -> None:
    (mirror,) = network.nodes["R1"].facts.mirrors
    change(network, "R1", mirrors=(replace(mirror, remote_far_ends=(given.system(5),)),))


def _no_sap(network: Network) -> None:
    (mirror,) = network.nodes["R1"].facts.mirrors
    change(network, "R1", mirrors=(replace(mirror, sap=None),))


def _sap_shut(network: Network) -> None:
    (mirror,) = network.nodes["R1"].facts.mirrors
    change(network, "R1", mirrors=(replace(mirror, sap=f.Sap("1/1/3", enabled=False)),))


def _no_debug(network: Network) -> None:
    provider = network.router("R6").provider
    assert provider is not None
    provider.mirrors.remove_source(200)


def _reloaded(network: Network) -> None:
    network.nodes["R6"].reload()
    network.run(120 * SECOND)


@pytest.mark.parametrize(
    "take_away",
    [_no_sdp_61, _no_sdp_16, _other_far_end, _no_sap, _sap_shut, _no_debug, _reloaded],
    ids=lambda each: each.__name__.strip("_"),
)
def test_the_sniffer_falls_silent_without_any_one_part(
    take_away: Callable[[Network], None],
) -> None:
    """And the customer notices nothing of it."""
    network = with_mirror()
    take_away(network)
    assert mirrored(network) == []
    assert reaches(network)


# --------------------------------------------------------------------------- the rules


def test_a_boot_is_the_same_every_time() -> None:
    """Every frame of every link, byte for byte and microsecond for microsecond."""

    def history() -> list[tuple[int, str, bytes]]:
        network = Network()
        seen: list[tuple[int, str, bytes]] = []
        for link in network.links.values():
            link.taps.append(lambda time, frame, port: seen.append((time, str(port), frame)))
        network.configure(given.network_facts())
        network.boot(40 * SECOND)
        return seen

    first = history()
    assert len(first) > 100
    assert first == history()


def test_customers_prefixes_survive_a_provider_link_flapping_in_one_command() -> None:
    """Tables and labels after it are those before it."""
    network = booted()
    before = network.router("R2").tables
    network.set_link("r2-r6", LinkChange(up=False))
    network.run(100 * MILLISECOND)
    assert network.router("R2").tables != before
    network.set_link("r2-r6", LinkChange(up=True))
    network.run(100 * MILLISECOND)
    assert network.router("R2").tables == before
    assert network.nodes["R2"].lookup("100", LOOPBACK_B).prefix == IPv4Network("10.16.16.0/24")  # type: ignore[union-attr]
