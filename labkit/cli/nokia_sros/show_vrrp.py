"""`show router [N] vrrp instance`: virtual routers, their masters, their packets.

Layouts after Nokia's Router Configuration Guides (7750 SR and 7210 SAS).
"""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from labkit.cli.nokia_sros.page import (
    DOUBLE,
    Lines,
    columns,
    section,
    stamp,
    table,
    title,
    updown,
    yes,
)
from labkit.cli.nokia_sros.schema import Mistake
from labkit.cli.nokia_sros.show_router import configured, instance
from labkit.cli.nokia_sros.tree import Node
from labkit.net.vrrp import Counters, VirtualRouter

if TYPE_CHECKING:
    from labkit.cli.nokia_sros.device import SrosDevice

Values = dict[str, str]
Group = tuple[Node, Node]
"""An interface and a virtual router on it, as configured."""


def _groups(device: SrosDevice, values: Values) -> list[Group]:
    return [
        (node, group)
        for node in configured(device, instance(device, values))
        for group in node.all("vrrp")
        if values.get("name") in (None, node["name"])
        and values.get("vrid") in (None, group["vrid"])
    ]


def _machine(device: SrosDevice, node: Node, group: Node) -> VirtualRouter | None:
    return device.router.vrrp.instances.get((node["name"], int(group["vrid"])))


def _state(machine: VirtualRouter | None) -> str:
    return machine.state.value if machine is not None else "Init"


def _base(group: Node) -> str:
    owner = "owner" in group.values
    return "255" if owner else group.value("priority", "priority", default="100")


def vrrp_instance(device: SrosDevice, values: Values) -> Lines:
    groups = _groups(device, values)
    if "name" in values and not groups:
        raise Mistake(f'MINOR: CLI Interface "{values["name"]}" has no VRRP instance.')
    if "name" in values:
        return _details(device, groups)
    header = (
        "Interface Name                   VR Id Own Adm  State       Base Pri   Msg Int",
        "                                 IP        Opr  Pol Id      InUse Pri  Inh Int",
    )
    rows = [line for node, group in groups for line in _row(device, node, group)]
    return table("VRRP Instances", header, rows, "Instances : {}")


def _row(device: SrosDevice, node: Node, group: Node) -> Lines:
    machine = _machine(device, node, group)
    state, base = _state(machine), _base(group)
    in_use = machine.priority if machine is not None else base
    interval = group.value("message-interval", "seconds", default="1")
    own = yes("owner" in group.values)
    adm, opr = updown(not group.shutdown), updown(state != "Init")
    widths = (32, 5, 3, 4, 11, 10)
    yield columns(widths, node["name"], group["vrid"], own, adm, state, base, interval)
    yield f"{'':<33}{'IPv4':<9} {opr:<4} {'n/a':<11} {in_use:<10} No"
    yield f"  Backup Addr: {_backups(group)}"


def _backups(group: Node) -> str:
    return " ".join(line["address"] for line in group.all("backup"))


# --------------------------------------------------------------------------- one instance


def _pair(left: str, value: object, right: str = "", other: object = "") -> str:
    first = f"{left:<20}: {value!s:<20}"
    return f"{first}{right:<18}: {other}".rstrip() if right else first.rstrip()


def _details(device: SrosDevice, groups: list[Group]) -> Lines:
    for node, group in groups:
        machine = _machine(device, node, group)
        vrid = int(group["vrid"])
        yield from title(f'VRRP Instance {vrid} for interface "{node["name"]}"')
        yield from _settings(device, node, group, machine)
        if machine is not None:
            yield from section("Master Information")
            yield from _master(device, machine)
            yield from section("Statistics")
            yield from _statistics(machine.counters)
        yield DOUBLE


def _settings(device: SrosDevice, node: Node, group: Node, machine: VirtualRouter | None) -> Lines:
    state, base = _state(machine), _base(group)
    interface = device.router.interfaces.get(node["name"])
    interval = group.value("message-interval", "seconds", default="1")
    line = group.one("preempt")
    yield _pair("Owner", yes("owner" in group.values), "VRRP State", state)
    yield _pair("Primary IP of Master", _address(machine, machine.master if machine else None))
    primary = interface.ip if interface is not None else "0.0.0.0"
    yield _pair("Primary IP", primary, "Standby-Forwarding", "Disabled")
    yield _pair("VRRP Backup Addr", _backups(group))
    yield _pair("Admin State", updown(not group.shutdown), "Oper State", updown(state != "Init"))
    since = stamp(machine.since if machine is not None else device.router.booted)
    yield _pair("Up Time", since, "Virt MAC Addr", f"00:00:5e:00:01:{int(group['vrid']):02x}")
    yield _pair("Auth Type", "None")
    yield _pair("Config Mesg Intvl", interval, "In-Use Mesg Intvl", interval)
    yield _pair("Master Inherit Intvl", "No")
    in_use = machine.priority if machine is not None else base
    yield _pair("Base Priority", base, "In-Use Priority", in_use)
    preempt = yes(line is None or not line.negated)
    yield _pair("Policy ID", "n/a", "Preempt Mode", preempt)
    replies = {word: yes(group.has(f"{word}-reply")) for word in ("ping", "telnet", "traceroute")}
    yield _pair("Ping Reply", replies["ping"], "Telnet Reply", replies["telnet"])
    yield _pair("SSH Reply", "No", "Traceroute Reply", replies["traceroute"])
    delay = group.value("init-delay", "seconds", default="0")
    yield _pair("Init Delay", delay, "Init Timer Expires", "0.000 sec")
    yield _pair("Creation State", "Active")


def _address(machine: VirtualRouter | None, address: IPv4Address | None) -> str:
    if machine is None or address is None:
        return "Unknown"
    return f"{address} (Self)" if address == machine.address else str(address)


def _master(device: SrosDevice, machine: VirtualRouter) -> Lines:
    yield _pair("Primary IP of Master", _address(machine, machine.master))
    yield _pair("Addr List Mismatch", "No", "Master Priority", machine.master_priority)
    yield _pair("Master Since", stamp(machine.since))


def _statistics(counted: Counters) -> Lines:
    sent, heard = counted.advertisements_sent, counted.advertisements_received
    yield _pair("Become Master", counted.became_master)
    yield _pair("Adv Sent", sent, "Adv Received", heard)
    zeroes = (counted.priority_zero_sent, counted.priority_zero_received)
    yield _pair("Pri Zero Pkts Sent", zeroes[0], "Pri Zero Pkts Rcvd", zeroes[1])
    yield _pair("Total Discards", counted.errors)
