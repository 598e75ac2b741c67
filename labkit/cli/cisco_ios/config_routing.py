"""Rows of static routes, BGP, prefix lists and route maps.

Must not know how routes are chosen.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import Any

from labkit.cli.cisco_ios.config_interface import interface_address, mask_length
from labkit.cli.cisco_ios.configuring import Configuring, MissingWords, Refusal
from labkit.cli.cisco_ios.rows import Command, Row, Setting
from labkit.cli.grammar import Match
from labkit.model.config import Line, Order

# ------------------------------------------------------------------------- static routes


def _route(config: Configuring, match: Match[Any], negated: bool) -> None:
    row, prefix = match.row, match["prefix"]
    length = mask_length(match["mask"])
    if length is None or int(prefix) & ~int(match["mask"]) & 0xFFFFFFFF:
        raise Refusal("%Inconsistent address and mask\n")
    base = f"ip route {prefix} {match['mask']}"
    if negated:
        gone = [
            line
            for line in config.tree.under(base)
            if (match.get("via") is None and match.get("interface") is None)
            or line.key == row.line_key(match)
        ]
        if not gone:
            raise Refusal("%No matching route to delete\n")
        for line in gone:
            config.tree.remove(line.key)
        config.device.changed()
        return
    via = match.get("via")
    if via is None and match.get("interface") is None:
        raise MissingWords
    own = [interface_address(line) for line in config.tree.under("interface")]
    if via is not None and any(each is not None and each.ip == via for each in own):
        raise Refusal("%Invalid next hop address (it's this router)\n")
    if (
        str(match.get("interface", "")).startswith("Gigabit")
        and config.tree.find(f"interface {match['interface']}") is None
    ):
        raise Refusal(f"%Invalid interface {match['interface']}\n")
    config.set(row, match)


_TAIL = "{ <distance:1-255> | name <name:word> | tag <tag:1-4294967295> | permanent }*"

STATIC: list[Row] = [
    Setting("ip route <prefix:ipv4> <mask:mask> [( <via:ipv4> "
            f"| <interface:interface> [<via:ipv4>] ) {_TAIL}]", 190,
            key="ip route {prefix} {mask} {interface} {via}", act=_route,
            sort=lambda match: (int(match["prefix"]), int(match["mask"]))),
]  # fmt: skip

# ------------------------------------------------------------------------- BGP


def _bgp(config: Configuring, match: Match[Any], negated: bool) -> None:
    row = match.row
    running = config.tree.under("router bgp")
    other = next((line for line in running if line.key != row.line_key(match)), None)
    if other is not None and not negated:
        raise Refusal(f"BGP is already running; AS is {other.text.split()[2]}\n")
    if negated:
        config.unset(row, match)
        return
    new = not running
    line = config.set(row, match)
    if new and line is not None:
        line.put(Line("bgp log-neighbor-changes", "bgp log-neighbor-changes", (11,)))


def _classful(address: IPv4Address) -> int:
    first = int(address) >> 24
    return 8 if first < 128 else 16 if first < 192 else 24


def _network_text(match: Match[Any]) -> str:
    prefix, mask = match["prefix"], match.get("mask")
    length = _classful(prefix) if mask is None else mask_length(mask)
    if length is None:
        return f"network {prefix} mask {mask}"
    network = IPv4Network((prefix, length), strict=False)
    tail = "" if length == _classful(prefix) else f" mask {network.netmask}"
    return f"network {network.network_address}{tail}"


def _mask_is_good(config: Configuring, match: Match[Any]) -> str | None:
    mask = match.get("mask")
    if mask is not None and mask_length(mask) is None:
        return "% BGP: Invalid network mask"
    return None


def _neighbor_known(config: Configuring, match: Match[Any]) -> str | None:
    known = ("remote-as", "peer-group")
    if any(config.section.find(f"neighbor {match['peer']} {word}") for word in known):
        return None
    if isinstance(match["peer"], str):
        return "% Create the peer-group first"
    return "% Specify remote-as or peer-group commands first"


def _remote_as(config: Configuring, match: Match[Any], negated: bool) -> None:
    """`no neighbor X remote-as` takes the neighbour out with all its lines."""
    peer = match["peer"]
    if isinstance(peer, str) and config.section.find(f"neighbor {peer} peer-group") is None:
        raise Refusal("% Create the peer-group first\n")
    if not negated:
        config.set(match.row, match)
    elif isinstance(peer, str):
        config.unset(match.row, match)
    else:
        _no_neighbor(config, match, negated)


def _no_neighbor(config: Configuring, match: Match[Any], negated: bool) -> None:
    if not negated:
        raise MissingWords
    for line in config.section.under(f"neighbor {match['peer']}"):
        config.section.remove(line.key)
        config.device.changed()


def _group(config: Configuring, match: Match[Any], negated: bool) -> None:
    """Make a peer group, or unmake it with the memberships in it."""
    if not negated:
        config.set(match.row, match)
        return
    _no_neighbor(config, match, negated)
    for member in members(config.section, match["peer"]):
        config.section.remove(member.key)
        peer = member.values["peer"]
        if config.section.find(f"neighbor {peer} remote-as") is None:
            for line in config.section.under(f"neighbor {peer}"):
                config.section.remove(line.key)


def _member(config: Configuring, match: Match[Any], negated: bool) -> None:
    """A neighbour may have its AS of its group; without either it is none."""
    peer, group, section = match["peer"], match["name"], config.section
    own = section.find(f"neighbor {peer} remote-as")
    if negated:
        config.unset(match.row, match)
        if own is None:
            _no_neighbor(config, match, negated)
    elif section.find(f"neighbor {group} peer-group") is None:
        raise Refusal("% Create the peer-group first\n")
    elif own is None and section.find(f"neighbor {group} remote-as") is None:
        raise Refusal("% Specify remote-as or peer-group remote AS first\n")
    else:
        config.set(match.row, match)


def members(section: Line, group: str) -> list[Line]:
    """The lines by which neighbours are in a peer group."""
    return [
        line for line in section.under("neighbor") if line.text.endswith(f" peer-group {group}")
    ]


def _of_peer(match: Match[Any], place: int) -> Order:
    """Groups first, each neighbour's lines together."""
    peer = match["peer"]
    return (0, peer, place) if isinstance(peer, str) else (1, int(peer), place)


_ANY = "( <peer:ipv4> | <peer:group> )"


def _neighbor(syntax: str, place: int, key: str, **more: Any) -> Setting:
    return Setting(
        f"neighbor {_ANY} {syntax}",
        40,
        key=f"neighbor {{peer}} {key}",
        sort=lambda match: _of_peer(match, place),
        check=_neighbor_known,
        **more,
    )


ROUTER_BGP: list[Row] = [
    Setting("bgp router-id <id:ipv4>", 10, key="bgp router-id"),
    Setting("bgp log-neighbor-changes", 11),
    Setting("network <prefix:ipv4> [mask <mask:mask>]", 20, text=_network_text,
            check=_mask_is_good),
    Setting("redistribute <what=connected|static>", 30),
    Setting("timers bgp <keepalive:0-65535> <hold:0-65535>", 35, key="timers bgp"),
    Setting("neighbor <peer:group> peer-group", 40, key="neighbor {peer} peer-group", act=_group,
            sort=lambda match: _of_peer(match, 0)),
    Setting(f"neighbor {_ANY} remote-as <as:1-4294967295>", 40,
            key="neighbor {peer} remote-as", act=_remote_as,
            sort=lambda match: _of_peer(match, 1)),
    Setting("neighbor <peer:ipv4> peer-group <name:word>", 40, key="neighbor {peer} peer-group",
            act=_member, sort=lambda match: _of_peer(match, 2)),
    Setting("neighbor <peer:ipv4>", 40, key="neighbor {peer}", act=_no_neighbor),
    _neighbor("description <text:line>", 3, "description"),
    _neighbor("shutdown", 4, "shutdown"),
    _neighbor("ebgp-multihop [<hops:1-255>]", 5, "ebgp-multihop"),
    _neighbor("password <password:word>", 6, "password"),
    _neighbor("update-source <interface:interface>", 7, "update-source"),
    _neighbor("timers <keepalive:0-65535> <hold:0-65535>", 8, "timers"),
    _neighbor("next-hop-self", 9, "next-hop-self"),
    _neighbor("send-community [both|standard|extended]", 10, "send-community"),
    _neighbor("weight <weight:0-65535>", 11, "weight"),
    _neighbor("soft-reconfiguration inbound", 12, "soft-reconfiguration inbound"),
    _neighbor("prefix-list <list:word> <direction=in|out>", 13, "prefix-list {direction}"),
    _neighbor("route-map <map:word> <direction=in|out>", 14, "route-map {direction}"),
    _neighbor("activate", 15, "activate", act=lambda config, match, negated: None),
    Setting("maximum-paths <paths:1-32>", 50, key="maximum-paths", default="maximum-paths 1"),
    Setting("auto-summary", 60, default="auto-summary",
            act=lambda config, match, negated: None),
    Setting("synchronization", 60, default="synchronization",
            act=lambda config, match, negated: None),
    Setting("address-family ipv4 [unicast]", 70,
            act=lambda config, match, negated: config.enter(
                "config-router-af", config.section, match)),
]  # fmt: skip
AF: list[Row] = [
    *[row for row in ROUTER_BGP if "address-family" not in row.syntax],
    Command("exit-address-family"),
]

# ------------------------------------------------------------------------- policy


def _prefix_list(config: Configuring, match: Match[Any], negated: bool) -> None:
    name, sequence = match["name"], match.get("sequence")
    lines = config.tree.under(f"ip prefix-list {name}")
    if negated:
        gone = lines
        if sequence is not None:
            gone = [line for line in lines if line.values.get("sequence") == sequence]
        elif match.get("prefix") is not None:
            rule = _prefix_rule(match)
            gone = [line for line in lines if line.text.split(None, 5)[5] == rule]
        for line in gone:
            config.tree.remove(line.key)
            config.device.changed()
        return
    if match.get("prefix") is None:
        raise MissingWords
    length, low, high = match["prefix"].prefixlen, match.get("ge"), match.get("le")
    bounds = [length, *([low] if low else []), *([high] if high else [])]
    if bounds != sorted(bounds) or length in bounds[1:]:
        raise Refusal(
            f"% Invalid prefix range for {match['prefix']}, make sure: len < ge-value <= le-value\n"
        )
    if sequence is None:
        sequence = max((line.values["sequence"] for line in lines), default=0) // 5 * 5 + 5
    key = f"ip prefix-list {name} seq {sequence}"
    text = f"{key} {_prefix_rule(match)}"
    config.tree.put(Line(text, key, (220, name, sequence),
                         values={**match.values, "sequence": sequence}))  # fmt: skip
    config.device.changed()


def _prefix_rule(match: Match[Any]) -> str:
    rule = f"{match['action']} {match['prefix']}"
    for bound in ("ge", "le"):
        rule += f" {bound} {match[bound]}" if match.get(bound) else ""
    return rule


def _route_map(config: Configuring, match: Match[Any], negated: bool) -> None:
    name, sequence = match["name"], match.get("sequence")
    if negated:
        for line in config.tree.under(f"route-map {name}"):
            if sequence in (None, line.values.get("sequence")):
                config.tree.remove(line.key)
                config.device.changed()
        return
    sequence = sequence or 10
    key = f"route-map {name} {sequence}"
    text = f"route-map {name} {match.get('action', 'permit')} {sequence}"
    old = config.tree.find(key)
    values = {**match.values, "sequence": sequence, "action": match.get("action", "permit")}
    line = config.tree.put(Line(text, key, (230, name, sequence), values=values))
    config.enter("config-route-map", line, match)
    if old is None or old.text != text:
        config.device.changed()


POLICY: list[Row] = [
    Setting("ip prefix-list <name:word> [[seq <sequence:1-4294967294>] "
            "[<action=permit|deny> <prefix:prefix> { ge <ge:1-32> | le <le:1-32> }*]]", 220,
            key="ip prefix-list {name}", act=_prefix_list),
    Setting("route-map <name:word> [<action=permit|deny> [<sequence:0-65535>]]", 230,
            key="route-map {name}", act=_route_map),
]  # fmt: skip

_AS = "<as1:1-4294967295>" + "".join(f" [<as{n}:1-4294967295>" for n in range(2, 11)) + "]" * 9

ROUTE_MAP: list[Row] = [
    Setting("description <text:line>", 5, key="description"),
    Setting("match ip address prefix-list <list1:word> [<list2:word> [<list3:word>]]", 10,
            key="match ip address prefix-list"),
    Setting("match ip address <acl:word>", 11, key="match ip address"),
    Setting("set local-preference <value:0-4294967295>", 20, key="set local-preference"),
    Setting("set metric <value:0-4294967295>", 21, key="set metric"),
    Setting("set weight <value:0-65535>", 23, key="set weight"),
    Setting(f"set as-path prepend {_AS}", 22, key="set as-path prepend"),
]  # fmt: skip

NAT: list[Row] = [
    Setting("ip nat inside source list <acl:word> interface <interface:interface> [overload]",
            185, key="ip nat inside source list {acl}"),
    Setting("ip nat inside source static <inside:ipv4> <outside:ipv4>", 185,
            key="ip nat inside source static {inside} {outside}"),
]  # fmt: skip

GLOBAL: list[Row] = [
    *STATIC,
    Setting("router bgp <as:1-4294967295>", 160, key="router bgp {as}", enters="config-router",
            act=_bgp),
    *POLICY,
    *NAT,
]  # fmt: skip
