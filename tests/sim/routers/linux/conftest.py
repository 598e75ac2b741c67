"""A PC beside a gateway made of facts, on a network without provider."""

from __future__ import annotations

from ipaddress import IPv4Interface

import pytest

from labkit.sim.model.facts import DeviceFacts, Interface
from labkit.sim.net.network import Network
from labkit.sim.routers.linux.device import LinuxDevice
from tests.sim.routers.linux.bench import GATEWAY, Bench


@pytest.fixture
def bench() -> Bench:
    network = Network()
    device = LinuxDevice(network.host("PC-A"))
    lan = IPv4Interface(f"{GATEWAY}/24")
    port = "GigabitEthernet0/0"
    gateway = DeviceFacts("gateway", interfaces=(Interface(port, port=port, address=lan),))
    network.nodes["Site-A-GW-Router"].configure(gateway)
    device.load(["ip addr add 192.168.1.10/24 dev eth0", f"ip route add default via {GATEWAY}"])
    shell = device.open_shell()
    shell.start()
    assert shell.output() == "student@PC-A:~$ "
    return Bench(network, device, shell)
