"""Facts of IKE and ESP: policies, keys, transform sets, crypto maps (RFC 2407 to 2409).

Frozen values without a vendor; see the package's prologue.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Literal

from labkit.model.facts.filters import ALL_ONES


@dataclass(frozen=True, slots=True)
class IsakmpPolicy:
    """A Phase 1 protection suite (RFC 2409 §5, attributes of its appendix A).

    The defaults are those of IOS 15.x for an attribute that was not typed.
    """

    priority: int
    encryption: Literal["des", "3des", "aes"] = "des"
    key_bits: int | None = None
    """128, 192 or 256 for AES, None for the ciphers with one key length."""
    hash: Literal["md5", "sha", "sha256", "sha384", "sha512"] = "sha"
    authentication: Literal["pre-share", "rsa-sig", "rsa-encr"] = "rsa-sig"
    group: int = 1
    lifetime: int = 86400
    """Seconds."""


@dataclass(frozen=True, slots=True)
class IsakmpKey:
    """A pre-shared key for every peer that agrees with `address` under `mask` (a netmask)."""

    key: str
    address: IPv4Address | None
    """None: that of `hostname` is not known."""
    mask: IPv4Address = ALL_ONES
    hostname: str | None = None
    """The name that the key was given for."""
    keyring: str | None = None
    """None: it is in no keyring but that of all."""

    def covers(self, peer: IPv4Address) -> bool:
        """Whether this key is for `peer`."""
        if self.address is None:
            return False
        return int(peer) & int(self.mask) == int(self.address) & int(self.mask)


@dataclass(frozen=True, slots=True)
class IsakmpProfile:
    """`crypto isakmp profile`: whom it is for, and the keyring that alone counts for them."""

    name: str
    keyring: str | None = None
    identities: tuple[tuple[IPv4Address, IPv4Address], ...] = ()
    """Addresses and masks of peers that identify themselves by address."""

    def matches(self, peer: IPv4Address) -> bool:
        """Whether a peer with this address as its identity is one of the profile's."""
        return any((int(peer) ^ int(address)) & int(mask) == 0 for address, mask in self.identities)


@dataclass(frozen=True, slots=True)
class Dpd:
    """Dead peer detection (RFC 3706)."""

    interval: int
    retry: int = 2
    periodic: bool = False


@dataclass(frozen=True, slots=True)
class TransformSet:
    """A Phase 2 proposal: what ESP does to a packet (RFC 2407 §4.4.4, §4.5)."""

    name: str
    cipher: Literal["esp-aes", "esp-gcm", "esp-3des", "esp-des", "esp-null"] = "esp-aes"
    key_bits: int | None = 128
    integrity: (
        Literal[
            "esp-sha-hmac", "esp-sha256-hmac", "esp-sha384-hmac", "esp-sha512-hmac", "esp-md5-hmac"
        ]
        | None
    ) = None
    mode: Literal["tunnel", "transport"] = "tunnel"
    require_mode: bool = False
    """`mode transport require`: refuse anything else."""


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


@dataclass(frozen=True, slots=True)
class IsakmpPeer:
    """`crypto isakmp peer address …`: how Phase 1 with this peer begins.

    With `aggressive` it is aggressive mode (RFC 2409 §5.4), with `password` as the pre-shared
    key and `client_endpoint` as our identity; without these it is the global key, our address.
    """

    address: IPv4Address
    aggressive: bool = False
    client_endpoint: str | None = None
    """A name (ID_FQDN), a name with an @ (ID_USER_FQDN), or None for our address."""
    password: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ipsec:
    """Everything a gateway was told about IKE and ESP."""

    policies: tuple[IsakmpPolicy, ...] = ()
    """In order of priority, lowest number first."""
    keys: tuple[IsakmpKey, ...] = ()
    profiles: tuple[IsakmpProfile, ...] = ()
    transform_sets: tuple[TransformSet, ...] = ()
    maps: tuple[CryptoMap, ...] = ()
    dynamic_maps: tuple[CryptoMap, ...] = ()
    """Templates for peers that are not known before they come."""
    dpd: Dpd | None = None
    lifetime_seconds: int = 3600
    lifetime_kilobytes: int = 4_608_000
    idle_seconds: int | None = None
    """Without a packet for so long an SA ends; None: it does not."""
    replay_window: int | None = 64
    isakmp_enabled: bool = True
    nat_keepalive: int | None = None
    """Seconds between NAT keepalives, None for none (RFC 3948 §4)."""
    nat_transparency: bool = True
    """False: `no crypto ipsec nat-transparency udp-encapsulation`."""
    peers: tuple[IsakmpPeer, ...] = ()
    aggressive_mode: bool = True
    """False: `crypto isakmp aggressive-mode disable`."""
    negotiation_limit: int = 1000
    """`crypto call admission limit ike in-negotiation-sa`: peers' SAs that are half open."""
    df_bit: Literal["copy", "clear", "set"] = "copy"
    """DF of the outer header in tunnel mode: that of the inner one, 0 or 1."""
    fragment_first: bool = True
    """Cut what will not fit before encryption; False: encrypt it whole and cut the outer packet."""
    invalid_spi_recovery: bool = False
    """Begin Phase 1 with a peer whose SPI is not known: INITIAL-CONTACT makes it forget."""
    identity: str | None = None
    """The name that main mode identifies us by (ID_FQDN), None for our address."""

    def profile_for(self, peer: IPv4Address) -> IsakmpProfile | None:
        """What a crypto map entry with this peer names, or else what the peer's address matches."""
        entries = (entry for each in self.maps for entry in each.entries)
        named = {entry.isakmp_profile for entry in entries if peer in entry.peers}
        found = [each for each in self.profiles if each.name in named]
        found += [each for each in self.profiles if each.matches(peer)]
        return found[0] if found else None

    def key_for(self, peer: IPv4Address) -> IsakmpKey | None:
        """The pre-shared key for a peer, of those in its profile's keyring, if it has one:
        that of the longest mask that covers it."""
        profile = self.profile_for(peer)
        ring = profile.keyring if profile is not None else None
        keys = [key for key in self.keys if key.covers(peer) and ring in (None, key.keyring)]
        return max(keys, key=lambda key: int(key.mask), default=None)
