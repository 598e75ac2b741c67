"""Facts of address translation.

Frozen values without a vendor; see the package's prologue.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address


@dataclass(frozen=True, slots=True)
class NatRule:
    """`ip nat inside source`: addresses that match `acl` leave as `interface`'s (overload)."""

    acl: str | None = None
    interface: str | None = None
    static: tuple[IPv4Address, IPv4Address] | None = None
    overload: bool = False
