"""Facts of crypto maps: what a gateway protects, with whom, and how (RFC 4301 in Cisco's words).

Frozen values without a vendor; see the package's prologue.  Of IKE's own configuration
(`labkit.protocols.ike.configuration`) this is the rest of what `crypto …` says.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Literal

from labkit.protocols.ike.configuration import IkeConfiguration, TransformSet


@dataclass(frozen=True, slots=True)
class ReverseRoute:
    """`reverse-route`: a route to what the peer protects, by the peer."""

    always: bool = False
    """`static`: to what the access list names, whether there is an SA or not."""
    gateway: IPv4Address | None = None
    """`remote-peer`: the next hop in place of the peer."""
    distance: int = 1
    tag: int = 0


@dataclass(frozen=True, slots=True)
class CryptoMapEntry:
    """One sequence number of a crypto map; without a peer or an ACL it protects nothing."""

    sequence: int
    peers: tuple[IPv4Address, ...] = ()
    transform_sets: tuple[str, ...] = ()
    acl: str | None = None
    pfs_group: int | None = None
    lifetime_seconds: int | None = None
    lifetime_kilobytes: int | None = None
    idle_seconds: int | None = None
    replay_window: int | None = None
    """Packets; 0 switches anti-replay off, None leaves it to the global setting."""
    reverse_route: ReverseRoute | None = None
    isakmp_profile: str | None = None
    dynamic: str = ""
    """The dynamic map whose entries stand in this one's place."""
    description: str = ""


@dataclass(frozen=True, slots=True)
class CryptoMap:
    name: str
    entries: tuple[CryptoMapEntry, ...] = ()
    local_interface: str | None = None
    """`crypto map NAME local-address INTERFACE`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ipsec(IkeConfiguration):
    """Everything a gateway was told about IKE and ESP."""

    transform_sets: tuple[TransformSet, ...] = ()
    maps: tuple[CryptoMap, ...] = ()
    dynamic_maps: tuple[CryptoMap, ...] = ()
    """Templates for peers that are not known before they come."""
    lifetime_seconds: int = 3600
    lifetime_kilobytes: int = 4_608_000
    idle_seconds: int | None = None
    """Without a packet for so long an SA ends; None: it does not."""
    replay_window: int | None = 64
    isakmp_enabled: bool = True
    df_bit: Literal["copy", "clear", "set"] = "copy"
    """DF of the outer header in tunnel mode: that of the inner one, 0 or 1."""
    fragment_first: bool = True
    """Cut what will not fit before encryption; False: encrypt it whole and cut the outer packet."""
    invalid_spi_recovery: bool = False
    """Begin Phase 1 with a peer whose SPI is not known: INITIAL-CONTACT makes it forget."""

    def profiles_named_for(self, peer: IPv4Address) -> Collection[str | None]:
        """Those of the crypto map entries with this peer."""
        entries = (entry for each in self.maps for entry in each.entries)
        return {entry.isakmp_profile for entry in entries if peer in entry.peers}
