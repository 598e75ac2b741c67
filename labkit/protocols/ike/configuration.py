"""What an IKE machine is told: policies, keys, profiles, transform sets (RFC 2407 to 2409).

Frozen values in IOS's words.  Which traffic to protect is in crypto maps, and these are the
router's: it builds its own facts on `IkeConfiguration`.

Must not know: messages, SAs, crypto maps.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Literal

HOST_MASK = IPv4Address("255.255.255.255")


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
    mask: IPv4Address = HOST_MASK
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


@dataclass(frozen=True, slots=True, kw_only=True)
class IkeConfiguration:
    """Everything an IKE machine is told at once."""

    policies: tuple[IsakmpPolicy, ...] = ()
    """In order of priority, lowest number first."""
    keys: tuple[IsakmpKey, ...] = ()
    profiles: tuple[IsakmpProfile, ...] = ()
    peers: tuple[IsakmpPeer, ...] = ()
    dpd: Dpd | None = None
    nat_keepalive: int | None = None
    """Seconds between NAT keepalives, None for none (RFC 3948 §4)."""
    nat_transparency: bool = True
    """False: `no crypto ipsec nat-transparency udp-encapsulation`."""
    aggressive_mode: bool = True
    """False: `crypto isakmp aggressive-mode disable`."""
    negotiation_limit: int = 1000
    """`crypto call admission limit ike in-negotiation-sa`: peers' SAs that are half open."""
    identity: str | None = None
    """The name that main mode identifies us by (ID_FQDN), None for our address."""

    def profiles_named_for(self, peer: IPv4Address) -> Collection[str | None]:
        """The names of profiles that something else than its address gives a peer."""
        return ()

    def profile_for(self, peer: IPv4Address) -> IsakmpProfile | None:
        """The profile that is named for a peer, or else the one that its address matches."""
        named = self.profiles_named_for(peer)
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
