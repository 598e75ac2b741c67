"""Rows of `router bgp`, and what they mean.

Must not know how routes are chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from labkit.sim.grammar import Match
from labkit.sim.model.config import Line, Order
from labkit.sim.model.facts import Bgp, BgpNeighbor
from labkit.sim.routers.ios.configuring import Configuring, MissingWords, Refusal
from labkit.sim.routers.ios.interface.settings import classful_length, mask_length
from labkit.sim.routers.ios.rows import Command, Row, Setting
from labkit.sim.routers.ios.running import told


def _bgp(config: Configuring, match: Match[Any]) -> None:
    running = config.tree.under("router bgp")
    other = next((line for line in running if line.key != match.row.line_key(match)), None)
    if other is not None:
        raise Refusal(f"BGP is already running; AS is {other.text.split()[2]}\n")
    line = config.set(match.row, match)
    if not running and line is not None:
        line.put(Line("bgp log-neighbor-changes", "bgp log-neighbor-changes", (11,)))


def _network_text(match: Match[Any]) -> str:
    prefix, mask = match["prefix"], match.get("mask")
    length = classful_length(prefix) if mask is None else mask_length(mask)
    if length is None:
        return f"network {prefix} mask {mask}"
    network = IPv4Network((prefix, length), strict=False)
    tail = "" if length == classful_length(prefix) else f" mask {network.netmask}"
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
    config.take_out(config.section, config.section.under(f"neighbor {match['peer']}"))


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
            config.take_out(config.section, config.section.under(f"neighbor {peer}"))


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


GLOBAL: list[Row] = [
    Setting("router bgp <as:1-4294967295>", 160, key="router bgp {as}", enters="config-router",
            put=_bgp),
]  # fmt: skip

# ------------------------------------------------------------------------- facts


def processes(tree: Line) -> tuple[Bgp, ...]:
    return tuple(_process(section) for section in tree.under("router bgp"))


def _process(section: Line) -> Bgp:
    asn = int(section.text.split()[2])
    peers = dict.fromkeys(
        line.values["peer"]
        for line in section.under("neighbor")
        if line.key.endswith((" remote-as", " peer-group"))
        and isinstance(line.values["peer"], IPv4Address)
    )
    return Bgp(
        asn=asn,
        router_id=told(section, "bgp router-id", "id"),
        networks=tuple(_network(line) for line in section.under("network")),
        redistribute=frozenset(str(c.values["what"]) for c in section.under("redistribute")),
        neighbors=tuple(_neighbor_facts(section, peer, asn) for peer in peers),
        maximum_paths=told(section, "maximum-paths", "paths", 1),
    )


def _neighbor_facts(section: Line, peer: IPv4Address, asn: int) -> BgpNeighbor:
    """What was said of a neighbour, or else of its peer group."""
    group = told(section, f"neighbor {peer} peer-group", "name")

    def of(key: str) -> str:
        """The key of the line that counts."""
        own = f"neighbor {peer} {key}"
        lent = group is not None and section.find(own) is None
        return f"neighbor {group} {key}" if lent else own

    timers = of("timers") if section.find(of("timers")) else "timers bgp"
    return BgpNeighbor(
        address=peer,
        remote_as=told(section, of("remote-as"), "as"),
        group=group or "",
        enabled=section.find(of("shutdown")) is None,
        import_policies=_policies(section, of, "in"),
        export_policies=_policies(section, of, "out"),
        update_source=told(section, of("update-source"), "interface"),
        weight=told(section, of("weight"), "weight", 0),
        next_hop_self=section.find(of("next-hop-self")) is not None,
        hold_time=told(section, timers, "hold", 180),
        keepalive=told(section, timers, "keepalive", 60),
        description=told(section, of("description"), "text", ""),
    )


def _policies(section: Line, of: Callable[[str], str], direction: str) -> tuple[str, ...]:
    """Prefix list and route map towards a neighbour, as names of policies."""
    filtered = told(section, of(f"prefix-list {direction}"), "list")
    mapped = told(section, of(f"route-map {direction}"), "map")
    found = (f"prefix-list {filtered}" if filtered else None, mapped)
    return tuple(each for each in found if each is not None)


def _network(line: Line) -> IPv4Network:
    """What a `network` line of BGP names."""
    words = line.text.split()
    if len(words) == 4:
        return IPv4Network(f"{words[1]}/{words[3]}", strict=False)
    return IPv4Network(f"{words[1]}/{classful_length(IPv4Address(words[1]))}", strict=False)
