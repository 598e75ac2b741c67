"""The addresses and names that course texts may use as {placeholders}.

Derived from the topology, so that no text repeats an address that the network has elsewhere.
Substitution is of known names only and nothing is evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from ipaddress import IPv4Interface, IPv4Network
from typing import Any

from labkit.sim import topology

NAME = re.compile(r"\{([a-zA-Z_][\w.]*)\}")


class PlaceholderError(ValueError):
    """A text uses a name that is none; the message lists those there are."""


@cache
def placeholders() -> Mapping[str, str]:
    """Every name and what it stands for."""
    lab = topology()
    facts = lab.facts
    provider, customer = facts["provider"], facts["customer"]
    names: dict[str, Any] = {
        "vrrp": facts["vrrp"]["address"],
        "vrid": facts["vrrp"]["vrid"],
        "asn_provider": provider["asn"],
        "asn_b": customer["asn"],
        "vpn": provider["vpn"]["service"],
        "rd": provider["vpn"]["rd"],
        "rt": provider["vpn"]["target"],
        "bridge": provider["bridge"]["service"],
        "bridge_name": provider["bridge"]["name"],
        "mirror": provider["mirror"]["service"],
        "peer_a": facts["tunnel"]["a"],
        "peer_b": facts["tunnel"]["b"],
        "wildcard": "0.0.0.255",
        "mask": "255.255.255.0",
    }
    for site, what in customer["sites"].items():
        names |= _site(site, what)
    names |= _access(customer["access"])
    for node in lab.nodes.values():
        if node.platform == "nokia_sros":
            names[f"system_{node.name}"] = lab.system_address(node.name)
    return {name: str(value) for name, value in names.items()}


def _site(site: str, facts: Mapping[str, str]) -> dict[str, Any]:
    """`A` the gateway's name, `lan_a` its LAN, the hosts on it, and its loopback."""
    low = site.lower()
    lan, loopback = IPv4Network(facts["lan"]), IPv4Interface(facts["loopback"])
    return {
        site: facts["gateway"],
        f"lan_{low}": lan.network_address,
        f"lan_{low}_prefix": lan,
        f"gw_{low}": lan[1],
        f"pc_{low}": lan[10],
        f"loopback_{low}": loopback.ip,
        f"loopback_{low}_net": loopback.network.network_address,
        f"loopback_{low}_prefix": loopback.network,
    }


def _access(access: Mapping[str, str]) -> dict[str, Any]:
    a, primary, backup = (IPv4Network(access[key]) for key in ("a", "b-primary", "b-backup"))
    return {
        "access_a_prefix": a,
        "pe_a": a[2],
        "pe_a_backup": a[3],
        "primary_b_prefix": primary,
        "backup_b_prefix": backup,
        "pe_b": primary[1],
        "pe_b_backup": backup[1],
        "backup_b": backup[2],
    }


def fill(text: str, more: Mapping[str, str] | None = None) -> str:
    """Put values for names.  Raises PlaceholderError for a name that is none."""
    known = {**placeholders(), **(more or {})}

    def value(match: re.Match[str]) -> str:
        if match[1] not in known:
            raise PlaceholderError(
                f"{match[0]} is no placeholder; there are: {', '.join(sorted(known))}"
            )
        return known[match[1]]

    return NAME.sub(value, text)


def fill_all(value: Any) -> Any:
    """The same in every text of a list or mapping."""
    if isinstance(value, str):
        return fill(value)
    if isinstance(value, dict):
        return {key: fill_all(each) for key, each in value.items()}
    if isinstance(value, list):
        return [fill_all(each) for each in value]
    return value


def unknown(texts: Iterable[str], also: Iterable[str] = ()) -> set[str]:
    """The names in these texts that are neither placeholders nor in `also`."""
    return {name for text in texts for name in NAME.findall(text)} - placeholders().keys() - {*also}
