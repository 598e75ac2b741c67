"""Rows of `crypto isakmp`, keyrings and ISAKMP profiles, in the forms that IOS 15.x keeps.

Details are here as data: trailing spaces, defaults that are hidden, names.  IOS indents what
stands in keyrings and profiles by two and by three spaces.
"""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Any

from labkit.sim.grammar import Match
from labkit.sim.routers.ios.configuring import Configuring, Refusal
from labkit.sim.routers.ios.rows import Row, Setting

HOST = IPv4Address("255.255.255.255")


def _like_a_type(key: str) -> bool:
    """A key that would be read as the type of one."""
    return key.isdecimal() and int(key) <= 6


def _key_text(match: Match[Any]) -> str:
    kind = "6 " if match.get("type") == 6 else "0 " if _like_a_type(match["key"]) else ""
    after = " no-xauth" if match.said("no-xauth") else ""
    if match.get("name") is not None:
        return f"crypto isakmp key {kind}{match['key']} hostname {match['name']}{after}"
    tail = f" {match['mask']}" if match.get("mask") is not None else ""
    return f"crypto isakmp key {kind}{match['key']} address {match['peer']!s:<15}{tail}{after}"


def _own_mask(match: Match[Any]) -> IPv4Address:
    """What an address means without a mask: one peer, or with 0.0.0.0 every one."""
    return HOST if int(match["peer"]) else IPv4Address(0)


def _key(config: Configuring, match: Match[Any], negated: bool) -> None:
    """A peer has one key: another must wait until the first is taken out."""
    what = f"hostname {match.get('name')}"
    if match.get("name") is None:
        mask = match.get("mask") or _own_mask(match)
        if mask == _own_mask(match):
            match.values.pop("mask", None)
        what = f"address mask {match['peer']} {mask}"
    if negated:
        config.unset(match.row, match)
    elif config.tree.find(match.row.line_key(match)) is not None:
        raise Refusal(f"A pre-shared key for {what} already exists!\n\n")
    else:
        config.set(match.row, match)


def _encr_text(match: Match[Any]) -> str:
    bits = match.get("bits")
    return f"encr {match['cipher']}" + (f" {bits}" if bits not in (None, "128") else "")


GLOBAL: list[Row] = [
    Setting("crypto isakmp policy <priority:1-10000>", 120, key="crypto isakmp policy {priority}",
            enters="config-isakmp", sort=lambda match: (0, match["priority"])),
    Setting("crypto isakmp key [<type:0-6>] <key:word> address <peer:ipv4> [<mask:mask>] "
            "[no-xauth]", 121, key="crypto isakmp key address {peer} {mask}", text=_key_text,
            act=_key),
    Setting("crypto isakmp key [<type:0-6>] <key:word> hostname <name:word> [no-xauth]", 121,
            key="crypto isakmp key hostname {name}", text=_key_text, act=_key),
    Setting("crypto isakmp default policy", 119, key="crypto isakmp default policy",
            absent="no crypto isakmp default policy", default="crypto isakmp default policy"),
    Setting("crypto isakmp peer address <peer:ipv4>", 127, enters="config-isakmp-peer",
            key="crypto isakmp peer address {peer}"),
    Setting("crypto call admission limit ike in-negotiation-sa <limit:10-99999>", 117,
            key="crypto call admission limit ike in-negotiation-sa"),
    Setting("crypto isakmp keepalive <interval:10-3600> [<retry:2-60>] "
            "[<mode=on-demand|periodic>]", 122, key="crypto isakmp keepalive",
            text=lambda match: match.text.removesuffix(" on-demand")),
    Setting("crypto isakmp nat keepalive <seconds:5-3600>", 123,
            key="crypto isakmp nat keepalive"),
    Setting("crypto isakmp invalid-spi-recovery", 124),
    Setting("crypto isakmp identity <what=address|hostname|dn>", 125,
            key="crypto isakmp identity", default="crypto isakmp identity address"),
    Setting("crypto isakmp aggressive-mode disable", 126),
    Setting("crypto logging session", 118),
    Setting("crypto isakmp enable", 119, key="crypto isakmp enable",
            absent="no crypto isakmp enable", default="crypto isakmp enable"),
]  # fmt: skip

POLICY: list[Row] = [
    Setting("encryption <cipher=des|3des>", 10, key="encryption", text=_encr_text,
            default="encr des"),
    Setting("encryption <cipher=aes> [<bits=128|192|256>]", 10, key="encryption", text=_encr_text),
    Setting("hash <value=sha|sha256|sha384|sha512|md5>", 20, key="hash", default="hash sha"),
    Setting("authentication <value=pre-share|rsa-sig|rsa-encr>", 30, key="authentication",
            default="authentication rsa-sig"),
    Setting("group <value=1|2|5|14|15|16|19|20|21|24>", 40, key="group", default="group 1"),
    Setting("lifetime <seconds:60-86400>", 50, key="lifetime", default="lifetime 86400"),
]  # fmt: skip

PEER: list[Row] = [
    Setting("description <text:line>", 5, key="description"),
    Setting("set aggressive-mode password <key:word>", 10, key="set aggressive-mode password"),
    Setting("set aggressive-mode client-endpoint ( fqdn <endpoint:word> "
            "| user-fqdn <endpoint:word> | ipv4-address <endpoint:ipv4> )", 20,
            key="set aggressive-mode client-endpoint"),
]  # fmt: skip


def kept_key(text: str) -> tuple[str, IPv4Address | None, IPv4Address, str | None]:
    """From a kept `crypto isakmp key` line: the key, address and mask, or the host name."""
    words = text.removesuffix(" no-xauth").split()
    if words[-2] == "hostname":
        return words[-3], None, HOST, words[-1]
    at = len(words) - 1 - words[::-1].index("address")
    address = IPv4Address(words[at + 1])
    plain = "255.255.255.255" if int(address) else "0.0.0.0"
    mask = words[at + 2] if len(words) > at + 2 else plain
    return words[at - 1], address, IPv4Address(mask), None


# --------------------------------------------------------------------------- keyrings


def _entered(config: Configuring, match: Match[Any]) -> None:
    """A profile without `match identity` is told to be incomplete when it is new."""
    known = config.tree.find(match.row.line_key(match)) is not None
    config.set(match.row, match)
    if not known:
        config.say("% A profile is deemed incomplete until it has match identity statements")


def _ring_key(config: Configuring, match: Match[Any]) -> None:
    """A peer has one key in a keyring."""
    if config.section.find(match.row.line_key(match)) is not None:
        what = f"hostname {match.get('name')}"
        if "peer" in match.values:
            what = f"address mask {match['peer']} {match.get('mask') or HOST}"
        raise Refusal(f"A pre-shared key for {what} already exists!\n\n")
    config.set(match.row, match)


def _ring_key_text(match: Match[Any]) -> str:
    who = f"hostname {match['name']}" if match.get("name") else f"address {match['peer']}"
    mask = match.get("mask")
    who += f" {mask}" if mask not in (None, HOST) else ""
    return f" pre-shared-key {who} key {match['key']}"


def _identity_text(match: Match[Any]) -> str:
    return f"  match identity address {match['peer']} {match.get('mask') or HOST} "


def _profile_exists(config: Configuring, match: Match[Any]) -> str | None:
    name = match["profile"]
    if config.tree.find(f"crypto isakmp profile {name}") is None:
        return f'ERROR: ISAKMP profile with tag "{name}" does not exist.'
    return None


KEYRINGS: list[Row] = [
    Setting("crypto keyring <name:word>", 116, key="crypto keyring {name}", enters="conf-keyring",
            text=lambda match: f"crypto keyring {match['name']}  "),
    Setting("crypto isakmp profile <name:word>", 129, key="crypto isakmp profile {name}",
            enters="conf-isa-prof", put=_entered),
]  # fmt: skip

KEYRING: list[Row] = [
    Setting("description <text:line>", 5, key="description"),
    Setting("pre-shared-key address <peer:ipv4> [<mask:mask>] key [<type:0-0>] <key:word>", 10,
            key="pre-shared-key address {peer} {mask}", text=_ring_key_text, put=_ring_key),
    Setting("pre-shared-key hostname <name:word> key [<type:0-0>] <key:word>", 10,
            key="pre-shared-key hostname {name}", text=_ring_key_text, put=_ring_key),
]  # fmt: skip

PROFILE: list[Row] = [
    Setting("description <text:line>", 5, key="description"),
    Setting("keyring <keyring:word>", 10, key="keyring",
            text=lambda match: f"  keyring {match['keyring']}"),
    Setting("match identity address <peer:ipv4> [<mask:mask>]", 20,
            key="match identity address {peer} {mask}", text=_identity_text),
]  # fmt: skip

USE: list[Row] = [
    Setting("set isakmp-profile <profile:word>", 45, key="set isakmp-profile",
            check=_profile_exists),
]  # fmt: skip
"""In an entry of a crypto map."""
