"""`ip nat inside source`: rows, facts and pages.  Columns as ntc-templates read them."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
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


def statistics(router: Router) -> Iterator[str]:
    """How many translations there are, where, and what made them."""
    assert router.nat is not None
    static, dynamic = len(router.nat.statics()), router.nat.translations()
    yield (f"Total active translations: {static + len(dynamic)} ({static} static, "
           f"{len(dynamic)} dynamic; {len(dynamic)} extended)")  # fmt: skip
    for side in ("outside", "inside"):
        yield f"{side.title()} interfaces:"
        names = [each.name for each in router.interfaces.values() if each.facts.nat == side]
        if names:
            yield f"  {', '.join(names)}"
    yield f"Hits: {router.nat.hits}  Misses: {router.nat.misses}"
    yield "Dynamic mappings:"
    rules = [rule for rule in router.facts.nat if rule.acl is not None]
    if rules:
        yield "-- Inside Source"
    for number, rule in enumerate(rules, 1):
        outer = _address(router, rule.interface)
        count = sum(1 for entry in dynamic if entry.inside_global[0] == outer)
        yield (f"[Id: {number}] access-list {rule.acl} interface {rule.interface} "
               f"refcount {count}")  # fmt: skip


def _address(router: Router, name: str | None) -> IPv4Address | None:
    interface = router.interfaces.get(name or "")
    return interface.ip if interface is not None else None


def _clear_nat(shell: IosShell, match: M) -> None:
    if shell.device.router.nat is not None:
        shell.device.router.nat.reset()


EXEC: list[Row] = [
    shows("show ip nat translations", lambda router, match: translations(router)),
    shows("show ip nat statistics", lambda router, match: statistics(router)),
    Command("clear ip nat translation *", _clear_nat, privilege=15),
]
