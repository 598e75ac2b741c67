"""The exec's grammar: everything that can be typed at `>` and `#`.

Data that joins syntax with what does it; a user at level 1 sees the part that level 1 may do.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from labkit.cli.cisco_ios import exec_archive, exec_files, exec_show, exec_system
from labkit.cli.cisco_ios.exec_system import confirmed
from labkit.cli.cisco_ios.ping import dialogue, ping
from labkit.cli.cisco_ios.rows import Command, Mode, Row
from labkit.cli.cisco_ios.telnet import ssh, telnet
from labkit.cli.cisco_ios.traceroute import traceroute
from labkit.cli.grammar import Match
from labkit.cli.jobs import Job
from labkit.net.link import Counters

if TYPE_CHECKING:
    from labkit.cli.cisco_ios.shell import IosShell
    from labkit.net.ipsec import IpsecEngine

M = Match[Any]


def _ipsec(shell: IosShell) -> IpsecEngine:
    engine = shell.device.router.ipsec
    assert engine is not None
    return engine


def _clear_isakmp(shell: IosShell, match: M) -> None:
    _ipsec(shell).clear_isakmp(connection=match.get("connection"))


def _clear_sa(shell: IosShell, match: M) -> None:
    _ipsec(shell).clear_sas(match.get("peer"), match.get("map"))


def _clear_sa_counters(shell: IosShell, match: M) -> None:
    _ipsec(shell).clear_counters()


def _clear_session(shell: IosShell, match: M) -> None:
    engine, peer, local = _ipsec(shell), match.get("peer"), match.get("local")
    found = {each.peer for each in engine.idents if each.local == local}
    for each in [peer] if local is None else sorted(found):
        if local is None or peer in (None, each):
            engine.clear_sas(each)
            engine.clear_isakmp(each)


def _clear_bgp(shell: IosShell, match: M) -> None:
    peer = match.get("peer")
    known = {address for _, address in shell.device.router.bgp.neighbors}
    if peer is not None and peer not in known:
        shell.write('% BGP: Unknown neighbor - "' + str(peer) + '"\n')
    elif match.said("soft") or match.said("in") or match.said("out"):
        one_way = match.said("in") or match.said("out")
        shell.device.router.bgp.soften(
            peer, match.said("in") or not one_way, match.said("out") or not one_way
        )
    else:
        shell.device.router.bgp.clear(address=peer)


def _clear_arp(shell: IosShell, match: M) -> None:
    for interface in shell.device.router.interfaces.values():
        interface.arp.clear()


def _clear_nat(shell: IosShell, match: M) -> None:
    if shell.device.router.nat is not None:
        shell.device.router.nat.reset()


def _clear_hits(shell: IosShell, match: M) -> None:
    shell.device.router.filters.clear(match.get("name"))


def _clear_counters(shell: IosShell, match: M) -> Job:
    name = match.get("interface")
    what = f"this interface {name}" if name else "all interfaces"
    if (yield from confirmed(f'Clear "show interface" counters on {what} [confirm]')):
        for interface in shell.device.router.interfaces.values():
            if name in (None, interface.name):
                interface.counters = Counters()


_PING = ("{ source ( <source:interface> | <source:ipv4> ) | size <size:36-18024> "
         "| repeat <repeat:1-2147483647> | timeout <timeout:0-3600> | df-bit | validate "
         "| tos <tos:0-255> | data <data:hex> }*")  # fmt: skip
_TRACE = ("{ source ( <source:interface> | <source:ipv4> ) | timeout <timeout:1-3600> "
          "| probe <probe:1-10> | ttl <min:0-255> <max:0-255> | numeric "
          "| port <port:1-65535> }*")  # fmt: skip

ACTIONS: list[Row] = [
    Command(f"ping [ip] <target:host> {_PING}", ping),
    Command("ping [ip]", dialogue, privilege=15),
    Command(f"traceroute [ip] <target:host> {_TRACE}", traceroute),
    Command("telnet <target:host> [<port:tcp-port>] { /source-interface <source:interface> "
            "| /ipv4 }*", telnet),
    Command("ssh [-l <user:word>] <target:host>", ssh),
    Command("clear crypto isakmp [<connection:0-32766>]", _clear_isakmp, privilege=15),
    Command("clear crypto sa [peer <peer:ipv4> | map <map:word>]", _clear_sa, privilege=15),
    Command("clear crypto sa counters", _clear_sa_counters, privilege=15),
    Command("clear crypto session [local <local:ipv4>] [remote <peer:ipv4>]", _clear_session,
            privilege=15),
    Command("clear ip bgp ( * | <peer:ipv4> ) [soft [in | out] | in | out]", _clear_bgp,
            privilege=15),
    Command("clear ip nat translation *", _clear_nat, privilege=15),
    Command("clear arp-cache", _clear_arp, privilege=15),
    Command("clear [ip] access-list counters [<name:word>]", _clear_hits, privilege=15),
    Command("clear counters [<interface:interface>]", _clear_counters, privilege=15),
]  # fmt: skip


@cache
def mode(privilege: int) -> Mode:
    """The exec as somebody at this privilege level knows it."""
    if privilege not in (1, 15):
        return mode(1 if privilege < 15 else 15)
    rows = [
        *exec_system.ROWS,
        *exec_files.ROWS,
        *exec_archive.ROWS,
        *exec_show.ROWS,
        *ACTIONS,
    ]
    allowed = [row for row in rows if isinstance(row, Command) and row.privilege <= privilege]
    return Mode("exec", "", allowed)
