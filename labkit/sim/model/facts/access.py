"""Facts of who gets through: access lists, address translation, logins over the network.

Wildcard masks are meant as IOS means them.  Frozen values without a vendor; see the package's
prologue.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Literal


@dataclass(frozen=True, slots=True)
class Wildcard:
    """An address with a wildcard mask: a set bit in `mask` means "do not care"."""

    address: IPv4Address
    mask: IPv4Address

    def matches(self, address: IPv4Address) -> bool:
        """Whether `address` agrees with ours in every bit that the mask cares for."""
        return (int(address) ^ int(self.address)) & ~int(self.mask) & 0xFFFFFFFF == 0


ALL_ONES = IPv4Address("255.255.255.255")
"""As a netmask: this host; as a wildcard: any address."""
ANY = Wildcard(IPv4Address(0), ALL_ONES)


@dataclass(frozen=True, slots=True)
class PortMatch:
    """A TCP or UDP port condition: eq, neq, lt, gt take one value, range takes two."""

    operator: Literal["eq", "neq", "lt", "gt", "range"]
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ace:
    """One access-control entry; `protocol` None means any IP."""

    sequence: int
    permit: bool
    protocol: int | None = None
    source: Wildcard = ANY
    destination: Wildcard = ANY
    source_port: PortMatch | None = None
    destination_port: PortMatch | None = None
    icmp_type: int | None = None
    icmp_code: int | None = None
    established: bool = False
    log: bool = False


@dataclass(frozen=True, slots=True)
class Acl:
    name: str
    entries: tuple[Ace, ...] = ()
    extended: bool = True


@dataclass(frozen=True, slots=True)
class NatRule:
    """`ip nat inside source`: addresses that match `acl` leave as `interface`'s (overload)."""

    acl: str | None = None
    interface: str | None = None
    static: tuple[IPv4Address, IPv4Address] | None = None
    overload: bool = False


@dataclass(frozen=True, slots=True)
class LocalUser:
    name: str
    secret: str
    privilege: int = 1


@dataclass(frozen=True, slots=True)
class Vty:
    """Who may open a terminal line from the network, and how they prove it."""

    login: Literal["none", "line", "local", "enable"] = "line"
    password: str | None = None
    transports: frozenset[str] = frozenset({"telnet", "ssh"})
    acl_in: str | None = None
    levels: bool = True
    """A local user's privilege level counts."""


@dataclass(frozen=True, slots=True)
class Access:
    users: tuple[LocalUser, ...] = ()
    vty: Vty | None = None
    enable_secret: str | None = None
