"""`ifconfig`, `arp`, `route`, `netstat`, `ss` and `nc`: the other words for what `ip` shows.

All read the host's live state, as ip.py does; changes go by `ip` alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.cli.jobs import Interrupt, Job, Keys
from labkit.cli.linux.configuration import DEFAULT, DEVICE
from labkit.cli.linux.stream import CONNECT_TIMEOUT, connect
from labkit.cli.linux.words import CommandFailed, UsageError, address, number, options
from labkit.net.tcp_connection import State

if TYPE_CHECKING:
    from labkit.cli.linux.shell import LinuxShell

SERVICES = {22: "ssh", 23: "telnet", 80: "http", 179: "bgp", 443: "https"}


def ifconfig(shell: LinuxShell, arguments: list[str]) -> None:
    if len(arguments) > 1:
        raise CommandFailed("ifconfig: change interfaces with `ip addr` and `ip link`")
    if arguments and arguments[0] not in (DEVICE, "lo", "-a"):
        raise CommandFailed(f"{arguments[0]}: error fetching interface information: no such device")
    if arguments[:1] != ["lo"]:
        shell.write("".join(f"{line}\n" for line in _interface(shell)))
    if arguments[:1] != [DEVICE]:
        shell.write(
            "lo: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536\n"
            "        inet 127.0.0.1  netmask 255.0.0.0\n"
            "        loop  txqueuelen 1000  (Local Loopback)\n\n"
        )


def _interface(shell: LinuxShell) -> Iterator[str]:
    live, told = shell.device.interface, shell.device.configuration
    counted = shell.device.host.ports[DEVICE].counters
    flags, words = (4163, "UP,BROADCAST,RUNNING,MULTICAST") if live.up else (4098, "BROADCAST")
    yield f"{DEVICE}: flags={flags}<{words}>  mtu {told.mtu}"
    if told.address is not None:
        net = told.address.network
        yield (
            f"        inet {told.address.ip}  netmask {net.netmask}"
            f"  broadcast {net.broadcast_address}"
        )
    yield f"        ether {live.mac.hex(':')}  txqueuelen 1000  (Ethernet)"
    yield f"        RX packets {counted.in_packets}  bytes {counted.in_bytes}"
    yield f"        RX errors 0  dropped {counted.in_drops}  overruns 0  frame 0"
    yield f"        TX packets {counted.out_packets}  bytes {counted.out_bytes}"
    yield f"        TX errors 0  dropped {counted.out_drops} overruns 0  carrier 0  collisions 0"
    yield ""


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


def route(shell: LinuxShell, arguments: list[str]) -> None:
    """`route [-n]`."""
    options(arguments, "n")
    shell.write("Kernel IP routing table\n" + "".join(f"{line}\n" for line in _routes(shell)))


def _routes(shell: LinuxShell) -> Iterator[str]:
    told = shell.device.configuration
    yield "Destination     Gateway         Genmask         Flags Metric Ref    Use Iface"
    rows: list[tuple[object, object, object, str]] = []
    if told.enabled:
        rows += [
            ("0.0.0.0" if prefix == DEFAULT else prefix.network_address, via, prefix.netmask, "UG")
            for prefix, via in sorted(told.routes)
        ]
    if told.enabled and told.address is not None:
        net = told.address.network
        rows.append((net.network_address, "0.0.0.0", net.netmask, "U"))
    for to, via, mask, flags in rows:
        yield f"{to!s:<15} {via!s:<15} {mask!s:<15} {flags:<5} 0      0        0 {DEVICE}"


def netstat(shell: LinuxShell, arguments: list[str]) -> None:
    """`netstat -r[n]`, else the connections."""
    given, _ = options(arguments, "rntuapl")
    if "-r" in given:
        route(shell, [])
        return
    shell.write("Active Internet connections\n")
    shell.write("Proto Recv-Q Send-Q Local Address           Foreign Address         State\n")
    for state, local, remote in _connections(shell):
        shell.write(f"tcp        0      0 {local:<23} {remote:<23} {_LONG.get(state, state)}\n")


_LONG = {"ESTAB": "ESTABLISHED", "SYN-SENT": "SYN_SENT", "TIME-WAIT": "TIME_WAIT"}
_DASHED = {
    State.SYN_SENT: "SYN-SENT",
    State.SYN_RECEIVED: "SYN-RECV",
    State.FIN_WAIT_1: "FIN-WAIT-1",
    State.FIN_WAIT_2: "FIN-WAIT-2",
    State.CLOSE_WAIT: "CLOSE-WAIT",
    State.LAST_ACK: "LAST-ACK",
    State.TIME_WAIT: "TIME-WAIT",
}


def _connections(shell: LinuxShell) -> Iterator[tuple[str, str, str]]:
    for each in shell.device.host.tcp.connections.values():
        state = _DASHED.get(each.state, each.state.value)
        yield (
            state,
            f"{each.local}:{each.local_port}",
            f"{each.remote}:{each.remote_port}",
        )


def ss(shell: LinuxShell, arguments: list[str]) -> None:
    """`ss [-t] [-n] [-a] [-l]`: listening sockets with -a or -l."""
    given, _ = options(arguments, "tunalp")
    shell.write("State      Recv-Q Send-Q   Local Address:Port    Peer Address:Port\n")
    if "-a" in given or "-l" in given:
        for port in shell.device.host.tcp.listening():
            shell.write(f"{'LISTEN':<10} 0      128    {f'0.0.0.0:{port}':>20} {'0.0.0.0:*':>20}\n")
    if "-l" not in given:
        for state, local, remote in _connections(shell):
            shell.write(f"{state:<10} 0      0      {local:>20} {remote:>20}\n")


# ---- nc


def nc(shell: LinuxShell, arguments: list[str]) -> Job:
    """`nc [-v] [-z] [-n] [-w SECONDS] HOST PORT`."""
    given, operands = options(arguments, "vznw:")
    if len(operands) != 2:
        raise CommandFailed("usage: nc [-nvz] [-w timeout] destination port")
    target = address(operands[0])
    if target is None:
        where = f'nc: getaddrinfo for host "{operands[0]}" port {operands[1]}'
        raise CommandFailed(f"{where}: Name or service not known")
    try:
        port = int(number(operands[1], int, 1, 65535))
    except UsageError:
        raise CommandFailed(f"nc: port number invalid: {operands[1]}") from None
    limit = round(number(given.get("-w", "130"), float, 0.001, 3600) * 1_000_000)
    return _nc(shell, target, port, min(limit, CONNECT_TIMEOUT), given)


def _nc(
    shell: LinuxShell, target: IPv4Address, port: int, limit: int, given: dict[str, str]
) -> Job:
    try:
        wire = yield from connect(shell, target, port, limit)
    except CommandFailed as error:
        text = f"nc: connect to {target} port {port} (tcp) failed: {error}"
        raise CommandFailed(text if "-v" in given or "-z" not in given else "") from error
    if "-v" in given:
        name = SERVICES.get(port, "*")
        shell.write(f"Connection to {target} {port} port [tcp/{name}] succeeded!\n")
    connection, typed = wire.connection, ""
    assert connection is not None
    try:
        while "-z" not in given and (wire.reason is None or wire.received):
            if wire.received:
                shell.write(wire.take().decode("latin-1"))
                continue
            keys = yield Keys(shell.now() + 3_600_000_000, lambda: wire.moved)
            for key in keys or "":
                shell.write("\n" if key in "\r\n" else key)
                typed += "\n" if key in "\r\n" else key
                if typed.endswith("\n"):
                    connection.send(typed.encode())
                    typed = ""
    except Interrupt:
        shell.write("^C\n")
        shell.status = 130
    finally:
        connection.close()
