"""`ip addr|link|route|neigh` and `arp`: show and change what the host's stack has.

The words are iproute2's and net-tools'.  Changes go through the host's configuration; what is shown
comes from its live state.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import TYPE_CHECKING

from labkit.sim.routers.jobs import Job
from labkit.sim.routers.linux.configuration import DEFAULT, DEVICE
from labkit.sim.routers.linux.words import CommandFailed, options

if TYPE_CHECKING:
    from labkit.sim.routers.linux.shell import LinuxShell

OBJECTS = {"address": "addr", "link": "link", "neighbour": "neigh", "route": "route"}
ACTIONS = ("show", "list", "add", "append", "delete", "replace", "set", "get", "flush", "change")
USAGE = "Usage: ip [ -4 | -br ] { addr | link | route | neigh } [ COMMAND ... ]"


def command(shell: LinuxShell, arguments: list[str]) -> Job | None:
    """Run `ip ...`."""
    brief = counted = False
    while arguments and arguments[0].startswith("-"):
        brief = brief or arguments[0] in ("-br", "-brief")
        counted = counted or arguments[0] in ("-s", "-stats", "-statistics")
        arguments = arguments[1:]
    if not arguments:
        raise CommandFailed(USAGE, 255)
    wanted = arguments[0]
    found = [name for name in OBJECTS if wanted == "neighbor" or name.startswith(wanted)]
    if wanted == "neighbor":
        found = ["neighbour"]
    if not found:
        raise CommandFailed(f'Object "{wanted}" is unknown, try "ip help".', 1)
    action, rest = _action(arguments[1:])
    what = OBJECTS[found[0]]
    if action == "show":
        for line in _show(shell, what, rest, brief):
            shell.write(line + "\n")
        if counted and not brief and what in ("addr", "link") and rest[-1:] != ["lo"]:
            shell.write("".join(f"{line}\n" for line in _statistics(shell)))
    else:
        _change(shell, what, action, rest)
    return None


def _action(words: list[str]) -> tuple[str, list[str]]:
    if not words:
        return "show", []
    found = [name for name in ACTIONS if name.startswith(words[0])]
    if not found or words[0] in ("dev", DEVICE):
        return "show", words
    return ("show" if found[0] == "list" else found[0]), words[1:]


# ---- show


def _show(shell: LinuxShell, what: str, words: list[str], brief: bool) -> Iterator[str]:
    only = words[-1] if words else None
    if only not in (None, DEVICE, "lo", "dev"):
        raise CommandFailed(f'Device "{only}" does not exist.', 1)
    if what in ("addr", "link"):
        yield from _interfaces(shell, only, what == "addr", brief)
    elif what == "route":
        yield from _routes(shell)
    else:
        yield from _neighbours(shell)


def _interfaces(shell: LinuxShell, only: str | None, addresses: bool, brief: bool) -> Iterator[str]:
    interface = shell.device.interface
    told = shell.device.configuration
    state = "UP" if interface.up else "DOWN"
    mac, address = interface.mac.hex(":"), told.address
    if brief:
        if only != DEVICE:
            yield _brief("lo", "UNKNOWN", "127.0.0.1/8" if addresses else "00:00:00:00:00:00")
        if only != "lo":
            yield _brief(DEVICE, state, str(address or "") if addresses else mac)
        return
    if only != DEVICE:
        yield (
            "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN "
            "group default qlen 1000"
        )
        yield "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00"
        if addresses:
            yield from _address(IPv4Interface("127.0.0.1/8"), "host", "lo")
    if only != "lo":
        flags = "BROADCAST,MULTICAST" + (",UP" if told.enabled else "")
        flags += ",LOWER_UP" if interface.up else ""
        if told.enabled and not interface.up:
            flags = f"NO-CARRIER,{flags}"
        yield (
            f"2: {DEVICE}: <{flags}> mtu {told.mtu} qdisc fq_codel state {state} "
            "group default qlen 1000"
        )
        yield f"    link/ether {mac} brd ff:ff:ff:ff:ff:ff"
        if addresses and address is not None:
            yield from _address(address, "global", DEVICE)


def _statistics(shell: LinuxShell) -> Iterator[str]:
    """What the interface counted; it is the last that `ip -s link` shows."""
    counted = shell.device.host.ports[DEVICE].counters
    yield "    RX:  bytes packets errors dropped  missed   mcast           "
    yield _figures(counted.in_bytes, counted.in_packets, counted.in_drops)
    yield "    TX:  bytes packets errors dropped carrier collsns           "
    yield _figures(counted.out_bytes, counted.out_packets, counted.out_drops)


def _figures(octets: int, packets: int, drops: int) -> str:
    return f"    {octets:>10} {packets:>7} {0:>6} {drops:>7} {0:>7} {0:>7} "


def _brief(name: str, state: str, rest: str) -> str:
    return f"{name:<16} {state:<14} {rest} "


def _address(address: IPv4Interface, scope: str, device: str) -> Iterator[str]:
    yield f"    inet {address} scope {scope} {device}"
    yield "       valid_lft forever preferred_lft forever"


def _routes(shell: LinuxShell) -> Iterator[str]:
    told = shell.device.configuration
    if not told.enabled:
        return
    down = "" if shell.device.interface.up else "linkdown "
    for prefix, gateway in sorted(told.routes):
        name = "default" if prefix == DEFAULT else prefix
        yield f"{name} via {gateway} dev {DEVICE} {down}"
    if told.address is not None:
        network, own = told.address.network, told.address.ip
        yield f"{network} dev {DEVICE} proto kernel scope link src {own} {down}"


def _neighbours(shell: LinuxShell) -> Iterator[str]:
    cache = shell.device.interface.arp
    for entry in sorted(cache.entries.values(), key=lambda entry: entry.address):
        if entry.mac is None:
            yield f"{entry.address} dev {DEVICE}  INCOMPLETE"
            continue
        fresh = cache.clock.now - entry.learned <= 30_000_000
        state = "PERMANENT" if entry.static else "REACHABLE" if fresh else "STALE"
        yield f"{entry.address} dev {DEVICE} lladdr {entry.mac.hex(':')} {state}"


def arp(shell: LinuxShell, arguments: list[str]) -> None:
    """`arp [-n] [-a]`."""
    given, _ = options(arguments, "nae")
    entries = sorted(shell.device.interface.arp.entries.values(), key=lambda e: e.address)
    if "-a" not in given and entries:
        shell.write("Address                  HWtype  HWaddress           Flags Mask  Iface\n")
    for entry in entries:
        known = entry.mac.hex(":") if entry.mac is not None else None
        if "-a" in given:
            at = known or "<incomplete>"
            shell.write(f"? ({entry.address}) at {at} [ether] on {DEVICE}\n")
            continue
        hardware = f"ether   {known:<19} C" if known is not None else f"{'':<7} (incomplete)"
        shell.write(f"{entry.address!s:<24} {hardware:<41} {DEVICE}\n")


# ---- change


def _change(shell: LinuxShell, what: str, action: str, words: list[str]) -> None:
    device = shell.device
    told = device.configuration
    operands, named = _named(words)
    if named.get("dev", DEVICE) != DEVICE:
        raise CommandFailed(f'Cannot find device "{named["dev"]}"', 1)
    if what == "addr" and action == "flush":
        device.change(told.flush_addresses())
    elif what == "addr" and action in ("add", "delete", "replace"):
        address = _interface_address(operands)
        if "dev" not in named:
            raise CommandFailed('Not enough information: "dev" argument is required.', 255)
        if action == "replace":
            told = told if told.address is None else told.flush_addresses()
        adds = action != "delete"
        device.change(told.add_address(address) if adds else told.delete_address(address))
    elif what == "link" and action == "set":
        _set_link(shell, operands, named)
    elif what == "route" and action == "get":
        shell.write(_way(shell, _ip(operands)))
    elif what == "route" and action in ("add", "append", "replace", "delete"):
        _change_route(shell, action, operands, named)
    elif what == "neigh" and action in ("flush", "delete"):
        if action == "delete":
            device.interface.arp.forget(_ip(operands))
        else:
            device.interface.arp.clear()
    else:
        raise CommandFailed(f'Command "{action}" is unknown, try "ip {what} help".', 255)


def _change_route(
    shell: LinuxShell, action: str, operands: list[str], named: dict[str, str]
) -> None:
    device, told = shell.device, shell.device.configuration
    prefix = _prefix(operands[0] if operands else "")
    gateway = _ip([named["via"]]) if "via" in named else None
    if action == "delete":
        device.change(told.delete_route(prefix, gateway))
    elif gateway is None:
        raise CommandFailed('Error: this host routes through gateways: use "via ADDRESS".', 2)
    else:
        device.change(told.add_route(prefix, gateway, over=action == "replace"))


def _set_link(shell: LinuxShell, operands: list[str], named: dict[str, str]) -> None:
    names = [word for word in operands if word not in ("up", "down")]
    if [*names, named.get("dev", DEVICE)][0] != DEVICE:
        raise CommandFailed(f'Cannot find device "{names[0]}"', 1)
    told = shell.device.configuration
    if "mtu" in named:
        mtu = int(named["mtu"]) if named["mtu"].isdecimal() else 0
        if not 68 <= mtu <= 9000:
            raise CommandFailed(f"Error: mtu {named['mtu']} is out of range.", 2)
        told = replace(told, mtu=mtu)
    if "up" in operands or "down" in operands:
        told = told.enable("up" in operands)
    shell.device.change(told)


def _way(shell: LinuxShell, target: IPv4Address) -> str:
    told = shell.device.configuration
    own = told.address
    if own is not None and told.enabled:
        if target in own.network:
            return f"{target} dev {DEVICE} src {own.ip} uid 1000 \n    cache \n"
        best = max(
            (route for route in told.routes if target in route[0]),
            key=lambda route: route[0].prefixlen,
            default=None,
        )
        if best is not None:
            return f"{target} via {best[1]} dev {DEVICE} src {own.ip} uid 1000 \n    cache \n"
    raise CommandFailed("RTNETLINK answers: Network is unreachable", 2)


# ---- words


def _named(words: list[str]) -> tuple[list[str], dict[str, str]]:
    """Split into operands and the values of `dev`, `via`, `mtu` and the like."""
    operands: list[str] = []
    named: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        if word in ("dev", "via", "mtu", "src", "metric", "brd", "broadcast"):
            value = next(rest, None)
            if value is None:
                raise CommandFailed('Command line is not complete. Try option "help"', 255)
            named[word] = value
        else:
            operands.append(word)
    return operands, named


def _ip(operands: list[str]) -> IPv4Address:
    text = operands[0] if operands else ""
    try:
        return IPv4Address(text)
    except ValueError:
        raise CommandFailed(
            f'Error: any valid address is expected rather than "{text}".', 1
        ) from None


def _interface_address(operands: list[str]) -> IPv4Interface:
    text = operands[0] if operands else ""
    try:
        return IPv4Interface(text)
    except ValueError:
        raise _no_prefix(text) from None


def _prefix(text: str) -> IPv4Network:
    if text == "default":
        return DEFAULT
    try:
        return IPv4Network(text)
    except ValueError as error:
        if "host bits" in str(error):
            raise CommandFailed("Error: Invalid prefix for given prefix length.", 2) from None
        raise _no_prefix(text) from None


def _no_prefix(text: str) -> CommandFailed:
    return CommandFailed(f'Error: any valid prefix is expected rather than "{text}".', 1)
