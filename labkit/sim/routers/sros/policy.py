"""Routing policies: rows, what they mean, `show router policy`."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from labkit.sim.model import facts as f
from labkit.sim.routers.sros.commands import ROUTER, shows
from labkit.sim.routers.sros.page import Lines, table
from labkit.sim.routers.sros.schema import Mistake
from labkit.sim.routers.sros.tree import Branch

if TYPE_CHECKING:
    from labkit.sim.routers.sros.device import SrosDevice

Values = dict[str, str]
ROWS = """
configure ; prompt=config plain fixed
    router [Base] ; plain fixed
        policy-options ; plain fixed
            begin ; moves
            commit ; moves
            abort ; moves
            prefix-list <name:name>
                prefix <prefix:prefix> { exact | longer | through <through:1-32> | \
prefix-length-range <range:word> }* ; multi=prefix
            community <name:name> members <member1:word> [<member2:word>] ; multi=name
            as-path <name:name> <regex:text> ; multi=name
            policy-statement <name:name>
                description <text:text>
                entry <number:1-4294967295>
                    description <text:text>
                    from ; plain
                        protocol <protocol1:protocol> { <protocol2:protocol> | \
<protocol3:protocol> }*
                        prefix-list <list1:name> { <list2:name> | <list3:name> }*
                        community <name:name>
                    to ; plain
                        protocol <protocol1:protocol> [<protocol2:protocol>]
                    action <action=accept|reject|next-entry|next-policy> ; single \
enter=accept,next-entry,next-policy
                        local-preference <preference:0-4294967295>
                        metric set <metric:0-4294967295>
                        as-path-prepend <asn:1-4294967295> [<count:1-50>]
                        community <op=add|remove|replace> <name:name>
                        next-hop-self
                default-action <action=accept|reject|next-entry|next-policy> ; single \
enter=accept,next-entry,next-policy
                    local-preference <preference:0-4294967295>
"""


def compile_policies(options: Branch) -> Iterator[f.RoutePolicy]:
    """Every policy-statement below `policy-options`."""
    lists = {
        node["name"]: tuple(_prefix_match(line) for line in node.all("prefix"))
        for node in options.all("prefix-list")
    }
    for node in options.all("policy-statement"):
        default = node.value("default-action", "action", default="reject")
        yield f.RoutePolicy(
            node["name"],
            tuple(_term(entry, lists) for entry in node.all("entry")),
            "accept" if default == "accept" else "reject",
        )


def _prefix_match(node: Branch) -> f.PrefixMatch:
    prefix = IPv4Network(node["prefix"])
    low, _, high = node.values.get("range", "").partition("-")
    if low.isdecimal() and high.isdecimal():
        return f.PrefixMatch(prefix, ge=int(low), le=int(high))
    if "through" in node.values:
        return f.PrefixMatch(prefix, ge=prefix.prefixlen, le=int(node["through"]))
    if "longer" in node.values:
        return f.PrefixMatch(prefix, ge=prefix.prefixlen, le=32)
    return f.PrefixMatch(prefix)


def _term(node: Branch, lists: dict[str, tuple[f.PrefixMatch, ...]]) -> f.PolicyTerm:
    action = node.value("action", "action", default="next-entry")
    prefixes = node.one("from", "prefix-list")
    protocols = node.one("from", "protocol")
    prepend = node.one("action", "as-path-prepend")
    count = int(prepend.values.get("count", "1")) if prepend is not None else 0
    med = node.value("action", "metric", "metric")
    preference = node.value("action", "local-preference", "preference")
    return f.PolicyTerm(
        int(node["number"]),
        "accept" if action == "accept" else "reject" if action == "reject" else "next",
        None
        if prefixes is None
        else tuple(m for name in sorted(prefixes.values) for m in lists.get(prefixes[name], ())),
        frozenset(protocols.values.values()) if protocols is not None else None,
        prepend=(int(prepend["asn"]),) * count if prepend is not None else (),
        med=int(med) if med else None,
        local_preference=int(preference) if preference else None,
    )


@shows(ROUTER + " > policy [<name:name>]")
def policy(device: SrosDevice, values: Values) -> Lines:
    options = device.configuration.policies_in_force()
    name = values.get("name")
    if name is None:
        header = ("Policy                              Description",)
        rows = [
            f"{node['name']:<35} {node.value('description', 'text')}".rstrip()
            for node in options.all("policy-statement")
        ]
        return table("Route Policies", header, rows, "Policies : {}")
    found = next((n for n in options.all("policy-statement") if n["name"] == name), None)
    if found is None:
        raise Mistake(f'MINOR: CLI Policy "{name}" does not exist.')
    return found.body(1)
