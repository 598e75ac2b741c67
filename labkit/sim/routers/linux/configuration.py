"""What a host has been told by `ip`: one interface's address, and routes.

Rendered as the `ip` commands that make it so, and compiled into vendor-neutral facts.  Errors
carry the kernel's own words.  Must not know what the interface or the routes do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from labkit.sim.model.facts import DeviceFacts, Interface, StaticRoute
from labkit.sim.routers.linux.words import CommandFailed

DEVICE = "eth0"
DEFAULT = IPv4Network("0.0.0.0/0")
MTU = 1500


def kernel(message: str) -> CommandFailed:
    """The error that `ip` prints for what the kernel answered."""
    return CommandFailed(f"RTNETLINK answers: {message}", 2)


@dataclass(frozen=True, slots=True)
class HostConfiguration:
    """Everything that `ip` can change on a host.  Every change returns a new value."""

    address: IPv4Interface | None = None
    enabled: bool = True
    mtu: int = MTU
    routes: tuple[tuple[IPv4Network, IPv4Address], ...] = ()
    """(prefix, gateway) in the order in which they were added."""

    def lines(self) -> list[str]:
        """The commands that make a fresh host like this one."""
        text = [] if self.address is None else [f"ip addr add {self.address} dev {DEVICE}"]
        if self.mtu != MTU:
            text.append(f"ip link set {DEVICE} mtu {self.mtu}")
        if not self.enabled:
            text.append(f"ip link set {DEVICE} down")
        return text + [f"ip route add {_name(to)} via {gateway}" for to, gateway in self.routes]

    def compile(self, name: str) -> DeviceFacts:
        """The same as facts."""
        interface = Interface(
            DEVICE, port=DEVICE, address=self.address, enabled=self.enabled, ip_mtu=self.mtu
        )
        routes = tuple(StaticRoute(to, next_hop=gateway) for to, gateway in self.routes)
        return DeviceFacts(name, interfaces=(interface,), static_routes=routes)

    def add_address(self, address: IPv4Interface) -> HostConfiguration:
        if self.address is not None and self.address.ip == address.ip:
            raise kernel("File exists")
        if self.address is not None:
            raise CommandFailed(f"Error: {DEVICE} of this host carries one address only.", 2)
        return replace(self, address=address)

    def delete_address(self, address: IPv4Interface) -> HostConfiguration:
        if self.address != address:
            raise kernel("Cannot assign requested address")
        return replace(self, address=None, routes=())

    def flush_addresses(self) -> HostConfiguration:
        return replace(self, address=None, routes=())

    def enable(self, enabled: bool) -> HostConfiguration:
        return replace(self, enabled=enabled, routes=self.routes if enabled else ())

    def add_route(
        self, prefix: IPv4Network, gateway: IPv4Address, *, over: bool = False
    ) -> HostConfiguration:
        """Add a route, or with `over` replace the one to the same prefix."""
        if not self.enabled or self.address is None or gateway not in self.address.network:
            raise CommandFailed("Error: Nexthop has invalid gateway.", 2)
        others = tuple(route for route in self.routes if route[0] != prefix)
        if others != self.routes and not over:
            raise kernel("File exists")
        return replace(self, routes=(*others, (prefix, gateway)))

    def delete_route(self, prefix: IPv4Network, gateway: IPv4Address | None) -> HostConfiguration:
        rest = tuple(
            (to, via)
            for to, via in self.routes
            if to != prefix or (gateway is not None and via != gateway)
        )
        if rest == self.routes:
            raise kernel("No such process")
        return replace(self, routes=rest)


def _name(prefix: IPv4Network) -> str:
    return "default" if prefix == DEFAULT else str(prefix)
