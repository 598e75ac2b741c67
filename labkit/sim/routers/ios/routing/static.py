"""Static routes: rows and facts.

Must not know how routes are chosen.
"""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

from labkit.sim.grammar import Match
from labkit.sim.model.config import Line
from labkit.sim.model.facts import StaticRoute
from labkit.sim.routers.ios.configuring import Configuring, MissingWords, Refusal
from labkit.sim.routers.ios.interface.settings import interface_address, mask_length
from labkit.sim.routers.ios.rows import Row, Setting


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
        config.take_out(config.tree, gone)
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


def static_routes(tree: Line) -> tuple[StaticRoute, ...]:
    """Every `ip route` line."""
    found = []
    for line in tree.under("ip route"):
        values = line.values
        interface = values.get("interface")
        found.append(
            StaticRoute(
                prefix=IPv4Network((values["prefix"], mask_length(values["mask"]) or 0)),
                next_hop=values.get("via"),
                interface=None if interface is None else str(interface),
                distance=int(values.get("distance", 1)),
                blackhole=interface == "Null0",
                tag=int(values.get("tag", 0)),
            )
        )
    return tuple(found)
