"""The provider of the course as facts written by hand, and its customer's BGP part."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from labkit.sim.model import facts as f
from labkit.sim.model import topology

TOPOLOGY = topology.load()
TARGET = frozenset({"target:65000:100"})
LSP_ENDS = {
    "R1": (2, 3, 5, 6),
    "R2": (1, 3, 5, 6),
    "R3": (1, 2, 5, 6),
    "R4": (),
    "R5": (1, 2, 3, 6),
    "R6": (1, 2, 3, 5),
}
SDP_ENDS = {"R1": (2, 3, 6, 5), "R2": (1,), "R3": (1,), "R5": (1,), "R6": (1,)}


def system(number: int) -> IPv4Address:
    return IPv4Address(f"10.10.10.{number}")


def provider(number: int) -> f.DeviceFacts:
    """All facts of R<number>."""
    name = f"R{number}"
    core = [port for port in TOPOLOGY.ports_of(name) if _kind(name, port) == "core"]
    interfaces = [_core_interface(name, port) for port in core]
    names = frozenset(interface.name for interface in interfaces)
    loopback = f.Interface(
        "system", address=IPv4Interface((int(system(number)), 32)), loopback=True
    )
    base = f.DeviceFacts(
        hostname=name,
        interfaces=(loopback, *interfaces),
        ports=tuple(
            f.Port(p, mtu=9212, mode="network") if p in core else f.Port(p, mode="access")
            for p in TOPOLOGY.ports_of(name)
        ),
        igp=f.Igp({"system": 0, **dict.fromkeys(names, 10)}, frozenset({"system"}), "49.0001"),
        mpls=f.Mpls(
            names | {"system"},
            names | {"system"},
            tuple(f.Lsp(f"to-R{end}", system(end)) for end in LSP_ENDS[name]),
        ),
        sdps=tuple(
            f.Sdp(number * 10 + end, system(end), (f"to-R{end}",)) for end in SDP_ENDS.get(name, ())
        ),
    )
    if name == "R1":
        return replace(base, vpls=(_bridge((12, 13), sap="1/1/2"),))
    if name in ("R2", "R3"):
        return _site_a_edge(base, number)
    if name in ("R5", "R6"):
        return _site_b_edge(base, number)
    return base


def _kind(node: str, port: str) -> str:
    return TOPOLOGY.ports[topology.PortRef(node, port)].kind


def _core_interface(name: str, port: str) -> f.Interface:
    end = topology.PortRef(name, port)
    far = TOPOLOGY.ports[end].far_end(name)
    return f.Interface(f"to{far.node}", port=port, address=TOPOLOGY.core_address(end), ip_mtu=9198)


def _bridge(spokes: tuple[int, ...], sap: str | None = None) -> f.Vpls:
    return f.Vpls(
        101,
        "CustomerSiteA",
        saps=(f.Sap(sap),) if sap is not None else (),
        spokes=tuple(f.SpokeSdp(sdp, 101) for sdp in spokes),
        allow_ip_int_bind=sap is None,
    )


def _vrf() -> f.Vrf:
    return f.Vrf("100", 100, "65000:100", TARGET, TARGET, auto_bind=True)


def _mp_bgp(number: int) -> f.Bgp:
    others = [end for end in (2, 3, 5, 6) if end != number]
    return f.Bgp(
        65000,
        router_id=system(number),
        neighbors=tuple(
            f.BgpNeighbor(system(end), 65000, "iBGP", families=frozenset({"vpn-ipv4"}))
            for end in others
        ),
        local_distance=170,
    )


def _site_a_edge(base: f.DeviceFacts, number: int) -> f.DeviceFacts:
    master = number == 2
    vrrp = f.VrrpGroup(
        101,
        (IPv4Address("192.0.2.25"),),
        priority=201 if master else 100,
        ping_reply=True,
        traceroute_reply=True,
    )
    own = "192.0.2.26/29" if master else "192.0.2.27/29"
    access = f.Interface(
        "toCustomerSiteA",
        vpls="CustomerSiteA",
        address=IPv4Interface(own),
        vrf="100",
        vrrp=(vrrp,),
    )
    static = f.StaticRoute(
        IPv4Network("10.15.15.0/24"), IPv4Address("192.0.2.28"), distance=5, vrf="100"
    )
    return replace(
        base,
        interfaces=(*base.interfaces, access),
        vrfs=(_vrf(),),
        vpls=(_bridge((number * 10 + 1,)),),
        static_routes=(static,),
        bgp=(_mp_bgp(number),),
    )


def _site_b_edge(base: f.DeviceFacts, number: int) -> f.DeviceFacts:
    primary = number == 6
    policy = f.RoutePolicy(
        "toCustomerSiteB",
        (f.PolicyTerm(10, "accept", protocols=frozenset({"bgp-vpn"})),),
    )
    access = f.Interface(
        "toCustomerSiteB-SideB" if primary else "toCustomerSiteB-SideA",
        port="1/1/1" if primary else "1/1/3",
        address=IPv4Interface("198.51.100.1/24" if primary else "203.0.113.1/24"),
        vrf="100",
    )
    neighbor = f.BgpNeighbor(
        IPv4Address("198.51.100.2" if primary else "203.0.113.2"),
        65116,
        "Customers",
        export_policies=("toCustomerSiteB",),
        export_default="reject",
    )
    customers = f.Bgp(65000, "100", system(number), neighbors=(neighbor,), local_distance=170)
    return replace(
        base,
        interfaces=(*base.interfaces, access),
        vrfs=(_vrf(),),
        bgp=(_mp_bgp(number), customers),
        policies=(policy,),
    )


def site_a() -> f.DeviceFacts:
    """Site A's gateway: static routes only."""
    gateway = IPv4Address("192.0.2.25")
    return f.DeviceFacts(
        "Site-A-GW-Router",
        interfaces=(
            f.Interface("Loopback0", address=IPv4Interface("10.15.15.15/24"), loopback=True),
            f.Interface(
                "GigabitEthernet0/0", "GigabitEthernet0/0", address=IPv4Interface("192.168.1.1/24")
            ),
            f.Interface(
                "GigabitEthernet0/1", "GigabitEthernet0/1", address=IPv4Interface("192.0.2.28/29")
            ),
        ),
        static_routes=tuple(
            f.StaticRoute(IPv4Network(prefix), gateway)
            for prefix in ("10.16.16.0/24", "198.51.100.0/24", "203.0.113.0/24")
        ),
    )


def site_b() -> f.DeviceFacts:
    """Site B's gateway: two uplinks, BGP on both."""
    addresses = {
        "GigabitEthernet0/0": "172.16.1.1/24",
        "GigabitEthernet0/1": "198.51.100.2/24",
        "GigabitEthernet0/2": "203.0.113.2/24",
    }
    prepend = f.RoutePolicy("PREPEND", (f.PolicyTerm(10, "accept", prepend=(65116,)),))
    timers = {"hold_time": 180, "keepalive": 60}
    return f.DeviceFacts(
        "Site-B-GW-Router",
        interfaces=(
            f.Interface("Loopback0", address=IPv4Interface("10.16.16.16/24"), loopback=True),
            *(f.Interface(n, n, address=IPv4Interface(a)) for n, a in addresses.items()),
        ),
        bgp=(
            f.Bgp(
                65116,
                router_id=IPv4Address("10.16.16.16"),
                networks=(IPv4Network("10.16.16.0/24"),),
                neighbors=(
                    f.BgpNeighbor(IPv4Address("198.51.100.1"), 65000, **timers),
                    f.BgpNeighbor(
                        IPv4Address("203.0.113.1"), 65000, export_policies=("PREPEND",), **timers
                    ),
                ),
                maximum_paths=2,
            ),
        ),
        policies=(prepend,),
    )


def host(name: str, address: str | None, gateway: str | None) -> f.DeviceFacts:
    """A PC with a default gateway, or a sniffer without an address."""
    routes: tuple[f.StaticRoute, ...] = ()
    if gateway is not None:
        routes = (f.StaticRoute(IPv4Network("0.0.0.0/0"), IPv4Address(gateway)),)
    interface = f.Interface(
        "eth0", "eth0", address=IPv4Interface(address) if address is not None else None
    )
    return f.DeviceFacts(name, interfaces=(interface,), static_routes=routes)


def network_facts() -> dict[str, f.DeviceFacts]:
    """Every node of topology A."""
    return {
        "Site-A-GW-Router": site_a(),
        "Site-B-GW-Router": site_b(),
        **{f"R{number}": provider(number) for number in range(1, 7)},
        "PC-A": host("PC-A", "192.168.1.10/24", "192.168.1.1"),
        "PC-B": host("PC-B", "172.16.1.10/24", "172.16.1.1"),
        "Kali": host("Kali", None, None),
    }


def with_mirror(facts: dict[str, f.DeviceFacts]) -> dict[str, f.DeviceFacts]:
    """Mirror 200: R6's copies over SDP 61, out of R1's port 1/1/3."""
    source = f.MirrorDest(200, spoke=f.SpokeSdp(61, 200))
    sniffer = f.MirrorDest(200, sap=f.Sap("1/1/3"), remote_far_ends=(system(6),))
    return {
        **facts,
        "R6": replace(facts["R6"], mirrors=(source,)),
        "R1": replace(facts["R1"], mirrors=(sniffer,)),
    }
