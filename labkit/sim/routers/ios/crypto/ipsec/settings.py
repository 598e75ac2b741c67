"""Rows of `crypto ipsec`: lifetimes, options, transform sets, in the forms IOS 15.x keeps."""

from __future__ import annotations

from typing import Any

from labkit.sim.grammar import Match
from labkit.sim.model.config import Line
from labkit.sim.routers.ios.configuring import Configuring, MissingWords, Refusal
from labkit.sim.routers.ios.rows import Row, Setting

_CIPHERS = ("( <cipher=esp-des|esp-3des|esp-null> "
            "| <cipher=esp-aes|esp-gcm> [<bits=128|192|256>] )")  # fmt: skip
_HMACS = "<integrity=esp-md5-hmac|esp-sha-hmac|esp-sha256-hmac|esp-sha384-hmac|esp-sha512-hmac>"


def _transforms_text(match: Match[Any]) -> str:
    """The transforms as the configuration writes them: 128 bits go without saying."""
    parts = []
    if match.get("cipher"):
        parts.append(str(match["cipher"]))
        if match.get("bits") not in (None, "128"):
            parts.append(str(match["bits"]))
    if match.get("integrity"):
        parts.append(str(match["integrity"]))
    return " ".join(parts)


def _transform_text(match: Match[Any]) -> str:
    return f"crypto ipsec transform-set {match['name']} {_transforms_text(match)} "


def _transform_set(config: Configuring, match: Match[Any], negated: bool) -> None:
    row, name = match.row, match["name"]
    if negated:
        users = [
            line
            for kind in ("crypto map", "crypto dynamic-map")
            for line in config.tree.under(kind)
            if any(name in c.text.split()[2:] for c in line.under("set transform-set"))
        ]
        if users:
            raise Refusal(
                f"ERROR: transform set {name} is in use by crypto map {users[0].text.split()[2]}.\n"
            )
        config.unset(row, match)
        return
    if not match.get("cipher") and not match.get("integrity"):
        old = config.tree.find(row.line_key(match))
        if old is None:
            raise MissingWords
        config.enter("cfg-crypto-trans", old, match)
        return
    gcm = match.get("cipher") == "esp-gcm"
    if gcm and match.get("integrity"):
        raise Refusal("% Invalid transform proposal\n")
    known = config.tree.find(row.line_key(match))
    line = config.set(row, match)
    if known is None and line is not None:
        line.put(Line("mode tunnel", "mode", (10,), values={"mode": "tunnel"}))


GLOBAL: list[Row] = [
    Setting("crypto ipsec security-association lifetime seconds <seconds:120-2592000>", 130,
            key="crypto ipsec security-association lifetime seconds",
            default="crypto ipsec security-association lifetime seconds 3600"),
    Setting("crypto ipsec security-association lifetime kilobytes <kilobytes:2560-4294967295>",
            130, key="crypto ipsec security-association lifetime kilobytes",
            default="crypto ipsec security-association lifetime kilobytes 4608000"),
    Setting("crypto ipsec security-association idle-time <seconds:60-86400>", 130,
            key="crypto ipsec security-association idle-time"),
    Setting("crypto ipsec security-association replay window-size "
            "<size=64|128|256|512|1024>", 131,
            key="crypto ipsec security-association replay window-size",
            default="crypto ipsec security-association replay window-size 64"),
    Setting("crypto ipsec security-association replay disable", 131),
    Setting("crypto ipsec df-bit <value=clear|copy|set>", 132, key="crypto ipsec df-bit",
            default="crypto ipsec df-bit copy"),
    Setting("crypto ipsec fragmentation <when=before-encryption|after-encryption>", 132,
            key="crypto ipsec fragmentation",
            default="crypto ipsec fragmentation before-encryption"),
    Setting("crypto ipsec nat-transparency udp-encapsulation", 133,
            key="crypto ipsec nat-transparency",
            absent="no crypto ipsec nat-transparency udp-encapsulation",
            default="crypto ipsec nat-transparency udp-encapsulation"),
    Setting(f"crypto ipsec transform-set <name:word> [{_CIPHERS}] [{_HMACS}]", 135,
            key="crypto ipsec transform-set {name}", text=_transform_text, act=_transform_set,
            enters="cfg-crypto-trans"),
    Setting(f"crypto ipsec transform-set <name:word> {_HMACS} {_CIPHERS}", 135,
            key="crypto ipsec transform-set {name}", text=_transform_text, act=_transform_set,
            enters="cfg-crypto-trans"),
]  # fmt: skip

TRANSFORM_SET: list[Row] = [
    Setting("mode <mode=tunnel>", 10, key="mode", absent="mode tunnel"),
    Setting("mode <mode=transport> [<require=require>]", 10, key="mode", absent="mode tunnel"),
]
