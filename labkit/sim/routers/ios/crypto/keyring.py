"""Rows of keyrings and ISAKMP profiles: which keys are for which peers.

IOS indents what stands in them by two and by three spaces, which is kept.
"""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Any

from labkit.sim.grammar import Match
from labkit.sim.routers.ios.configuring import Configuring, Refusal
from labkit.sim.routers.ios.rows import Row, Setting

HOST = IPv4Address("255.255.255.255")


def _entered(config: Configuring, match: Match[Any], negated: bool) -> None:
    """A profile without `match identity` is told to be incomplete when it is new."""
    row = match.row
    if negated:
        config.unset(row, match)
        return
    known = config.tree.find(row.line_key(match)) is not None
    config.set(row, match)
    if not known:
        config.say("% A profile is deemed incomplete until it has match identity statements")


def _key(config: Configuring, match: Match[Any], negated: bool) -> None:
    """A peer has one key in a keyring."""
    row = match.row
    if negated:
        config.unset(row, match)
        return
    if config.section.find(row.line_key(match)) is not None:
        what = f"hostname {match.get('name')}"
        if "peer" in match.values:
            what = f"address mask {match['peer']} {match.get('mask') or HOST}"
        raise Refusal(f"A pre-shared key for {what} already exists!\n\n")
    config.set(row, match)


def _key_text(match: Match[Any]) -> str:
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


GLOBAL: list[Row] = [
    Setting("crypto keyring <name:word>", 116, key="crypto keyring {name}", enters="conf-keyring",
            text=lambda match: f"crypto keyring {match['name']}  "),
    Setting("crypto isakmp profile <name:word>", 129, key="crypto isakmp profile {name}",
            enters="conf-isa-prof", act=_entered),
]  # fmt: skip

KEYRING: list[Row] = [
    Setting("description <text:line>", 5, key="description"),
    Setting("pre-shared-key address <peer:ipv4> [<mask:mask>] key [<type:0-0>] <key:word>", 10,
            key="pre-shared-key address {peer} {mask}", text=_key_text, act=_key),
    Setting("pre-shared-key hostname <name:word> key [<type:0-0>] <key:word>", 10,
            key="pre-shared-key hostname {name}", text=_key_text, act=_key),
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
