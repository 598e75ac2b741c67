"""Facts of static routes, networks, prefix lists and route maps."""

from __future__ import annotations

from ipaddress import IPv4Network

from labkit.cli.cisco_ios.config_interface import mask_length
from labkit.model.config import Line
from labkit.model.facts import PolicyTerm, PrefixMatch, RoutePolicy, StaticRoute

_EVERYTHING = (PrefixMatch(IPv4Network("0.0.0.0/0"), le=32),)


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


def network(line: Line) -> IPv4Network:
    """What a `network` line of BGP names."""
    words = line.text.split()
    if len(words) == 4:
        return IPv4Network(f"{words[1]}/{words[3]}", strict=False)
    first = int(words[1].split(".")[0])
    length = 8 if first < 128 else 16 if first < 192 else 24
    return IPv4Network(f"{words[1]}/{length}", strict=False)


def policies(tree: Line) -> tuple[RoutePolicy, ...]:
    """Route maps, and prefix lists (called `prefix-list NAME`) for neighbours that use one."""
    names = list(dict.fromkeys(line.text.split()[1] for line in tree.under("route-map")))
    lists = list(dict.fromkeys(line.text.split()[2] for line in tree.under("ip prefix-list")))
    return (
        *(RoutePolicy(name, _terms(tree, name)) for name in names),
        *(
            RoutePolicy(
                f"prefix-list {name}",
                (PolicyTerm(5, "accept", prefixes=prefix_list(tree, name)),),
            )
            for name in lists
        ),
    )


def prefix_list(tree: Line, name: str) -> tuple[PrefixMatch, ...]:
    """The entries of a prefix list; one that does not exist lets everything by."""
    lines = tree.under(f"ip prefix-list {name}")
    if not lines:
        return _EVERYTHING
    return tuple(
        PrefixMatch(
            line.values["prefix"],
            line.values["action"] == "permit",
            line.values.get("ge"),
            line.values.get("le"),
        )
        for line in lines
    )


def _terms(tree: Line, name: str) -> tuple[PolicyTerm, ...]:
    return tuple(_term(tree, section) for section in tree.under(f"route-map {name}"))


def _term(tree: Line, section: Line) -> PolicyTerm:
    lists = section.find("match ip address prefix-list")
    prefixes: tuple[PrefixMatch, ...] | None = None
    if lists is not None:
        names = lists.text.split()[4:]
        prefixes = tuple(match for name in names for match in prefix_list(tree, name))
    prepend = section.find("set as-path prepend")
    metric = section.find("set metric")
    preference = section.find("set local-preference")
    weight = section.find("set weight")
    return PolicyTerm(
        sequence=int(section.values["sequence"]),
        action="accept" if section.values["action"] == "permit" else "reject",
        prefixes=prefixes,
        prepend=tuple(int(word) for word in prepend.text.split()[3:]) if prepend else (),
        med=metric.values["value"] if metric else None,
        local_preference=preference.values["value"] if preference else None,
        weight=weight.values["value"] if weight else None,
    )
