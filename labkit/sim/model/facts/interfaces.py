"""Facts of ports and layer-3 interfaces; VRRP groups (RFC 3768) are an interface's.

Frozen values without a vendor; see the package's prologue.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface
from typing import Literal

BASE = ""
"""The name of the global routing table (IOS: default VRF; SR OS: router Base)."""


@dataclass(frozen=True, slots=True)
class VrrpGroup:
    """A virtual router on an interface (RFC 3768)."""

    vrid: int
    addresses: tuple[IPv4Address, ...]
    priority: int = 100
    preempt: bool = True
    advertisement_interval: int = 1
    """Seconds."""
    ping_reply: bool = False
    traceroute_reply: bool = False
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Interface:
    """A layer-3 interface: on a port, on a VPLS (routed VPLS), or on nothing (loopback)."""

    name: str
    port: str | None = None
    """The physical port below it; None for a loopback, a system or a routed-VPLS interface."""
    vpls: str | None = None
    """The VPLS service *name* it is bound to (routed VPLS)."""
    address: IPv4Interface | None = None
    loopback: bool = False
    enabled: bool = True
    description: str = ""
    vrf: str = BASE
    ip_mtu: int = 1500
    """Bytes of IP the interface carries."""
    crypto_map: str | None = None
    acl_in: str | None = None
    acl_out: str | None = None
    adjust_mss: int | None = None
    nat: Literal["inside", "outside"] | None = None
    proxy_arp: bool = True
    unreachables: bool = True
    vrrp: tuple[VrrpGroup, ...] = ()
    secondary: tuple[IPv4Interface, ...] = ()
    """Addresses beside the first one, which alone is a source of the router's own packets."""

    @property
    def addresses(self) -> tuple[IPv4Interface, ...]:
        """All addresses; none without the first."""
        return () if self.address is None else (self.address, *self.secondary)


@dataclass(frozen=True, slots=True)
class Port:
    """A physical port's own settings."""

    name: str
    enabled: bool = True
    mtu: int = 1514
    """Bytes of frame without FCS (SR OS counts so: 1514 is 1500 bytes of IP)."""
    mode: Literal["network", "access"] = "network"
    description: str = ""
