"""The network's shape: `data/topology.yaml` and everything that follows from it.

Knows nodes, ports, links and the numbering plan (system addresses 10.10.10.x, core links
10.0.xy.0/30, MAC addresses, SDP numbers).  Must not know time, packets or what a router was
told to do: that is a configuration, and comes from a checkpoint.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, cached_property
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Any, Literal, NamedTuple

import yaml

from labkit import resources
from labkit.plain_yaml import YamlLoader

Platform = Literal["cisco_ios", "nokia_sros", "linux"]


class PortRef(NamedTuple):
    """One end of a link: a node's name and its port's full name."""

    node: str
    port: str

    def __str__(self) -> str:
        return f"{self.node} {self.port}"


@dataclass(frozen=True, slots=True)
class NodeSpec:
    name: str
    platform: Platform
    role: str
    index: int
    """Position in the file, from 1: seeds MAC addresses and entropy streams."""
    at: tuple[float, float]
    """Column and row on the map."""
    site: str | None = None


@dataclass(frozen=True, slots=True)
class LinkSpec:
    name: str
    a: PortRef
    b: PortRef
    kind: str
    delay: int
    """Microseconds, each way."""
    mtu: int
    """Bytes of IP."""

    def far_end(self, node: str) -> PortRef:
        """The end that is not at `node`."""
        return self.b if self.a.node == node else self.a


@dataclass(frozen=True)
class Topology:
    """Nodes by name and links by name, in the file's order; `facts` is the rest of the file."""

    name: str
    nodes: dict[str, NodeSpec]
    links: dict[str, LinkSpec]
    facts: dict[str, Any] = field(repr=False)

    @cached_property
    def ports(self) -> dict[PortRef, LinkSpec]:
        """Every wired port and its link."""
        return {end: link for link in self.links.values() for end in (link.a, link.b)}

    def ports_of(self, node: str) -> list[str]:
        """The wired ports of a node, sorted by name."""
        return sorted(end.port for end in self.ports if end.node == node)

    def core_links(self) -> list[LinkSpec]:
        return [link for link in self.links.values() if link.kind == "core"]

    def system_address(self, node: str) -> IPv4Address:
        """10.10.10.x of router Rx.  Raises KeyError for a node that is no provider router."""
        prefix = IPv4Network(self.facts["provider"]["system_prefix"])
        return prefix[_number(node)]

    def router_of(self, system_address: IPv4Address) -> str | None:
        """The provider router that owns a system address."""
        for node in self.nodes.values():
            if node.platform == "nokia_sros" and self.system_address(node.name) == system_address:
                return node.name
        return None

    def core_address(self, end: PortRef) -> IPv4Interface:
        """The /30 address of a core port: 10.0.xy.1 on Rx, .2 on Ry, x < y."""
        link = self.ports[end]
        near, far = _number(end.node), _number(link.far_end(end.node).node)
        third = min(near, far) * 10 + max(near, far)
        host = 1 if near < far else 2
        core = IPv4Network(self.facts["provider"]["core_prefix"])
        return IPv4Interface((int(core.network_address) + third * 256 + host, 30))

    def mac(self, end: PortRef) -> bytes:
        """A port's MAC address: 6 bytes of the documentation range, sixteen a node.

        Beginning with a zero nibble it also lets Wireshark recognise the Ethernet frame in a
        pseudowire, which an address such as 52:54:… does not.
        """
        ports = self.ports_of(end.node)
        return self._mac(end.node, ports.index(end.port) + 1)

    def system_mac(self, node: str) -> bytes:
        """A node's own MAC address, for interfaces without a port (routed VPLS)."""
        return self._mac(node, 0)

    def _mac(self, node: str, number: int) -> bytes:
        """00:00:5e:00:53:xx (RFC 7042 §2.1.1)."""
        return bytes((0, 0, 0x5E, 0, 0x53, self.nodes[node].index * 16 + number))


def _number(node: str) -> int:
    if not (node.startswith("R") and node[1:].isdigit()):
        raise KeyError(f"{node} is no provider router")
    return int(node[1:])


def _end(text: str) -> PortRef:
    node, port = text.split()
    return PortRef(node, port)


def parse(document: dict[str, Any]) -> Topology:
    """Build a `Topology` from the parsed file.  Raises KeyError or ValueError if it is not one."""
    nodes = {
        name: NodeSpec(
            name, facts["platform"], facts["role"], i, tuple(facts["at"]), facts.get("site")
        )
        for i, (name, facts) in enumerate(document["nodes"].items(), start=1)
    }
    links = {}
    for name, facts in document["links"].items():
        a, b = map(_end, facts["ends"])
        kind = document["kinds"][facts["kind"]]
        links[name] = LinkSpec(name, a, b, facts["kind"], kind["delay"], kind["mtu"])
        if not {a.node, b.node} <= nodes.keys():
            raise ValueError(f"link {name} ends at an unknown node")
    return Topology(document["name"], nodes, links, document)


@cache
def load() -> Topology:
    """The course's topology, read once."""
    text = resources.data("topology.yaml").read_text(encoding="utf-8")
    return parse(yaml.load(text, Loader=YamlLoader))
