"""VRRP: `show router [N] vrrp instance`: virtual routers and their masters.

Layouts after Nokia's Router Configuration Guides (7750 SR and 7210 SAS).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.sim.net.vrrp import VirtualRouter
from labkit.sim.routers.sros.commands import ROUTER, shows
from labkit.sim.routers.sros.page import Lines, columns, table, updown, yes
from labkit.sim.routers.sros.routing import configured, instance
from labkit.sim.routers.sros.tree import Branch

if TYPE_CHECKING:
    from labkit.sim.routers.sros.device import SrosDevice

Values = dict[str, str]
Group = tuple[Branch, Branch]
"""An interface and a virtual router on it, as configured."""


def _groups(device: SrosDevice, values: Values) -> list[Group]:
    return [
        (node, group)
        for node in configured(device, instance(device, values))
        for group in node.all("vrrp")
    ]


def _machine(device: SrosDevice, node: Branch, group: Branch) -> VirtualRouter | None:
    return device.router.vrrp.instances.get((node["name"], int(group["vrid"])))


def _state(machine: VirtualRouter | None) -> str:
    return machine.state.value if machine is not None else "Init"


def _base(group: Branch) -> str:
    owner = "owner" in group.values
    return "255" if owner else group.value("priority", "priority", default="100")


@shows(ROUTER + " > vrrp > instance")
def vrrp_instance(device: SrosDevice, values: Values) -> Lines:
    header = (
        "Interface Name                   VR Id Own Adm  State       Base Pri   Msg Int",
        "                                 IP        Opr  Pol Id      InUse Pri  Inh Int",
    )
    rows = [line for node, group in _groups(device, values) for line in _row(device, node, group)]
    return table("VRRP Instances", header, rows, "Instances : {}")


def _row(device: SrosDevice, node: Branch, group: Branch) -> Lines:
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


def _backups(group: Branch) -> str:
    return " ".join(line["address"] for line in group.all("backup"))
