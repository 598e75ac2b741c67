"""From the running configuration to facts: what the lines mean, for the network floor.

A pure function of the tree.  Lines are read by the values that the grammar left with them.  What
IOS accepts but the lab has no use for (logging, `ip ssh version`) yields no fact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from ipaddress import IPv4Address
from typing import Literal

from labkit.cli.cisco_ios import apply_acl, apply_crypto, apply_routing
from labkit.cli.cisco_ios import config_aaa as aaa
from labkit.cli.cisco_ios.config_interface import interface_address, secondary_addresses
from labkit.model.config import Line
from labkit.model.facts import (
    Access,
    Bgp,
    BgpNeighbor,
    DeviceFacts,
    Interface,
    LocalUser,
    NatRule,
    Vty,
)


def facts(tree: Line, ports: Iterable[str]) -> DeviceFacts:
    """All facts of the device whose physical ports are `ports`."""
    host = tree.find("hostname")
    return DeviceFacts(
        hostname=host.text.split()[1] if host else "Router",
        interfaces=tuple(_interface(line, set(ports)) for line in tree.under("interface")),
        static_routes=apply_routing.static_routes(tree),
        bgp=_bgp(tree),
        policies=apply_routing.policies(tree),
        acls=apply_acl.acls(tree),
        ipsec=apply_crypto.ipsec(tree),
        nat=tuple(_nat(line) for line in tree.under("ip nat inside source")),
        access=_access(tree),
    )


def value(section: Line, key: str, name: str) -> object:
    """A value of the line with `key`, None if the line is not there or switched off."""
    line = section.find(key)
    return None if line is None else line.values.get(name)


def _number(section: Line, key: str, name: str) -> int | None:
    found = value(section, key, name)
    return None if found is None else int(str(found))


def _word(section: Line, key: str, name: str) -> str | None:
    found = value(section, key, name)
    return None if found is None else str(found)


def _interface(section: Line, ports: set[str]) -> Interface:
    name = section.text.split()[1]
    port = name if name in ports else None
    groups = {c.values["direction"]: str(c.values["acl"]) for c in section.under("ip access-group")}
    return Interface(
        name=name,
        port=port,
        address=interface_address(section),
        secondary=secondary_addresses(section),
        loopback=port is None,
        enabled=section.find("shutdown") is None,
        description=_word(section, "description", "text") or "",
        ip_mtu=_number(section, "ip mtu", "bytes") or min(_number(section, "mtu", "bytes") or 1500,
                                                          1500),
        crypto_map=_word(section, "crypto map", "map"),
        acl_in=groups.get("in"),
        acl_out=groups.get("out"),
        adjust_mss=_number(section, "ip tcp adjust-mss", "bytes"),
        nat=_side(_word(section, "ip nat", "side")),
        proxy_arp=not _off(section, "ip proxy-arp"),
        unreachables=not _off(section, "ip unreachables"),
    )  # fmt: skip


def _off(section: Line, key: str) -> bool:
    line = section.find(key)
    return line is not None and line.text.startswith("no ")


def _side(word: str | None) -> Literal["inside", "outside"] | None:
    return "inside" if word == "inside" else "outside" if word == "outside" else None


def _nat(line: Line) -> NatRule:
    values = line.values
    if "inside" in values:
        return NatRule(static=(values["inside"], values["outside"]))
    return NatRule(str(values["acl"]), str(values["interface"]), overload="overload" in line.text)


# --------------------------------------------------------------------------- BGP


def _bgp(tree: Line) -> tuple[Bgp, ...]:
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
        router_id=_router_id(section),
        networks=tuple(apply_routing.network(line) for line in section.under("network")),
        redistribute=frozenset(str(c.values["what"]) for c in section.under("redistribute")),
        neighbors=tuple(_neighbor(section, peer, asn) for peer in peers),
        maximum_paths=_number(section, "maximum-paths", "paths") or 1,
    )


def _router_id(section: Line) -> IPv4Address | None:
    line = section.find("bgp router-id")
    return line.values["id"] if line else None


def _neighbor(section: Line, peer: IPv4Address, asn: int) -> BgpNeighbor:
    """What was said of a neighbour, or else of its peer group."""
    group = _word(section, f"neighbor {peer} peer-group", "name")

    def of(key: str) -> str:
        """The key of the line that counts."""
        own = f"neighbor {peer} {key}"
        lent = group is not None and section.find(own) is None
        return f"neighbor {group} {key}" if lent else own

    timers = of("timers") if section.find(of("timers")) else "timers bgp"
    keepalive, hold = (_number(section, timers, name) for name in ("keepalive", "hold"))
    return BgpNeighbor(
        address=peer,
        remote_as=_number(section, of("remote-as"), "as"),
        group=group or "",
        enabled=section.find(of("shutdown")) is None,
        import_policies=_policies(section, of, "in"),
        export_policies=_policies(section, of, "out"),
        update_source=_word(section, of("update-source"), "interface"),
        weight=_number(section, of("weight"), "weight") or 0,
        next_hop_self=section.find(of("next-hop-self")) is not None,
        hold_time=180 if hold is None else hold,
        keepalive=60 if keepalive is None else keepalive,
        description=_word(section, of("description"), "text") or "",
    )


def _policies(section: Line, of: Callable[[str], str], direction: str) -> tuple[str, ...]:
    """Prefix list and route map towards a neighbour, as names of policies."""
    filtered = _word(section, of(f"prefix-list {direction}"), "list")
    mapped = _word(section, of(f"route-map {direction}"), "map")
    found = (f"prefix-list {filtered}" if filtered else None, mapped)
    return tuple(each for each in found if each is not None)


# --------------------------------------------------------------------------- access


def _access(tree: Line) -> Access:
    secret = tree.find("enable secret") or tree.find("enable password")
    users = []
    for line in tree.under("username"):
        words = line.text.split()
        kept = " ".join(words[words.index("secret") + 1 :]) if "secret" in words else ""
        kept = kept or (" ".join(words[words.index("password") + 1 :]) if "password" in words
                        else "")  # fmt: skip
        users.append(LocalUser(words[1], kept, int(line.values.get("level") or 1)))
    lines = tree.under("line vty")
    return Access(
        tuple(users),
        _vty(tree, lines[0]) if lines else None,
        " ".join(secret.text.split()[2:]) if secret else None,
    )


_WAYS: dict[str, Literal["none", "line", "local", "enable"]] = {
    "local-case": "local", "local": "local", "line": "line", "none": "none", "enable": "enable",
}  # fmt: skip


def _vty(tree: Line, section: Line) -> Vty:
    login = section.find("login")
    way: Literal["none", "line", "local", "enable"] = "line"
    if aaa.enabled(tree):
        way = _WAYS[aaa.methods(tree, section)[0]]
    elif login is None or login.text.startswith("no "):
        way = "none"
    elif login.text.endswith("local"):
        way = "local"
    password = section.find("password")
    access = section.find("access-class in")
    return Vty(
        login=way,
        password=password.text.split(None, 1)[1] if password else None,
        transports=transports(section),
        acl_in=str(access.values["acl"]) if access else None,
        levels=not aaa.enabled(tree) or tree.find("aaa authorization exec default") is not None,
    )


def transports(section: Line) -> frozenset[str]:
    """What a terminal line lets in; nothing unless it was said (IOS 15.x: none)."""
    line = section.find("transport input")
    words = set(line.text.split()[2:]) if line else set()
    if "all" in words:
        return frozenset({"telnet", "ssh"})
    return frozenset(words - {"none"})
