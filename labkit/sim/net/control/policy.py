"""Route policies: IOS route-maps and SR OS policy-statements, term by term.

A route enters with its attributes and leaves with changed ones, or not at all.  Must not know
who asks, or where the route goes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Network
from typing import Literal

from labkit.sim.model.facts import DeviceFacts, PolicyTerm, PrefixMatch, RoutePolicy


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a policy sees and may change."""

    prefix: IPv4Network
    protocol: str
    """"direct", "static", "bgp" or "bgp-vpn"."""
    as_path: tuple[int, ...] = ()
    med: int | None = None
    local_preference: int | None = None
    weight: int = 0
    """IOS's: stays on this router."""


def policies_of(facts: DeviceFacts) -> dict[str, RoutePolicy]:
    """A router's policies by name."""
    return {policy.name: policy for policy in facts.policies}


def apply(
    names: Sequence[str],
    policies: Mapping[str, RoutePolicy],
    attributes: Attributes,
    default: Literal["accept", "reject"],
) -> Attributes | None:
    """Run a route through a chain of policies; None means rejected.

    `default` decides for a chain without any policy, and where a name has no policy behind it
    (IOS lets everything pass a route-map that does not exist).
    """
    if not names:
        return attributes if default == "accept" else None
    for name in names:
        policy = policies.get(name)
        if policy is None:
            return attributes if default == "accept" else None
        for term in sorted(policy.terms, key=lambda each: each.sequence):
            if not _matches(term, attributes):
                continue
            if term.action == "reject":
                return None
            attributes = _changed(term, attributes)
            if term.action == "accept":
                return attributes
        if policy.default == "accept":
            return attributes
    return None


def _matches(term: PolicyTerm, attributes: Attributes) -> bool:
    if term.protocols is not None and attributes.protocol not in term.protocols:
        return False
    return term.prefixes is None or prefix_list_permits(term.prefixes, attributes.prefix)


def prefix_list_permits(lines: Sequence[PrefixMatch], prefix: IPv4Network) -> bool:
    """Whether the first line that matches permits; a list ends in a silent deny."""
    for line in lines:
        if _line_matches(line, prefix):
            return line.permit
    return False


def _line_matches(line: PrefixMatch, prefix: IPv4Network) -> bool:
    if line.ge is None and line.le is None:
        return prefix == line.prefix
    low = line.prefix.prefixlen if line.ge is None else line.ge
    high = 32 if line.le is None else line.le
    return prefix.subnet_of(line.prefix) and low <= prefix.prefixlen <= high


def _changed(term: PolicyTerm, attributes: Attributes) -> Attributes:
    changed = replace(attributes, as_path=term.prepend + attributes.as_path)
    if term.med is not None:
        changed = replace(changed, med=term.med)
    if term.local_preference is not None:
        changed = replace(changed, local_preference=term.local_preference)
    if term.weight is not None:
        changed = replace(changed, weight=term.weight)
    return changed
