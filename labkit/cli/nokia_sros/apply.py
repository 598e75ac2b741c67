"""Compile the configuration tree into vendor-neutral facts (labkit.model.facts).

The one place that knows what an SR OS line means for the network: which states must agree
(an LSP is wanted only with its primary path and that path's `no shutdown`), which defaults
follow from others (an interface's MTU from its port's), that policies count once committed.
Must not know: prompts, sessions, live state.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Literal

from labkit.cli.nokia_sros.configuration import Configuration
from labkit.cli.nokia_sros.policy import compile_policies
from labkit.cli.nokia_sros.tree import Node
from labkit.model import facts as f

STATIC_PREFERENCE = 5
BGP_PREFERENCE = 170
ETHERNET = 14
"""Bytes of an untagged Ethernet header: SR OS counts a port's MTU with it."""
ACCESS_MTU, NETWORK_MTU = 1514, 9212
ISIS_METRIC = 10
_DIRECTIONS: tuple[Literal["ingress"], Literal["egress"]] = ("ingress", "egress")
_FAMILIES: tuple[Literal["ipv4"], Literal["vpn-ipv4"]] = ("ipv4", "vpn-ipv4")


def compile_facts(configuration: Configuration, name: str) -> f.DeviceFacts:
    """All facts of a router whose configuration this is; `name` stands in for `system name`."""
    return _Compiler(configuration).facts(name)


def mirror_sources(debug: Node) -> tuple[f.MirrorSource, ...]:
    """What `debug mirror-source` asks for."""
    found = []
    for node in debug.all("mirror-source"):
        ports = []
        for port in node.all("port"):
            directions = frozenset(word for word in _DIRECTIONS if word in port.values)
            ports.append((port["port"], directions))
        found.append(f.MirrorSource(int(node["id"]), tuple(ports), not node.shutdown))
    return tuple(found)


def port_mtu(port: Node) -> int:
    """The MTU of a port in bytes of frame: as configured, or as its mode has it."""
    default = NETWORK_MTU if port_mode(port) == "network" else ACCESS_MTU
    return int(port.value("ethernet", "mtu", "mtu", default=str(default)))


def port_mode(port: Node) -> Literal["network", "access"]:
    mode = port.value("ethernet", "mode", "mode", default="network")
    return "network" if mode == "network" else "access"


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
        self.system = _ip(self._system_address())

    def facts(self, name: str) -> f.DeviceFacts:
        return f.DeviceFacts(
            hostname=self.config.value("system", "name", "name", default=name),
            interfaces=(*self._base_interfaces(), *self._vprn_interfaces()),
            ports=tuple(self._port(port) for port in self.config.all("port")),
            vrfs=tuple(self._vrf(vprn) for vprn in self.service.all("vprn")),
            static_routes=tuple(self._static_routes()),
            bgp=tuple(self._bgp_instances()),
            policies=tuple(compile_policies(self.configuration.policies_in_force())),
            igp=self._igp(),
            mpls=self._mpls(),
            sdps=tuple(self._sdp(sdp) for sdp in self.service.all("sdp")),
            vpls=tuple(self._vpls(vpls) for vpls in self.service.all("vpls")),
            mirrors=tuple(self._mirror(dest) for dest in self.mirror.all("mirror-dest")),
        )

    def _system_address(self) -> str:
        for interface in self.router.all("interface"):
            if interface["name"] == "system":
                return interface.value("address", "address").partition("/")[0]
        return ""

    # ---- ports and interfaces

    def _port(self, port: Node) -> f.Port:
        return f.Port(
            port["port"],
            not port.shutdown,
            port_mtu(port),
            port_mode(port),
            port.value("description", "text"),
        )

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

    def _vprn_interface(self, vprn: Node, node: Node) -> f.Interface:
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
        for owner, vrf in ((self.router, f.BASE), *((v, v["id"]) for v in self._vprns())):
            for node in owner.all("static-route"):
                preference = node.values.get("preference", str(STATIC_PREFERENCE))
                yield f.StaticRoute(
                    IPv4Network(node["prefix"]),
                    _ip(node.values.get("next_hop", "")),
                    distance=int(preference),
                    vrf=vrf,
                    blackhole="black-hole" in node.values,
                )

    def _vprns(self) -> Iterator[Node]:
        return self.service.all("vprn")

    def _vrf(self, vprn: Node) -> f.Vrf:
        target = vprn.one("vrf-target")
        values = target.values if target is not None else {}
        both = values.get("target")
        bind = vprn.one("auto-bind-tunnel")
        mode = bind.value("resolution", "mode") if bind is not None else ""
        rsvp = bind is not None and bind.has("resolution-filter", "rsvp")
        return f.Vrf(
            vprn["id"],
            int(vprn["id"]),
            vprn.value("route-distinguisher", "rd") or None,
            _targets(values.get("import", both)),
            _targets(values.get("export", both)),
            auto_bind=mode == "any" or (mode == "filter" and rsvp),
            ecmp=max(1, int(vprn.value("ecmp", "paths", default="1"))),
            enabled=vprn_enabled(vprn),
            customer=int(vprn.values.get("customer", "1")),
        )

    def _bgp_instances(self) -> Iterator[f.Bgp]:
        for owner, vrf in ((self.router, f.BASE), *((v, v["id"]) for v in self._vprns())):
            bgp = owner.one("bgp")
            own = int(owner.value("autonomous-system", "asn", default="0")) or self.asn
            if bgp is None or not own:
                continue
            router_id = bgp.value("router-id", "id") or owner.value("router-id", "id")
            yield f.Bgp(
                own,
                vrf,
                _ip(router_id) or self.system,
                neighbors=tuple(self._neighbors(bgp, own, vrf)),
                maximum_paths=max(1, int(owner.value("ecmp", "paths", default="1"))),
                local_distance=BGP_PREFERENCE,
                enabled=not bgp.shutdown,
            )

    def _neighbors(self, bgp: Node, own: int, vrf: str) -> Iterator[f.BgpNeighbor]:
        for group in bgp.all("group"):
            for node in group.all("neighbor"):
                yield self._neighbor(bgp, group, node, own, vrf)

    def _neighbor(self, bgp: Node, group: Node, node: Node, own: int, vrf: str) -> f.BgpNeighbor:
        levels = (node, group, bgp)
        internal = _inherited(levels, "type", "type") == "internal"
        peer = _inherited(levels, "peer-as", "asn") or (str(own) if internal else "")
        external = peer != str(own)
        return f.BgpNeighbor(
            IPv4Address(node["address"]),
            int(peer) if peer else None,
            group["name"],
            enabled=not (node.shutdown or group.shutdown),
            families=_families(levels),
            import_policies=_policy_names(levels, "import"),
            export_policies=_policy_names(levels, "export"),
            export_default="reject" if vrf and external else "accept",
            next_hop_self=any(level.has("next-hop-self") for level in levels),
            hold_time=int(_inherited(levels, "hold-time", "seconds") or 90),
            keepalive=int(_inherited(levels, "keepalive", "seconds") or 30),
            description=node.value("description", "text"),
        )

    def _igp(self) -> f.Igp | None:
        isis = self.router.one("isis")
        if isis is None:
            return None
        metrics, passive = {}, set()
        for node in isis.all("interface"):
            if node.shutdown:
                continue
            name = node["name"]
            metrics[name] = int(node.value("level", "metric", "metric", default=str(ISIS_METRIC)))
            if name == "system":
                metrics[name] = 0
            if name == "system" or node.has("passive"):
                passive.add(name)
        area = isis.value("area-id", "area")
        return f.Igp(metrics, frozenset(passive), area, enabled=not isis.shutdown)

    def _mpls(self) -> f.Mpls | None:
        mpls, rsvp = self.router.one("mpls"), self.router.one("rsvp")
        if mpls is None:
            return None
        return f.Mpls(
            _enabled_names(mpls),
            _enabled_names(rsvp) if rsvp is not None else frozenset(),
            tuple(_lsp(mpls, lsp) for lsp in mpls.all("lsp")),
            enabled=not mpls.shutdown,
            rsvp_enabled=rsvp is not None and not rsvp.shutdown,
        )

    # ---- services

    def _sdp(self, node: Node) -> f.Sdp:
        signaling = node.value("signaling", "type", default="tldp")
        lsps = tuple(lsp["name"] for lsp in node.all("lsp"))
        return f.Sdp(
            int(node["id"]),
            _ip(node.value("far-end", "address")),
            lsps if "mpls" in node.values else (),
            enabled=not node.shutdown,
            signaling="tldp" if signaling == "tldp" else "off",
            path_mtu=int(node.value("path-mtu", "mtu", default="0")),
        )

    def _vpls(self, node: Node) -> f.Vpls:
        return f.Vpls(
            int(node["id"]),
            node.value("service-name", "name"),
            int(node.values.get("customer", "1")),
            saps=tuple(_sap(sap) for sap in node.all("sap")),
            spokes=tuple(
                _spoke(each) for word in ("mesh-sdp", "spoke-sdp") for each in node.all(word)
            ),
            allow_ip_int_bind=node.has("allow-ip-int-bind"),
            enabled=not node.shutdown,
            mtu=int(node.value("service-mtu", "mtu", default="1514")),
        )

    def _mirror(self, node: Node) -> f.MirrorDest:
        sap, spoke = node.one("sap"), node.one("spoke-sdp")
        return f.MirrorDest(
            int(node["id"]),
            _sap(sap) if sap is not None else None,
            _spoke(spoke) if spoke is not None else None,
            tuple(IPv4Address(far["address"]) for far in node.all("remote-source", "far-end")),
            enabled=not node.shutdown,
        )


def vprn_enabled(vprn: Node) -> bool:
    """Whether a VPRN may work: it stays down until it has a route distinguisher (7750 SR Services
    Guide)."""
    return not vprn.shutdown and bool(vprn.value("route-distinguisher", "rd"))


# --------------------------------------------------------------------------- small conversions


def _ip(text: str) -> IPv4Address | None:
    return IPv4Address(text) if text else None


def _interface(text: str) -> IPv4Interface | None:
    return IPv4Interface(text) if text else None


def _targets(text: str | None) -> frozenset[str]:
    return frozenset({text}) if text else frozenset()


def _negated(node: Node, *path: str) -> bool:
    found = node.one(*path)
    return found is not None and found.negated


def _inherited(levels: tuple[Node, ...], keyword: str, name: str) -> str:
    """A BGP setting: the neighbour's own, else its group's, else the instance's."""
    return next((v for level in levels if (v := level.value(keyword, name))), "")


def _policy_names(levels: tuple[Node, ...], keyword: str) -> tuple[str, ...]:
    for level in levels:
        line = level.one(keyword)
        if line is not None:
            return tuple(line[name] for name in sorted(line.values) if name.startswith("policy"))
    return ()


def _families(levels: tuple[Node, ...]) -> frozenset[Literal["ipv4", "vpn-ipv4"]]:
    for level in levels:
        line = level.one("family")
        if line is not None:
            return frozenset(word for word in _FAMILIES if word in line.values)
    return frozenset({"ipv4"})


def _enabled_names(protocol: Node) -> frozenset[str]:
    return frozenset(node["name"] for node in protocol.all("interface") if not node.shutdown)


def _lsp(mpls: Node, node: Node) -> f.Lsp:
    """An LSP is wanted if it, its primary path and that path's hops are all enabled."""
    primary = node.one("primary")
    paths = {path["name"]: path for path in mpls.all("path") if not path.shutdown}
    path = paths.get(primary["path"]) if primary is not None and not primary.shutdown else None
    hops = path.all("hop") if path is not None else ()
    return f.Lsp(
        node["name"],
        _ip(node.value("to", "address")),
        None,
        enabled=not node.shutdown and path is not None,
        hops=tuple(f.LspHop(IPv4Address(h["address"]), h["type"] == "strict") for h in hops),
    )


def _sap(node: Node) -> f.Sap:
    return f.Sap(node["sap"], enabled=not node.shutdown)


def _spoke(node: Node) -> f.SpokeSdp:
    sdp, _, circuit = node["id"].partition(":")
    mesh = node.row.keyword == "mesh-sdp"
    return f.SpokeSdp(int(sdp), int(circuit), enabled=not node.shutdown, mesh=mesh)


def _vrrp(node: Node) -> f.VrrpGroup:
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
