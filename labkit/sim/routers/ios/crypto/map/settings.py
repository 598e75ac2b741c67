"""Rows of crypto maps: entries, what they hold, and what ties a whole map together.

Must not know what a map does to packets.
"""

from __future__ import annotations

from typing import Any

from labkit.sim.grammar import Match
from labkit.sim.routers.ios.configuring import BadWord, Configuring, MissingWords, Refusal
from labkit.sim.routers.ios.rows import Row, Setting


def _map_entry(config: Configuring, match: Match[Any]) -> None:
    old = config.tree.find(match.row.line_key(match))
    if old is not None and old.values.get("dynamic"):
        raise Refusal(_OTHER_TAG)
    if old is None and not match.said("ipsec-isakmp"):
        raise MissingWords
    config.set(match.row, match)
    if old is None:
        config.say("% NOTE: This new crypto map will remain disabled until a peer")
        config.say("        and a valid access list have been configured.")


_OTHER_TAG = "Attempt to change dynamic map tag for existing crypto map is not permitted.\n"


def _dynamic_use(config: Configuring, match: Match[Any]) -> None:
    """`crypto map NAME SEQUENCE ipsec-isakmp dynamic TAG`: no section, the tag says it all."""
    tag = match["dynamic"]
    old = config.tree.find(match.row.line_key(match))
    if old is not None and old.values.get("dynamic") != tag:
        raise Refusal(_OTHER_TAG)
    if not config.tree.under(f"crypto dynamic-map {tag}"):
        raise Refusal(f'ERROR: Crypto Map Template with tag "{tag}" does not exist.\n')
    config.set(match.row, match)
    config.to_global()


def _whole_dynamic_map(config: Configuring, match: Match[Any], negated: bool) -> None:
    """`no crypto dynamic-map NAME` takes out every entry."""
    if not negated:
        raise MissingWords
    config.take_out(config.tree, config.tree.under(f"crypto dynamic-map {match['name']}"))


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
    config.take_out(config.tree, config.tree.under(f"crypto map {name}"))


def _sets_exist(config: Configuring, match: Match[Any]) -> str | None:
    for name in _names(match):
        if config.tree.find(f"crypto ipsec transform-set {name}") is None:
            return f'ERROR: transform set with tag "{name}" does not exist.'
    return None


def _names(match: Match[Any]) -> list[str]:
    return [str(match[f"set{n}"]) for n in range(1, 7) if match.get(f"set{n}")]


def _peer(config: Configuring, match: Match[Any]) -> None:
    if match.get("default"):
        for line in config.section.under("set peer"):
            if line.text.endswith(" default"):
                line.text = line.text.removesuffix(" default")
    config.set(match.row, match)


def _named_peer(config: Configuring, match: Match[Any], negated: bool) -> None:
    """A peer by its name: kept as the address that the name has now."""
    host = config.tree.find(f"ip host {match['name']}")
    if host is None:
        raise BadWord(2)
    match.values["peer"] = host.values["address"]
    if negated:
        config.unset(match.row, match)
    else:
        _peer(config, match)


def _peer_text(match: Match[Any]) -> str:
    return f"set peer {match['peer']}" + (" default" if match.get("default") else "")


_PEERS = "set peer <peer:ipv4> [<default=default>]"
_SETS = "<set1:word> [<set2:word> [<set3:word> [<set4:word> [<set5:word> [<set6:word>]]]]]"

GLOBAL: list[Row] = [
    Setting("crypto map <name:word> <sequence:1-65535> [ipsec-isakmp]", 141,
            key="crypto map {name} {sequence}", put=_map_entry, enters="config-crypto-map",
            text=lambda match: f"crypto map {match['name']} {match['sequence']} ipsec-isakmp ",
            sort=lambda match: (match["name"], 1, match["sequence"])),
    Setting("crypto map <name:word> <sequence:1-65535> ipsec-isakmp dynamic <dynamic:word>", 141,
            key="crypto map {name} {sequence}", put=_dynamic_use,
            text=lambda match: f"{match.text} ",
            sort=lambda match: (match["name"], 1, match["sequence"])),
    Setting("crypto dynamic-map <name:word> <sequence:1-65535>", 140,
            key="crypto dynamic-map {name} {sequence}", enters="config-crypto-map",
            sort=lambda match: (match["name"], match["sequence"])),
    Setting("crypto dynamic-map <name:word>", 140, key="crypto dynamic-map {name}",
            act=_whole_dynamic_map),
    Setting("crypto map <name:word> local-address <interface:interface>", 141,
            key="crypto map {name} local-address",
            sort=lambda match: (match["name"], 0, 0)),
    Setting("crypto map <name:word>", 141, key="crypto map {name}", act=_whole_map),
]  # fmt: skip

ENTRY: list[Row] = [
    Setting("description <text:line>", 10, key="description"),
    Setting(_PEERS, 20, key="set peer {peer}", put=_peer),
    Setting("set peer <name:group> [<default=default>]", 20, key="set peer {peer}",
            act=_named_peer, text=_peer_text),
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
