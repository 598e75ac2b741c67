"""Rows of `interface` and of what is typed inside it, and what they mean.

Must not know what the settings do to packets.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface
from typing import Any

from labkit.sim.grammar import Match
from labkit.sim.model.config import Line
from labkit.sim.model.facts import Interface
from labkit.sim.routers.ios.configuring import BadWord, Configuring, Refusal
from labkit.sim.routers.ios.kinds import interface_order
from labkit.sim.routers.ios.rows import Row, Setting
from labkit.sim.routers.ios.running import told


def mask_length(mask: IPv4Address) -> int | None:
    """The prefix length that a netmask stands for, None if its bits are not contiguous."""
    inverted = ~int(mask) & 0xFFFFFFFF
    return None if inverted & (inverted + 1) else 32 - inverted.bit_length()


def classful_length(address: IPv4Address) -> int:
    """The prefix length of the class A, B or C network that an address lies in."""
    first = int(address) >> 24
    return 8 if first < 128 else 16 if first < 192 else 24


def _exists(config: Configuring, match: Match[Any]) -> str | None:
    name = str(match["name"])
    if not name.startswith(("Loopback", "Null")) and config.tree.find(f"interface {name}") is None:
        raise BadWord(1)
    return None


def _opened(config: Configuring, match: Match[Any], negated: bool) -> None:
    name = str(match["name"])
    key = f"interface {name}"
    if not negated:
        row = match.row
        new = config.tree.find(key) is None
        config.set(row, match)
        if new:
            config.section.put(Line("no ip address", "ip address", (20,)))
        return
    if config.verb == "default":
        _reset(config, key)
    elif not name.startswith("Loopback"):
        config.say("% Invalid input: physical interfaces may not be deleted.")
    elif config.tree.remove(key):
        config.say("% Not all config may be removed and may reappear after reactivating the "
                   "logical-interface/sub-interfaces")  # fmt: skip
        config.device.changed()


def _reset(config: Configuring, key: str) -> None:
    """`default interface X`: as it leaves the box, but not shut down."""
    section = config.tree.find(key)
    if section is None:
        return
    fixed = ("duplex", "speed", "media-type")
    section.children = [line for line in section.children if line.key in fixed]
    section.put(Line("no ip address", "ip address", (20,)))
    config.say(f"Interface {key.split()[1]} set to default configuration")
    config.device.changed()


def _address(config: Configuring, match: Match[Any]) -> str | None:
    address, mask = match["address"], match["mask"]
    length = mask_length(mask)
    if length is None or length == 0:
        return f"Bad mask 0x{int(mask):08X} for address {address}"
    given = IPv4Interface((address, length))
    edges = (given.network.network_address, given.network.broadcast_address)
    if length < 31 and address in edges:
        return f"Bad mask /{length} for address {address}"
    if address.is_multicast or address.is_loopback or int(address) < 1 << 24:
        return "Not a valid host address - " + str(address)
    for line in config.tree.under("interface"):
        if line is config.section:
            continue
        first = interface_address(line)
        for other in (*((first,) if first else ()), *secondary_addresses(line)):
            if other.network.overlaps(given.network):
                return f"% {given.network.network_address} overlaps with {line.text.split()[1]}"
    return None


def _no_address(config: Configuring, match: Match[Any], negated: bool) -> None:
    """`no ip address` takes them all; the first, named, must be the last."""
    if not negated:
        config.set(match.row, match)
        return
    others = [line for line in config.section.under("ip address") if line.key != "ip address"]
    if match.get("address") is not None and others:
        raise Refusal("Must delete secondary before primary\n")
    for line in others:
        config.section.remove(line.key)
    config.unset(match.row, match)


def secondary_addresses(section: Line) -> tuple[IPv4Interface, ...]:
    """The addresses beside the first one, as typed."""
    return tuple(
        IPv4Interface("/".join(line.text.split()[2:4]))
        for line in section.under("ip address")
        if line.text.endswith(" secondary")
    )


def interface_address(section: Line) -> IPv4Interface | None:
    """The address in an interface's section."""
    line = section.find("ip address")
    if line is None or not line.text.startswith("ip address"):
        return None
    return IPv4Interface("/".join(line.text.split()[2:4]))


def _map_exists(config: Configuring, match: Match[Any]) -> str | None:
    name = match["map"]
    if not config.tree.under(f"crypto map {name}"):
        return f'ERROR: Crypto Map with tag "{name}" does not exist.'
    return None


GLOBAL: list[Row] = [
    Setting("interface <name:interface>", 150, key="interface {name}", enters="config-if",
            check=_exists, act=_opened, sort=lambda match: interface_order(str(match["name"]))),
]  # fmt: skip

INTERFACE: list[Row] = [
    Setting("description <text:line>", 10, key="description"),
    Setting("mtu <bytes:64-9216>", 12, key="mtu", default="mtu 1500"),
    Setting("bandwidth <kilobits:1-10000000>", 13, key="bandwidth"),
    Setting("ip address <address:ipv4> <mask:mask>", 20, key="ip address", check=_address,
            absent="no ip address", act=_no_address),
    Setting("ip address <address:ipv4> <mask:mask> secondary", 19, key="ip address {address}",
            check=_address),
    Setting("ip access-group <acl:word> <direction=in|out>", 30,
            key="ip access-group {direction}"),
    Setting("ip mtu <bytes:68-1500>", 32, key="ip mtu", default="ip mtu 1500"),
    Setting("ip nat <side=inside|outside>", 34, key="ip nat"),
    Setting("ip unreachables", 35, key="ip unreachables", absent="no ip unreachables",
            default="ip unreachables"),
    Setting("ip redirects", 35, key="ip redirects", absent="no ip redirects",
            default="ip redirects"),
    Setting("ip proxy-arp", 36, key="ip proxy-arp", absent="no ip proxy-arp",
            default="ip proxy-arp"),
    Setting("ip tcp adjust-mss <bytes:500-1460>", 38, key="ip tcp adjust-mss"),
    Setting("ip virtual-reassembly [in]", 39, key="ip virtual-reassembly"),
    Setting("shutdown", 50),
    Setting("duplex <value=auto|full|half>", 60, key="duplex", absent="duplex auto"),
    Setting("speed <value=auto|10|100|1000>", 61, key="speed", absent="speed auto"),
    Setting("media-type <value=rj45|gbic>", 62, key="media-type", absent="media-type rj45"),
    Setting("keepalive [<seconds:0-32767>]", 63, key="keepalive", absent="no keepalive",
            default="keepalive"),
    Setting("cdp enable", 64, key="cdp enable", absent="no cdp enable", default="cdp enable"),
    Setting("crypto map <map:word>", 70, key="crypto map", check=_map_exists),
]  # fmt: skip


# --------------------------------------------------------------------------- facts


def interface_facts(section: Line, ports: set[str]) -> Interface:
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
        description=told(section, "description", "text", ""),
        ip_mtu=told(section, "ip mtu", "bytes", min(told(section, "mtu", "bytes", 1500), 1500)),
        crypto_map=told(section, "crypto map", "map"),
        acl_in=groups.get("in"),
        acl_out=groups.get("out"),
        adjust_mss=told(section, "ip tcp adjust-mss", "bytes"),
        nat=told(section, "ip nat", "side"),
        proxy_arp=not _off(section, "ip proxy-arp"),
        unreachables=not _off(section, "ip unreachables"),
    )


def _off(section: Line, key: str) -> bool:
    line = section.find(key)
    return line is not None and line.text.startswith("no ")
