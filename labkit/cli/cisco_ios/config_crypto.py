"""Rows of `crypto isakmp`, `crypto ipsec` and `crypto map`, in the forms that IOS 15.x keeps.

FACTS-style details are here as data: trailing spaces, defaults that are hidden, names.
"""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Any

from labkit.cli.cisco_ios.configuring import Configuring, MissingWords, Refusal
from labkit.cli.cisco_ios.rows import Row, Setting
from labkit.cli.grammar import Match
from labkit.model.config import Line

# ------------------------------------------------------------------------- Phase 1


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
    return IPv4Address("255.255.255.255" if int(match["peer"]) else "0.0.0.0")


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


def _client_endpoint(match: Match[Any]) -> str:
    kind = next(each for each in ("fqdn", "user-fqdn", "ipv4-address") if match.said(each))
    return f"set aggressive-mode client-endpoint {kind} {match['endpoint']}"


def _encr_text(match: Match[Any]) -> str:
    bits = match.get("bits")
    return f"encr {match['cipher']}" + (f" {bits}" if bits not in (None, "128") else "")


ISAKMP: list[Row] = [
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
    Setting("encryption <cipher=des|3des>", 10, key="encr", text=_encr_text, default="encr des"),
    Setting("encryption <cipher=aes> [<bits=128|192|256>]", 10, key="encr", text=_encr_text),
    Setting("encr <cipher=des|3des>", 10, key="encr", text=_encr_text, default="encr des"),
    Setting("encr <cipher=aes> [<bits=128|192|256>]", 10, key="encr", text=_encr_text),
    Setting("hash <value=sha|sha256|sha384|sha512|md5>", 20, key="hash", default="hash sha"),
    Setting("authentication <value=pre-share|rsa-sig|rsa-encr>", 30, key="authentication",
            default="authentication rsa-sig"),
    Setting("group <value=1|2|5|14|15|16|19|20|21|24>", 40, key="group", default="group 1"),
    Setting("lifetime <seconds:60-86400>", 50, key="lifetime", default="lifetime 86400"),
]  # fmt: skip

PEER: list[Row] = [
    Setting("description <text:line>", 5, key="description"),
    Setting("set aggressive-mode password <key:word>", 10, key="set aggressive-mode password"),
    Setting("set aggressive-mode client-endpoint fqdn <endpoint:word>", 20,
            key="set aggressive-mode client-endpoint", text=_client_endpoint),
    Setting("set aggressive-mode client-endpoint user-fqdn <endpoint:word>", 20,
            key="set aggressive-mode client-endpoint", text=_client_endpoint),
    Setting("set aggressive-mode client-endpoint ipv4-address <endpoint:ipv4>", 20,
            key="set aggressive-mode client-endpoint", text=_client_endpoint),
]  # fmt: skip

# ------------------------------------------------------------------------- Phase 2

_CIPHERS = ("( <cipher=esp-des|esp-3des|esp-null> "
            "| <cipher=esp-aes|esp-gcm> [<bits=128|192|256>] )")  # fmt: skip
_HMACS = "<integrity=esp-md5-hmac|esp-sha-hmac|esp-sha256-hmac|esp-sha384-hmac|esp-sha512-hmac>"


def transforms_text(match: Match[Any]) -> str:
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
    return f"crypto ipsec transform-set {match['name']} {transforms_text(match)} "


def _transform_set(config: Configuring, match: Match[Any], negated: bool) -> None:
    row, name = match.row, match["name"]
    if negated:
        users = [
            line
            for line in config.tree.under("crypto map")
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


_PEERS = "set peer <peer:ipv4> [<default=default>]"

IPSEC: list[Row] = [
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

# ------------------------------------------------------------------------- crypto maps


def _map_entry(config: Configuring, match: Match[Any], negated: bool) -> None:
    row = match.row
    if negated:
        config.unset(row, match)
        return
    known = config.tree.find(row.line_key(match)) is not None
    if not known and not match.said("ipsec-isakmp"):
        raise MissingWords
    config.set(row, match)
    if not known:
        config.say("% NOTE: This new crypto map will remain disabled until a peer")
        config.say("        and a valid access list have been configured.")


def _whole_map(config: Configuring, match: Match[Any], negated: bool) -> None:
    """`no crypto map NAME` takes out every entry; without `no` the line must go on."""
    if not negated:
        raise MissingWords
    name = match["name"]
    users = [
        line.text.split()[1]
        for line in config.tree.under("interface")
        for applied in line.under("crypto map")
        if applied.text.split()[2] == name
    ]
    if users:
        raise Refusal(
            f"% Crypto-map {name} is in use by interface(s): {', '.join(users)}. "
            "Please remove the map from the above interface(s).\n"
        )
    for line in config.tree.under(f"crypto map {name}"):
        config.tree.remove(line.key)
        config.device.changed()


def _sets_exist(config: Configuring, match: Match[Any]) -> str | None:
    for name in _names(match):
        if config.tree.find(f"crypto ipsec transform-set {name}") is None:
            return f'ERROR: transform set with tag "{name}" does not exist.'
    return None


def _names(match: Match[Any]) -> list[str]:
    return [str(match[f"set{n}"]) for n in range(1, 7) if match.get(f"set{n}")]


def _peer(config: Configuring, match: Match[Any], negated: bool) -> None:
    row = match.row
    if negated:
        config.unset(row, match)
        return
    if match.get("default"):
        for line in config.section.under("set peer"):
            if line.text.endswith(" default"):
                line.text = line.text.removesuffix(" default")
    config.set(row, match)


_SETS = "<set1:word> [<set2:word> [<set3:word> [<set4:word> [<set5:word> [<set6:word>]]]]]"

MAPS: list[Row] = [
    Setting("crypto map <name:word> <sequence:1-65535> [ipsec-isakmp]", 141,
            key="crypto map {name} {sequence}", act=_map_entry, enters="config-crypto-map",
            text=lambda match: f"crypto map {match['name']} {match['sequence']} ipsec-isakmp ",
            sort=lambda match: (match["name"], 1, match["sequence"])),
    Setting("crypto map <name:word> local-address <interface:interface>", 141,
            key="crypto map {name} local-address",
            sort=lambda match: (match["name"], 0, 0)),
    Setting("crypto map <name:word>", 141, key="crypto map {name}", act=_whole_map),
]  # fmt: skip

MAP_ENTRY: list[Row] = [
    Setting("description <text:line>", 10, key="description"),
    Setting(_PEERS, 20, key="set peer {peer}", act=_peer),
    Setting("set security-association lifetime seconds <seconds:120-2592000>", 30,
            key="set security-association lifetime seconds"),
    Setting("set security-association lifetime kilobytes <kilobytes:2560-4294967295>", 31,
            key="set security-association lifetime kilobytes"),
    Setting("set security-association idle-time <seconds:60-86400>", 32,
            key="set security-association idle-time"),
    Setting("set security-association replay window-size <size=64|128|256|512|1024>", 33,
            key="set security-association replay"),
    Setting("set security-association replay disable", 33,
            key="set security-association replay"),
    Setting(f"set transform-set {_SETS}", 40, key="set transform-set", check=_sets_exist,
            text=lambda match: " ".join(["set transform-set", *_names(match)]) + " "),
    Setting("set pfs [<group=group1|group2|group5|group14|group15|group16|group19|group20|"
            "group21|group24>]", 50, key="set pfs",
            text=lambda match: f"set pfs {match.get('group', 'group1')}"),
    Setting("match address <acl:word>", 60, key="match address"),
    Setting("set reverse-route distance <distance:1-255>", 55, key="set reverse-route distance",
            default="set reverse-route distance 1"),
    Setting("set reverse-route tag <tag:1-4294967295>", 56, key="set reverse-route tag"),
    Setting("reverse-route [static]", 70, key="reverse-route"),
    Setting("reverse-route remote-peer <gateway:ipv4> [static]", 70, key="reverse-route"),
]  # fmt: skip

GLOBAL: list[Row] = [*ISAKMP, *IPSEC, *MAPS]


def kept_key(text: str) -> tuple[str, IPv4Address | None, IPv4Address, str | None]:
    """From a kept `crypto isakmp key` line: the key, address and mask, or the host name."""
    words = text.removesuffix(" no-xauth").split()
    if words[-2] == "hostname":
        return words[-3], None, IPv4Address("255.255.255.255"), words[-1]
    at = len(words) - 1 - words[::-1].index("address")
    address = IPv4Address(words[at + 1])
    plain = "255.255.255.255" if int(address) else "0.0.0.0"
    mask = words[at + 2] if len(words) > at + 2 else plain
    return words[at - 1], address, IPv4Address(mask), None
