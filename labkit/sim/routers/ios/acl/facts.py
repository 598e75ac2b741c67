"""Facts of access lists, named and numbered."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Any, Literal, cast

from labkit.sim.model.config import Line
from labkit.sim.model.facts import ANY, Ace, Acl, PortMatch, Wildcard
from labkit.sim.routers.ios.kinds import ICMP_MESSAGES, PROTOCOLS

Operator = Literal["eq", "neq", "lt", "gt", "range"]


def acls(tree: Line) -> tuple[Acl, ...]:
    """Every access list that has been named, in the order of the configuration."""
    found: dict[str, Acl] = {}
    for section in tree.under("ip access-list"):
        _, _, kind, name = section.text.split()
        extended = kind == "extended"
        entries = tuple(
            entry(line.values, int(line.order[0]), extended)
            for line in section.children
            if not line.text.startswith("remark")
        )
        found[name] = Acl(name, entries, extended)
    for line in tree.under("access-list"):
        name = line.text.split()[1]
        extended = 100 <= int(name) <= 199
        acl = found.get(name, Acl(name, (), extended))
        if line.values.get("action"):
            sequence = acl.entries[-1].sequence + 10 if acl.entries else 10
            acl = Acl(name, (*acl.entries, entry(line.values, sequence, extended)), extended)
        found[name] = acl
    return tuple(found.values())


def entry(values: dict[str, Any], sequence: int, extended: bool) -> Ace:
    """One access-control entry from the values of its line."""
    permit, log = values["action"] == "permit", bool(values.get("log"))
    source = _end(values, "source")
    if not extended:
        return Ace(sequence, permit, source=source, log=log)
    word = values["protocol"]
    icmp_type, icmp_code = values.get("icmp_type"), values.get("icmp_code")
    if values.get("icmp"):
        icmp_type, icmp_code = ICMP_MESSAGES[values["icmp"]]
    return Ace(
        sequence,
        permit,
        protocol=word if isinstance(word, int) else PROTOCOLS[word],
        source=source,
        destination=_end(values, "destination"),
        source_port=_ports(values, "source"),
        destination_port=_ports(values, "destination"),
        icmp_type=icmp_type,
        icmp_code=icmp_code,
        established=bool(values.get("established")),
        log=log,
    )


def _end(values: dict[str, Any], name: str) -> Wildcard:
    if values.get(f"{name}_word"):
        return ANY
    host = values.get(f"{name}_host")
    if host is not None:
        return Wildcard(host, IPv4Address(0))
    mask = values.get(f"{name}_wildcard") or IPv4Address(0)
    return Wildcard(IPv4Address(int(values[name]) & ~int(mask) & 0xFFFFFFFF), mask)


def _ports(values: dict[str, Any], name: str) -> PortMatch | None:
    operator = values.get(f"{name}_op")
    if operator is None:
        return None
    to = values.get(f"{name}_to")
    ports = (int(values[f"{name}_port"]), *([] if to is None else [int(to)]))
    return PortMatch(cast(Operator, operator), ports)
