"""Prefix lists and route maps: rows, facts and pages.

Must not know who uses them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv4Network
from itertools import groupby
from typing import Any

from labkit.sim.grammar import Match
from labkit.sim.model.config import Line
from labkit.sim.model.facts import PolicyTerm, PrefixMatch, RoutePolicy
from labkit.sim.routers.ios.configuring import Configuring, MissingWords, Refusal
from labkit.sim.routers.ios.rows import Command, Row, Setting
from labkit.sim.routers.ios.running import told


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
        config.take_out(config.tree, gone)
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


def _route_map_line(config: Configuring, match: Match[Any], negated: bool) -> None:
    name, sequence = match["name"], match.get("sequence")
    if negated:
        lines = config.tree.under(f"route-map {name}")
        gone = [line for line in lines if sequence in (None, line.values.get("sequence"))]
        config.take_out(config.tree, gone)
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
            key="route-map {name}", act=_route_map_line),
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


# --------------------------------------------------------------------------- facts


_EVERYTHING = (PrefixMatch(IPv4Network("0.0.0.0/0"), le=32),)


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
    return PolicyTerm(
        sequence=int(section.values["sequence"]),
        action="accept" if section.values["action"] == "permit" else "reject",
        prefixes=prefixes,
        prepend=tuple(int(word) for word in prepend.text.split()[3:]) if prepend else (),
        med=told(section, "set metric", "value"),
        local_preference=told(section, "set local-preference", "value"),
        weight=told(section, "set weight", "value"),
    )


# --------------------------------------------------------------------------- pages


def route_maps(tree: Line, name: str | None = None) -> Iterator[str]:
    """Every sequence with its clauses."""
    sections = [line for line in tree.under("route-map") if name in (None, line.text.split()[1])]
    if name is not None and not sections:
        yield f"route-map {name} not found"
    for section in sections:
        _, own, action, sequence = section.text.split()
        yield f"route-map {own}, {action}, sequence {sequence}"
        yield "  Match clauses:"
        yield from (f"    {_match(line.text)}" for line in section.under("match"))
        yield "  Set clauses:"
        yield from (f"    {line.text.removeprefix('set ')}" for line in section.under("set"))
        yield "  Policy routing matches: 0 packets, 0 bytes"


def _match(text: str) -> str:
    words = text.split()
    if words[3] == "prefix-list":
        return f"ip address prefix-lists: {' '.join(words[4:])} "
    return f"ip address (access-lists): {' '.join(words[3:])} "


def prefix_lists(tree: Line, name: str | None = None) -> Iterator[str]:
    """Every list with its entries."""
    lines = [line.text.split() for line in tree.under("ip prefix-list")]
    for own, group in groupby(lines, lambda words: words[2]):
        entries = list(group)
        if name in (None, own):
            yield f"ip prefix-list {own}: {len(entries)} entries"
            yield from (f"   {' '.join(words[3:])}" for words in entries)


def _named(render: Callable[[Line, str | None], Iterable[str]]) -> Callable[..., Iterable[str]]:
    """A rendering of the configuration that may be narrowed to a name."""
    return lambda shell, match: render(shell.device.running, match.get("name"))


EXEC: list[Row] = [
    Command("show route-map [<name:word>]", show=_named(route_maps)),
    Command("show ip prefix-list [<name:word>]", show=_named(prefix_lists)),
]
