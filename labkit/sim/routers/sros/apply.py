"""Compile the configuration tree into vendor-neutral facts (labkit.sim.model.facts).

Interfaces and static routes are compiled here, whatever else where its rows and pages are.  What
follows from several lines is decided here and there alone: which states must agree, which defaults
follow from others (an interface's MTU from its port's), that policies count once committed.
Must not know: prompts, sessions, live state.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from labkit.sim.model import facts as f
from labkit.sim.routers.sros.bgp_neighbors import compile_bgp
from labkit.sim.routers.sros.configuration import Configuration
from labkit.sim.routers.sros.isis import compile_igp
from labkit.sim.routers.sros.mirror import compile_mirror
from labkit.sim.routers.sros.mpls import compile_mpls
from labkit.sim.routers.sros.policy import compile_policies
from labkit.sim.routers.sros.port import compile_port, port_mode, port_mtu
from labkit.sim.routers.sros.service import compile_sdp, compile_vpls, compile_vrf
from labkit.sim.routers.sros.tree import Branch

STATIC_PREFERENCE = 5
ETHERNET = 14
"""Bytes of an untagged Ethernet header: SR OS counts a port's MTU with it."""


def compile_facts(configuration: Configuration, name: str) -> f.DeviceFacts:
    """All facts of a router whose configuration this is; `name` stands in for `system name`."""
    return _Compiler(configuration).facts(name)


class _Compiler:
    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.config = configuration.config
        router = self.config.one("router")
        service = self.config.one("service")
        mirror = self.config.one("mirror")
        assert router is not None and service is not None and mirror is not None
        self.router, self.service, self.mirror = router, service, mirror
        self.ports = {port["port"]: port for port in self.config.all("port")}
        self.asn = int(router.value("autonomous-system", "asn", default="0"))
        self.system = self._system_address()

    def facts(self, name: str) -> f.DeviceFacts:
        return f.DeviceFacts(
            hostname=self.config.value("system", "name", "name", default=name),
            interfaces=(*self._base_interfaces(), *self._vprn_interfaces()),
            ports=tuple(compile_port(port) for port in self.config.all("port")),
            vrfs=tuple(compile_vrf(vprn) for vprn in self.service.all("vprn")),
            static_routes=tuple(self._static_routes()),
            bgp=tuple(self._bgp()),
            policies=tuple(compile_policies(self.configuration.policies_in_force())),
            igp=compile_igp(self.router),
            mpls=compile_mpls(self.router),
            sdps=tuple(compile_sdp(sdp) for sdp in self.service.all("sdp")),
            vpls=tuple(compile_vpls(vpls) for vpls in self.service.all("vpls")),
            mirrors=tuple(compile_mirror(dest) for dest in self.mirror.all("mirror-dest")),
        )

    def _system_address(self) -> IPv4Address | None:
        for interface in self.router.all("interface"):
            if interface["name"] == "system" and interface.has("address"):
                return IPv4Interface(interface.value("address", "address")).ip
        return None

    def _instances(self) -> Iterator[tuple[Branch, str]]:
        """The base router and each VPRN, with the VRF's name."""
        yield self.router, f.BASE
        yield from ((vprn, vprn["id"]) for vprn in self.service.all("vprn"))

    def _bgp(self) -> Iterator[f.Bgp]:
        for owner, vrf in self._instances():
            bgp = compile_bgp(owner, vrf, self.asn, self.system)
            if bgp is not None:
                yield bgp

    # ---- ports and interfaces

    def _ip_room(self, port: str | None) -> int:
        node = self.ports.get(port or "")
        return port_mtu(node) - ETHERNET if node is not None else 1500

    def _base_interfaces(self) -> Iterator[f.Interface]:
        for node in self.router.all("interface"):
            loopback = node["name"] == "system" or node.has("loopback")
            port = None if loopback else node.value("port", "port") or None
            known = self.ports.get(port or "")
            usable = loopback or (known is not None and port_mode(known) == "network")
            room = self._ip_room(port)
            yield f.Interface(
                node["name"],
                port=port,
                address=_interface(node.value("address", "address")),
                loopback=loopback,
                enabled=not node.shutdown and usable,
                description=node.value("description", "text"),
                ip_mtu=room,
                unreachables=not _negated(node, "icmp", "unreachables"),
            )

    def _vprn_interfaces(self) -> Iterator[f.Interface]:
        for vprn in self.service.all("vprn"):
            for node in vprn.all("interface"):
                yield self._vprn_interface(vprn, node)

    def _vprn_interface(self, vprn: Branch, node: Branch) -> f.Interface:
        sap = node.one("sap")
        port = sap["sap"] if sap is not None else None
        vpls = node.value("vpls", "name") or None
        loopback = node.has("loopback")
        room = self._ip_room(port) if vpls is None else self._bridge_room(vpls)
        wanted = int(node.value("ip-mtu", "mtu", default="0")) or room
        attached = loopback or vpls is not None or (sap is not None and not sap.shutdown)
        return f.Interface(
            node["name"],
            port=port,
            vpls=vpls,
            address=_interface(node.value("address", "address")),
            loopback=loopback,
            enabled=not node.shutdown and attached,
            description=node.value("description", "text"),
            vrf=vprn["id"],
            ip_mtu=min(wanted, room),
            unreachables=not _negated(node, "icmp", "unreachables"),
            vrrp=tuple(_vrrp(group) for group in node.all("vrrp")),
        )

    def _bridge_room(self, name: str) -> int:
        for vpls in self.service.all("vpls"):
            if vpls.value("service-name", "name") == name:
                return int(vpls.value("service-mtu", "mtu", default="1514")) - ETHERNET
        return 1500

    # ---- routing

    def _static_routes(self) -> Iterator[f.StaticRoute]:
        for owner, vrf in self._instances():
            for node in owner.all("static-route"):
                preference = node.values.get("preference", str(STATIC_PREFERENCE))
                yield f.StaticRoute(
                    IPv4Network(node["prefix"]),
                    IPv4Address(node["next_hop"]) if "next_hop" in node.values else None,
                    distance=int(preference),
                    vrf=vrf,
                    blackhole="black-hole" in node.values,
                )


# --------------------------------------------------------------------------- small conversions


def _interface(text: str) -> IPv4Interface | None:
    return IPv4Interface(text) if text else None


def _negated(node: Branch, *path: str) -> bool:
    found = node.one(*path)
    return found is not None and found.negated


def _vrrp(node: Branch) -> f.VrrpGroup:
    return f.VrrpGroup(
        int(node["vrid"]),
        tuple(IPv4Address(line["address"]) for line in node.all("backup")),
        255 if "owner" in node.values else int(node.value("priority", "priority", default="100")),
        preempt=not _negated(node, "preempt"),
        advertisement_interval=int(node.value("message-interval", "seconds", default="1")),
        ping_reply=node.has("ping-reply"),
        traceroute_reply=node.has("traceroute-reply"),
        enabled=not node.shutdown,
    )
