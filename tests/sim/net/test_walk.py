"""The walk through the whole lab, frame by frame: provider, tunnel, leak and failure."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from time import process_time

from labkit.protocols.wire.ipv4 import IPv4
from labkit.sim.model import facts as f
from labkit.sim.net import events
from labkit.sim.net.clock import SECOND
from labkit.sim.net.link import LinkChange
from tests.sim.net import provider_facts
from tests.sim.net.facts import BACKUP, GW_A, GW_B, PC_A, PC_B, WAN, A, B, permit, with_interface
from tests.sim.net.facts import ipsec as ipsec_facts
from tests.sim.net.stage import Stage
from tests.sim.net.tunnel import counts, engine, state

LOOP_A, LOOP_B = IPv4Address("10.15.15.15"), IPv4Address("10.16.16.16")
OUTSIDE_A, OUTSIDE_B = IPv4Address("192.0.2.28"), IPv4Address("198.51.100.2")
SECOND_B = IPv4Address("203.0.113.2")
TO_A = IPv4Network("192.168.1.0/24")
ANY_MIRROR = frozenset({"egress", "ingress"})


def static(prefix: str, next_hop: str, distance: int = 1) -> f.StaticRoute:
    return f.StaticRoute(IPv4Network(prefix), IPv4Address(next_hop), distance=distance)


def with_routes(told: f.DeviceFacts, *routes: f.StaticRoute) -> f.DeviceFacts:
    return replace(told, static_routes=(*told.static_routes, *routes))


def protected(name: str, *extra: f.Ace, interface: str = WAN) -> f.DeviceFacts:
    """A gateway with everything the course types for the tunnel, routes included."""
    site_a = name == A
    told = provider_facts.site_a() if site_a else provider_facts.site_b()
    here, there = ("192.168.1.0/24", "172.16.1.0/24")
    if not site_a:
        here, there = there, here
    acl = f.Acl("VPN-TRAFFIC", (permit(10, here, there), *extra))
    told = replace(told, acls=(acl,), ipsec=ipsec_facts(OUTSIDE_B if site_a else OUTSIDE_A))
    told = with_interface(told, interface, crypto_map="VPN-MAP")
    return with_routes(told, static(there, "192.0.2.25" if site_a else "198.51.100.1"))


def lab(**changed: f.DeviceFacts) -> Stage:
    """The lab at `crypto-map`: mirror 200 works, the tunnel is configured, nothing was sent."""
    told = provider_facts.with_mirror(provider_facts.network_facts())
    told |= {A: protected(A), B: protected(B)}
    told |= {{"a": A, "b": B}.get(name, name): facts for name, facts in changed.items()}
    stage = Stage(told, provider_facts.TOPOLOGY, boot=True)
    provider = stage.network.router("R6").provider
    assert provider is not None
    provider.mirrors.set_source(f.MirrorSource(200, (("1/1/1", ANY_MIRROR),)))
    return stage


def cleartext() -> Stage:
    """The lab at `mirror`: no crypto at all, no LAN routes."""
    return lab(a=provider_facts.site_a(), b=provider_facts.site_b())


def customers(stage: Stage, link: str) -> list[IPv4]:
    """The customer's packets on a link without labels, BGP left out."""
    packets = [
        IPv4.decode(frame[14:])
        for _, frame, _ in stage.frames[link]
        if frame[12:14] == b"\x08\0" and frame[23] in (1, 17, 50)
    ]
    return packets


def protocols(stage: Stage, link: str) -> set[int]:
    return {packet.protocol for packet in customers(stage, link)}


# --------------------------------------------------------------------------- before the tunnel


def test_lan_to_lan_without_a_route_is_host_unreachable_at_the_gateway() -> None:
    stage = cleartext()
    assert stage.ping("PC-B", PC_A, count=1) == "U"
    assert customers(stage, "lan-b")[-1].src == GW_B
    assert stage.ping(B, PC_A) == "....."


def test_with_a_route_but_no_tunnel_r6_says_unreachable_and_only_the_wan_address_hears_it() -> None:
    told = with_routes(provider_facts.site_b(), static("192.168.1.0/24", "198.51.100.1"))
    stage = lab(a=provider_facts.site_a(), b=told)
    assert stage.ping(B, GW_A) == "UUUUU"
    assert stage.ping(B, GW_A, GW_B) == "....."
    assert stage.ping("PC-B", PC_A) == "....."


def test_the_sniffer_reads_every_byte_of_a_clear_ping() -> None:
    stage = cleartext()
    assert stage.ping(B, LOOP_A, LOOP_B) == "!!!!!"
    assert [packet.protocol for packet in customers(stage, "sniffer")] == [1] * 10
    assert stage.ping(B, LOOP_A) == "!!!!!"
    assert len(customers(stage, "sniffer")) == 10


def test_an_unsourced_ping_takes_the_second_uplink_and_its_address() -> None:
    stage = cleartext()
    assert stage[B].ip.source_for("", LOOP_A) == SECOND_B
    hop = stage[B].ip.next_hop("", SECOND_B, LOOP_A)
    assert hop is not None
    assert hop.interface == BACKUP


# --------------------------------------------------------------------------- the tunnel


def test_the_moment_of_truth() -> None:
    stage = lab()
    assert engine(stage, B).idents[0].current is None
    assert state(stage, B) == []
    assert stage.ping(B, GW_A, GW_B) == ".!!!!"
    assert state(stage, A) == state(stage, B) == ["QM_IDLE"]
    assert counts(stage, B) == (4, 4, 1)
    assert counts(stage, A) == (4, 4, 0)
    on_mirror = customers(stage, "sniffer")
    assert [packet.protocol for packet in on_mirror] == [17] * 9 + [50] * 8
    sizes = {len(frame) for _, frame, _ in stage.frames["b-primary"] if frame[23] == 50}
    assert sizes == {202}
    assert stage.ping("PC-B", PC_A) == "!!!!!"


def test_no_byte_of_the_payload_reaches_the_sniffer() -> None:
    stage = lab()
    stage.ping(B, GW_A, GW_B)
    stage.ping("PC-B", PC_A)
    assert not any(b"\xab\xcd\xab\xcd" in frame for _, frame, _ in stage.frames["sniffer"])


def test_the_loopbacks_cross_in_the_clear_until_an_entry_names_them() -> None:
    stage = lab()
    stage.ping(B, GW_A, GW_B)
    assert stage.ping(B, LOOP_A, LOOP_B) == "!!!!!"
    assert 1 in protocols(stage, "sniffer")
    stage = lab(
        a=protected(A, permit(20, "10.15.15.0/24", "10.16.16.0/24")),
        b=with_routes(
            protected(B, permit(20, "10.16.16.0/24", "10.15.15.0/24")),
            static("10.15.15.0/24", "198.51.100.1"),
        ),
    )
    assert stage.ping(B, LOOP_A, LOOP_B) == ".!!!!"
    assert protocols(stage, "sniffer") == {17, 50}


def test_a_protected_pair_that_takes_the_other_uplink_arrives_clear_and_is_dropped() -> None:
    everything = "10.15.15.0/24"
    stage = lab(
        a=protected(A, permit(20, everything, "203.0.113.0/24")),
        b=protected(B, permit(20, "203.0.113.0/24", everything)),
    )
    assert stage.ping(B, LOOP_A, SECOND_B, count=2) == ".."
    assert stage.told(A, events.NotIpsec)[0].source == SECOND_B


def test_the_recursive_route_leaks_the_pcs_over_the_second_uplink() -> None:
    site_b = protected(B)
    leaky = tuple(r for r in site_b.static_routes if r.prefix != TO_A)
    told = replace(site_b, static_routes=(*leaky, static("192.168.1.0/24", "192.0.2.28")))
    stage = lab(b=told)
    assert stage.ping(B, GW_A, GW_B) == ".!!!!"
    stage.frames["sniffer"].clear()
    assert stage.ping("PC-B", PC_A) == "....."
    assert customers(stage, "sniffer") == []
    leaked = [p for p in customers(stage, "b-backup") if p.src == PC_B]
    assert [packet.dst for packet in leaked] == [PC_A] * 5
    stage[B].configure(protected(B))
    assert stage.ping("PC-B", PC_A) == "!!!!!"


# --------------------------------------------------------------------------- failure


def test_without_dpd_a_dead_uplink_leaves_both_ends_believing_in_the_tunnel() -> None:
    stage = lab()
    stage.ping(B, GW_A, GW_B)
    before = counts(stage, A)
    stage.network.set_link("b-primary", LinkChange(up=False))
    stage.wait(5 * SECOND)
    assert stage.ping(A, GW_B, GW_A) == "....."
    assert state(stage, A) == state(stage, B) == ["QM_IDLE"]
    assert counts(stage, A) == (before[0] + 5, before[1], 0)
    assert stage.ping(A, LOOP_B, LOOP_A) == "!!!!!"


def test_a_second_peer_and_dpd_bring_the_tunnel_back_over_the_other_uplink() -> None:
    a, b = protected(A), protected(B)
    dpd = f.Dpd(10, 2, periodic=True)
    entry = replace(a.ipsec.maps[0].entries[0], peers=(OUTSIDE_B, SECOND_B))
    keys = (*a.ipsec.keys, replace(a.ipsec.keys[0], address=SECOND_B))
    maps = (f.CryptoMap("VPN-MAP", (entry,)),)
    a = replace(a, ipsec=replace(a.ipsec, maps=maps, keys=keys, dpd=dpd))
    b = with_interface(b, BACKUP, crypto_map="VPN-MAP")
    b = replace(b, ipsec=replace(b.ipsec, dpd=dpd))
    b = with_routes(b, static("192.168.1.0/24", "203.0.113.1", distance=10))
    stage = lab(a=a, b=b)
    assert stage.ping(A, GW_B, GW_A) == ".!!!!"
    stage.network.set_link("b-primary", LinkChange(up=False))
    stage.wait(60 * SECOND)
    assert stage.ping(A, GW_B, GW_A) == ".!!!!"
    assert engine(stage, A).idents[0].peer == SECOND_B
    assert stage.ping("PC-B", PC_A) == "!!!!!"


def test_a_loopback_peer_survives_the_loss_of_an_uplink() -> None:
    a, b = protected(A), protected(B)
    entry = replace(a.ipsec.maps[0].entries[0], peers=(LOOP_B,))
    keys = (replace(a.ipsec.keys[0], address=LOOP_B),)
    maps = (f.CryptoMap("VPN-MAP", (entry,)),)
    a = replace(a, ipsec=replace(a.ipsec, maps=maps, keys=keys))
    named = replace(b.ipsec.maps[0], local_interface="Loopback0")
    b = replace(b, ipsec=replace(b.ipsec, maps=(named,)))
    b = with_interface(b, BACKUP, crypto_map="VPN-MAP")
    b = with_routes(b, static("192.168.1.0/24", "203.0.113.1", distance=10))
    stage = lab(a=a, b=b)
    assert stage.ping(A, GW_B, GW_A) == ".!!!!"
    stage.network.set_link("b-primary", LinkChange(up=False))
    stage.wait(5 * SECOND)
    assert stage.ping(A, GW_B, GW_A) == "!!!!!"
    assert len(engine(stage, B).idents) == 1
    assert engine(stage, B).idents[0].interfaces == [WAN, BACKUP]


def test_the_tunnel_survives_the_loss_of_the_vrrp_master() -> None:
    stage = lab()
    stage.ping(B, GW_A, GW_B)
    r2 = stage["R2"]
    r2.configure(with_interface(r2.facts, "toCustomerSiteA", enabled=False))
    stage.wait(5 * SECOND)
    assert stage.ping(B, GW_A, GW_B) == "!!!!!"


def test_a_pc_without_a_gateway_reaches_nothing() -> None:
    stage = lab()
    stage["PC-B"].configure(replace(stage["PC-B"].facts, static_routes=()))
    assert stage.ping("PC-B", PC_A) == "....."
    assert stage[B].acl_hits == {}


# --------------------------------------------------------------------------- cost and repetition


def test_the_same_walk_gives_the_same_bytes_on_every_link() -> None:
    def walk() -> dict[str, list[tuple[int, bytes, str]]]:
        stage = lab()
        stage.ping(B, GW_A, GW_B)
        stage.ping("PC-B", PC_A)
        return stage.frames

    assert walk() == walk()


def test_an_idle_hour_costs_seconds() -> None:
    stage = lab()
    for link in stage.network.links.values():
        link.taps.clear()
    began = process_time()
    stage.wait(3600 * SECOND)
    assert process_time() - began < 10
    assert stage.ping(B, GW_A, GW_B) == ".!!!!"
