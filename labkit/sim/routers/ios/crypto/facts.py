"""Facts of ISAKMP policies and keys, transform sets and crypto maps.

Without a policy of its own a router has the default ones of IOS 15.x ("default IKE policies",
since 12.4(20)T), unless `no crypto isakmp default policy` switches them off.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labkit.sim.model.config import Line
from labkit.sim.model.facts import (
    CryptoMap,
    CryptoMapEntry,
    Dpd,
    Ipsec,
    IsakmpKey,
    IsakmpPeer,
    IsakmpPolicy,
    IsakmpProfile,
    ReverseRoute,
    TransformSet,
)
from labkit.sim.routers.ios.crypto.isakmp.settings import HOST, kept_key
from labkit.sim.routers.ios.running import told

DEFAULT_POLICIES = (
    IsakmpPolicy(65507, "aes", 128, "sha", "rsa-sig", 5),
    IsakmpPolicy(65508, "aes", 128, "sha", "pre-share", 5),
    IsakmpPolicy(65509, "aes", 128, "md5", "rsa-sig", 5),
    IsakmpPolicy(65510, "aes", 128, "md5", "pre-share", 5),
    IsakmpPolicy(65511, "3des", None, "sha", "rsa-sig", 2),
    IsakmpPolicy(65512, "3des", None, "sha", "pre-share", 2),
    IsakmpPolicy(65513, "3des", None, "md5", "rsa-sig", 2),
    IsakmpPolicy(65514, "3des", None, "md5", "pre-share", 2),
)


def ipsec(tree: Line) -> Ipsec:
    """Everything under `crypto`."""
    limit = "crypto call admission limit ike in-negotiation-sa"
    lifetime = "crypto ipsec security-association lifetime"
    return Ipsec(
        policies=_policies(tree),
        keys=(
            *(_key(line, tree) for line in tree.under("crypto isakmp key")),
            *(key for ring in tree.under("crypto keyring") for key in _keyring(ring, tree)),
        ),
        profiles=tuple(_profile(line) for line in tree.under("crypto isakmp profile")),
        identity=_identity(tree),
        df_bit=told(tree, "crypto ipsec df-bit", "value", "copy"),
        fragment_first=tree.find("crypto ipsec fragmentation") is None,
        invalid_spi_recovery=tree.find("crypto isakmp invalid-spi-recovery") is not None,
        peers=tuple(_peer(line) for line in tree.under("crypto isakmp peer address")),
        negotiation_limit=told(tree, limit, "limit", 1000),
        transform_sets=tuple(
            transform_set(line) for line in tree.under("crypto ipsec transform-set")
        ),
        maps=_maps(tree, "crypto map"),
        dynamic_maps=_maps(tree, "crypto dynamic-map"),
        dpd=_dpd(tree.find("crypto isakmp keepalive")),
        lifetime_seconds=told(tree, f"{lifetime} seconds", "seconds", 3600),
        lifetime_kilobytes=told(tree, f"{lifetime} kilobytes", "kilobytes", 4_608_000),
        idle_seconds=told(tree, "crypto ipsec security-association idle-time", "seconds"),
        replay_window=_window(tree),
        isakmp_enabled=tree.find("crypto isakmp enable") is None,
        nat_keepalive=told(tree, "crypto isakmp nat keepalive", "seconds"),
        nat_transparency=tree.find("crypto ipsec nat-transparency") is None,
        aggressive_mode=tree.find("crypto isakmp aggressive-mode disable") is None,
    )


def _policies(tree: Line) -> tuple[IsakmpPolicy, ...]:
    """Those configured, or else the default ones."""
    typed = tuple(_policy(line) for line in tree.under("crypto isakmp policy"))
    if typed or tree.find("crypto isakmp default policy") is not None:
        return typed
    return DEFAULT_POLICIES


def _key(line: Line, tree: Line) -> IsakmpKey:
    key, address, mask, name = kept_key(line.text)
    if name is not None:
        host = tree.find(f"ip host {name}")
        address = host.values["address"] if host else None
    return IsakmpKey(key, address, mask, name)


def _keyring(ring: Line, tree: Line) -> Iterator[IsakmpKey]:
    """The keys of a `crypto keyring`."""
    for line in ring.under("pre-shared-key"):
        told, address = line.values, line.values.get("peer")
        if told.get("name") is not None:
            host = tree.find(f"ip host {told['name']}")
            address = host.values["address"] if host else None
        mask = told.get("mask") or HOST
        yield IsakmpKey(told["key"], address, mask, told.get("name"), ring.values["name"])


def _profile(section: Line) -> IsakmpProfile:
    identities = section.under("match identity address")
    return IsakmpProfile(
        section.values["name"],
        told(section, "keyring", "keyring"),
        tuple((line.values["peer"], line.values.get("mask") or HOST) for line in identities),
    )


def _identity(tree: Line) -> str | None:
    line = tree.find("crypto isakmp identity")
    if line is None or line.values["what"] != "hostname":
        return None  # a distinguished name is in a certificate: without one it is the address
    host, domain = tree.find("hostname"), tree.find("ip domain name")
    words = [host.text.split()[1] if host else "Router"]
    return ".".join(words + ([domain.text.split()[-1]] if domain else []))


def _peer(section: Line) -> IsakmpPeer:
    password = section.find("set aggressive-mode password")
    endpoint = section.find("set aggressive-mode client-endpoint")
    words = endpoint.text.split() if endpoint else []
    named = len(words) == 5 and words[3] in ("fqdn", "user-fqdn")
    return IsakmpPeer(
        section.values["peer"],
        password is not None and endpoint is not None,
        words[4] if named else None,
        told(section, "set aggressive-mode password", "key"),
    )


def _dpd(line: Line | None) -> Dpd | None:
    if line is None:
        return None
    values = line.values
    return Dpd(values["interval"], values.get("retry", 2), values.get("mode") == "periodic")


def _window(tree: Line) -> int | None:
    base = "crypto ipsec security-association replay"
    if tree.find(f"{base} disable") is not None:
        return None
    return int(told(tree, f"{base} window-size", "size", 64))


def _policy(section: Line) -> IsakmpPolicy:
    cipher = told(section, "encryption", "cipher", "des")
    return IsakmpPolicy(
        section.values["priority"],
        cipher,
        int(told(section, "encryption", "bits", 128)) if cipher == "aes" else None,
        told(section, "hash", "value", "sha"),
        told(section, "authentication", "value", "rsa-sig"),
        int(told(section, "group", "value", 1)),
        told(section, "lifetime", "seconds", 86_400),
    )


def transform_set(section: Line) -> TransformSet:
    """A transform set from its section."""
    values = section.values
    mode = section.find("mode")
    words = mode.text.split() if mode else ["mode", "tunnel"]
    cipher: Any = values.get("cipher") or "esp-null"
    bits = int(values.get("bits") or 128) if cipher in ("esp-aes", "esp-gcm") else None
    return TransformSet(
        values["name"],
        cipher,
        bits,
        values.get("integrity"),
        "transport" if words[1] == "transport" else "tunnel",
        "require" in words,
    )


def _maps(tree: Line, kind: str) -> tuple[CryptoMap, ...]:
    entries: dict[str, list[CryptoMapEntry]] = {}
    sources: dict[str, str] = {}
    for line in tree.under(kind):
        name = line.values["name"]
        entries.setdefault(name, [])
        if "interface" in line.values:
            sources[name] = str(line.values["interface"])
        else:
            entries[name].append(map_entry(line))
    return tuple(
        CryptoMap(name, tuple(found), sources.get(name)) for name, found in entries.items()
    )


def _reverse_route(section: Line) -> ReverseRoute | None:
    line = section.find("reverse-route")
    if line is None:
        return None
    return ReverseRoute(
        always=line.text.endswith(" static"),
        gateway=line.values.get("gateway"),
        distance=told(section, "set reverse-route distance", "distance", 1),
        tag=told(section, "set reverse-route tag", "tag", 0),
    )


def map_entry(section: Line) -> CryptoMapEntry:
    """A crypto map entry; the default peer comes first."""
    peers = section.under("set peer")
    peers.sort(key=lambda line: not line.text.endswith(" default"))
    sets = section.find("set transform-set")
    pfs = section.find("set pfs")
    replay = section.find("set security-association replay")
    lifetime = "set security-association lifetime"
    return CryptoMapEntry(
        sequence=section.values["sequence"],
        peers=tuple(line.values["peer"] for line in peers),
        transform_sets=tuple(sets.text.split()[2:]) if sets else (),
        acl=told(section, "match address", "acl"),
        pfs_group=int(pfs.text.split()[2].removeprefix("group")) if pfs else None,
        lifetime_seconds=told(section, f"{lifetime} seconds", "seconds"),
        lifetime_kilobytes=told(section, f"{lifetime} kilobytes", "kilobytes"),
        idle_seconds=told(section, "set security-association idle-time", "seconds"),
        replay_window=int(replay.values.get("size") or 0) if replay else None,
        reverse_route=_reverse_route(section),
        isakmp_profile=told(section, "set isakmp-profile", "profile"),
        dynamic=str(section.values.get("dynamic") or ""),
        description=told(section, "description", "text", ""),
    )
