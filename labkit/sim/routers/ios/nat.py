"""`ip nat inside source`: rows, facts and pages.  Columns as ntc-templates read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from labkit.protocols.wire import ipv4
from labkit.sim.model.config import Line
from labkit.sim.model.facts import NatRule
from labkit.sim.net.router import Router
from labkit.sim.routers.ios.rows import Command, M, Row, Setting, shows

if TYPE_CHECKING:
    from labkit.sim.routers.ios.shell import IosShell

GLOBAL: list[Row] = [
    Setting("ip nat inside source list <acl:word> interface <interface:interface> [overload]",
            185, key="ip nat inside source list {acl}"),
    Setting("ip nat inside source static <inside:ipv4> <outside:ipv4>", 185,
            key="ip nat inside source static {inside} {outside}"),
]  # fmt: skip


def nat_rule(line: Line) -> NatRule:
    values = line.values
    if "inside" in values:
        return NatRule(static=(values["inside"], values["outside"]))
    return NatRule(str(values["acl"]), str(values["interface"]), overload="overload" in line.text)


_PROTOCOLS = {ipv4.ICMP: "icmp", ipv4.UDP: "udp", ipv4.TCP: "tcp"}


def translations(router: Router) -> Iterator[str]:
    """Static ones, then those that packets have made and that are still alive."""
    assert router.nat is not None
    static = router.nat.statics()
    dynamic = router.nat.translations()
    if not static and not dynamic:
        return
    yield "Pro Inside global      Inside local       Outside local      Outside global"
    for entry in dynamic:
        inside_global, inside_local, outside = (
            f"{address}:{port}"
            for address, port in (entry.inside_global, entry.inside_local, entry.outside)
        )
        yield _row(_PROTOCOLS[entry.protocol], inside_global, inside_local, outside, outside)
    for local, outer in static:
        yield _row("---", outer, local, "---", "---")


def _row(protocol: str, inside_global: object, inside_local: object, *outside: str) -> str:
    start = f"{protocol} {inside_global}"
    return f"{start:<22} {inside_local!s:<18} {outside[0]:<18} {outside[1]}"


def _clear_nat(shell: IosShell, match: M) -> None:
    if shell.device.router.nat is not None:
        shell.device.router.nat.reset()


EXEC: list[Row] = [
    shows("show ip nat translations", lambda router, match: translations(router)),
    Command("clear ip nat translation *", _clear_nat, privilege=15),
]
