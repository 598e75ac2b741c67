"""Which class is a platform's device: the only place where the lab names platforms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from labkit.cli.cisco_ios.device import IosDevice
from labkit.cli.device import Device
from labkit.cli.linux.device import LinuxDevice
from labkit.cli.nokia_sros.device import SrosDevice
from labkit.net.node import Host, Node
from labkit.net.router import Router


@dataclass(frozen=True, slots=True)
class Platform:
    """How a device is made of its node, and netmiko's name for it."""

    device: Callable[[Node], Device]
    netmiko: str


PLATFORMS = {
    "cisco_ios": Platform(lambda node: IosDevice(cast(Router, node)), "cisco_ios"),
    "nokia_sros": Platform(lambda node: SrosDevice(cast(Router, node)), "nokia_sros"),
    "linux": Platform(lambda node: LinuxDevice(cast(Host, node)), "linux"),
}
CONTROL = "lab"
CONTROL_PLATFORM = "labkit"
CONTROL_NETMIKO = "linux"
