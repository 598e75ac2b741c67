"""Compile `policy-options` into route policies: prefix lists, entries, actions.

A part of apply.py, which says what else the configuration means.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from labkit.cli.nokia_sros.tree import Node
from labkit.model import facts as f


def compile_policies(options: Node) -> Iterator[f.RoutePolicy]:
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


def _prefix_match(node: Node) -> f.PrefixMatch:
    prefix = IPv4Network(node["prefix"])
    low, _, high = node.values.get("range", "").partition("-")
    if low.isdecimal() and high.isdecimal():
        return f.PrefixMatch(prefix, ge=int(low), le=int(high))
    if "through" in node.values:
        return f.PrefixMatch(prefix, ge=prefix.prefixlen, le=int(node["through"]))
    if "longer" in node.values:
        return f.PrefixMatch(prefix, ge=prefix.prefixlen, le=32)
    return f.PrefixMatch(prefix)


def _term(node: Node, lists: dict[str, tuple[f.PrefixMatch, ...]]) -> f.PolicyTerm:
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
